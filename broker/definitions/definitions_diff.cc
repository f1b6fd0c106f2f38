#include "broker/definitions/definitions_diff.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "broker/arguments/equivalence.h"
#include "broker/arguments/queue_arguments.h"

namespace coney {
namespace {

std::string binding_name(const BindingRecord& binding) {
  return binding.source + " -> " + binding.destination + ", key '" + binding.routing_key + "'";
}

std::string encoded(const amqp::Table& table) {
  std::string bytes;
  amqp::encode_table(bytes, table);
  return bytes;
}

VhostRecord merged(const VhostRecord& have, VhostRecord want) {
  if (!want.max_connections) want.max_connections = have.max_connections;
  if (!want.max_queues) want.max_queues = have.max_queues;
  want.protected_from_deletion |= have.protected_from_deletion;
  return want;
}

bool equivalent(const ExchangeRecord& have, const ExchangeRecord& want) {
  return !check_exchange_equivalence(have, want);
}

bool equivalent(const QueueRecord& have, QueueRecord want) {
  want.arguments =
      with_queue_type({.vhost = want.vhost,
                       .name = want.name,
                       .durable = want.durable,
                       .auto_delete = want.auto_delete,
                       .arguments = want.arguments,
                       .default_type = parse_queue_type(want.type).value_or(QueueType::kClassic)});
  return !check_queue_equivalence(have, want, true);
}

class Comparison {
 public:
  Comparison(const Definitions& have, const Definitions& want) : have_(have), want_(want) {}

  std::vector<Difference> run() {
    vhosts();
    replace(have_.users, want_.users, "user", "", [](const auto& one) { return one.name; });
    replace(have_.global_parameters, want_.global_parameters, "global parameter", "",
            [](const auto& one) { return one.name; });
    in_vhosts(have_.permissions, want_.permissions, "permission",
              [](const auto& one) { return one.user; });
    in_vhosts(have_.topic_permissions, want_.topic_permissions, "topic permission",
              [](const auto& one) { return one.user + ", exchange '" + one.exchange + "'"; });
    parameters();
    policies();
    keep(have_.exchanges, want_.exchanges, "exchange");
    keep(have_.queues, want_.queues, "queue");
    bindings();
    return std::move(differences_);
  }

 private:
  void add(DifferenceKind kind, std::string_view what, std::string vhost, std::string name) {
    differences_.push_back({kind, what, std::move(vhost), std::move(name)});
  }

  void vhosts() {
    std::map<std::string_view, const VhostRecord*> have;
    for (const VhostRecord& one : have_.vhosts) have[one.name] = &one;
    for (const VhostRecord& one : want_.vhosts) {
      auto found = have.find(one.name);
      if (found == have.end()) {
        add(DifferenceKind::kAdd, "vhost", "", one.name);
      } else if (merged(*found->second, one) != *found->second) {
        add(DifferenceKind::kChange, "vhost", "", one.name);
      }
    }
  }

  // `name` identifies a record, within its vhost if it has one.
  template <typename Record, typename Name>
  void replace(const std::vector<Record>& have, const std::vector<Record>& want,
               std::string_view what, const std::string& vhost, Name name) {
    std::map<std::string, const Record*> known;
    for (const Record& one : have) known[name(one)] = &one;
    for (const Record& one : want) {
      auto found = known.find(name(one));
      if (found == known.end()) {
        add(DifferenceKind::kAdd, what, vhost, name(one));
      } else if (one != *found->second) {
        add(DifferenceKind::kChange, what, vhost, name(one));
      }
    }
  }

  template <typename Record, typename Name>
  void in_vhosts(const std::vector<Record>& have, const std::vector<Record>& want,
                 std::string_view what, Name name) {
    std::map<std::string, std::pair<std::vector<Record>, std::vector<Record>>> by_vhost;
    for (const Record& one : have) by_vhost[one.vhost].first.push_back(one);
    for (const Record& one : want) by_vhost[one.vhost].second.push_back(one);
    for (const auto& [vhost, lists] : by_vhost) {
      replace(lists.first, lists.second, what, vhost, name);
    }
  }

  // vhost-limits are limits of the vhost; whoever names them twice has them changed.
  void parameters() {
    in_vhosts(have_.parameters, want_.parameters, "parameter",
              [](const auto& one) { return one.component + " '" + one.name + "'"; });
  }

  void policies() {
    for (bool is_operator : {false, true}) {
      std::vector<PolicyRecord> have, want;
      auto is_kind = [&](const PolicyRecord& one) { return one.is_operator == is_operator; };
      std::ranges::copy_if(have_.policies, std::back_inserter(have), is_kind);
      std::ranges::copy_if(want_.policies, std::back_inserter(want), is_kind);
      in_vhosts(have, want, is_operator ? "operator policy" : "policy",
                [](const auto& one) { return one.name; });
    }
  }

  template <typename Record>
  void keep(const std::vector<Record>& have, const std::vector<Record>& want,
            std::string_view what) {
    std::map<std::pair<std::string_view, std::string_view>, const Record*> known;
    for (const Record& one : have) known[{one.vhost, one.name}] = &one;
    for (const Record& one : want) {
      auto found = known.find({one.vhost, one.name});
      if (found == known.end()) {
        add(DifferenceKind::kAdd, what, one.vhost, one.name);
      } else if (!equivalent(*found->second, one)) {
        add(DifferenceKind::kConflict, what, one.vhost, one.name);
      }
    }
  }

  void bindings() {
    auto key = [](const BindingRecord& one) {
      return std::make_tuple(one.vhost, one.source, one.destination_kind, one.destination,
                             one.routing_key, encoded(one.arguments));
    };
    std::set<decltype(key(BindingRecord{}))> known;
    for (const BindingRecord& one : have_.bindings) known.insert(key(one));
    for (const BindingRecord& one : want_.bindings) {
      if (!known.contains(key(one))) {
        add(DifferenceKind::kAdd, "binding", one.vhost, binding_name(one));
      }
    }
  }

  const Definitions& have_;
  const Definitions& want_;
  std::vector<Difference> differences_;
};

}  // namespace

std::vector<Difference> diff(const Definitions& have, const Definitions& want) {
  return Comparison(have, want).run();
}

std::string_view to_string(DifferenceKind kind) {
  switch (kind) {
    case DifferenceKind::kAdd:
      return "add";
    case DifferenceKind::kChange:
      return "change";
    case DifferenceKind::kConflict:
      break;
  }
  return "conflict";
}

}  // namespace coney
