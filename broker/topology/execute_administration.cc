#include "broker/topology/execute_administration.h"

#include <algorithm>
#include <boost/json.hpp>
#include <initializer_list>

#include "broker/arguments/erlang_term.h"
#include "broker/arguments/queue_type.h"
#include "broker/policy/policy_check.h"
#include "broker/policy/policy_pattern.h"
#include "broker/topology/definitions_import.h"
#include "broker/topology/parameter_component.h"

namespace coney {
namespace {

namespace json = boost::json;
using Kind = Refusal::Kind;

constexpr std::size_t kMaxName = 255;  // a short string of AMQP
constexpr std::string_view kVhostLimits = "vhost-limits";

TopologyAnswer refused(Kind kind, std::string text, std::string subject = {}) {
  return {.refused = Refusal{kind, std::move(text), std::move(subject)}};
}

TopologyAnswer done(bool existed = false) {
  return {.existed = existed};
}

TopologyAnswer no_vhost(const std::string& name) {
  return refused(Kind::kNoVhost, "vhost '" + name + "' does not exist", name);
}

TopologyAnswer no_user(const std::string& name) {
  return refused(Kind::kNoUser, "user '" + name + "' does not exist", name);
}

TopologyAnswer not_found(const std::string& name) {
  return refused(Kind::kNotFound, "'" + name + "' does not exist", name);
}

template <typename Record>
std::shared_ptr<const Record> share(Record record) {
  return std::make_shared<const Record>(std::move(record));
}

std::optional<TopologyAnswer> check_name(const std::string& name) {
  if (name.size() <= kMaxName) return std::nullopt;
  return refused(Kind::kInvalid, "the name is longer than 255 bytes", name);
}

// Each has to be a regular expression once the variables of topic permissions are replaced.
std::optional<TopologyAnswer> check_patterns(std::initializer_list<const std::string*> patterns,
                                             const TopicVariables& variables) {
  for (const std::string* pattern : patterns) {
    auto compiled = PolicyPattern::compile(expand_topic_pattern(*pattern, variables));
    if (compiled) continue;
    TopologyAnswer answer = refused(Kind::kInvalidPattern, compiled.error().message, *pattern);
    answer.refused->position = compiled.error().position;
    return answer;
  }
  return std::nullopt;
}

using LimitField = std::optional<std::int64_t>;
struct LimitTarget {
  std::string_view name;
  LimitField* field;
};

// The first name that is none, in the text that RabbitMQ has for it.
std::optional<std::string> set_limits(const Limits& limits, bool only_these,
                                      std::initializer_list<LimitTarget> targets,
                                      std::string_view place) {
  if (only_these) {
    for (const LimitTarget& target : targets) target.field->reset();
  }
  for (const auto& [name, value] : limits) {
    auto target = std::ranges::find(targets, name, &LimitTarget::name);
    if (target == targets.end()) {
      return "Unrecognised terms [{" + erlang_binary(name) + "," +
             (value ? std::to_string(*value) : "null") + "}] in " + std::string(place);
    }
    *target->field = value;
  }
  return std::nullopt;
}

class Administration {
 public:
  explicit Administration(TopologyState& state) : state_(state), catalog_(state.catalog()) {}

  TopologyAnswer operator()(const PutVhost& command) {
    if (auto fault = check_name(command.name)) return *fault;
    const std::string type = command.default_queue_type.value_or("");
    if (!type.empty() && type != "undefined" && !parse_queue_type(type)) {
      return refused(Kind::kInvalid, type + " is not a valid queue type", type);
    }
    if (!command.creator.empty() && !catalog_.find_user(command.creator)) {
      return no_user(command.creator);
    }
    const Vhost* before = catalog_.find_vhost(command.name);
    VhostRecord record = before ? *before->record : VhostRecord{.name = command.name};
    if (command.description) record.description = *command.description;
    if (command.tags) record.tags = *command.tags;
    if (command.default_queue_type) record.default_queue_type = type == "undefined" ? "" : type;
    record.protected_from_deletion =
        command.protected_from_deletion.value_or(record.protected_from_deletion);
    put_vhost(state_, record);
    if (!before && !command.creator.empty()) {
      state_.apply(
          PermissionPut{share(PermissionRecord{command.creator, command.name, ".*", ".*", ".*"})});
    }
    return done(before != nullptr);
  }

  TopologyAnswer operator()(const DeleteVhost& command) {
    const Vhost* vhost = catalog_.find_vhost(command.name);
    if (!vhost) return no_vhost(command.name);
    if (vhost->record->protected_from_deletion) {
      return refused(Kind::kProtected,
                     "Refusing to delete virtual host '" + command.name +
                         "' because it is protected from deletion",
                     command.name);
    }
    state_.apply(VhostRemoved{command.name});
    return done(true);
  }

  TopologyAnswer operator()(const PutUser& command) {
    if (auto fault = check_name(command.name)) return *fault;
    const User* before = catalog_.find_user(command.name);
    UserRecord record = before ? *before->record : UserRecord{.name = command.name};
    record.password_hash = command.password_hash;
    record.hashing = command.hashing;
    record.tags = command.tags;
    state_.apply(UserPut{share(std::move(record))});
    return done(before != nullptr);
  }

  TopologyAnswer operator()(const DeleteUser& command) {
    if (!catalog_.find_user(command.name)) return no_user(command.name);
    state_.apply(UserRemoved{command.name});
    return done(true);
  }

  TopologyAnswer operator()(const ChangePassword& command) {
    return change_user(command.user, [&](UserRecord& record) {
      record.password_hash = command.password_hash;
      record.hashing = command.hashing;
    });
  }

  TopologyAnswer operator()(const SetTags& command) {
    return change_user(command.user, [&](UserRecord& record) { record.tags = command.tags; });
  }

  TopologyAnswer operator()(const SetPermissions& command) {
    const PermissionRecord& record = command.record;
    if (!catalog_.find_vhost(record.vhost)) return no_vhost(record.vhost);
    if (!catalog_.find_user(record.user)) return no_user(record.user);
    if (auto fault = check_patterns({&record.configure, &record.write, &record.read}, {})) {
      return *fault;
    }
    const bool existed = catalog_.find_permission(record.user, record.vhost) != nullptr;
    state_.apply(PermissionPut{share(record)});
    return done(existed);
  }

  TopologyAnswer operator()(const ClearPermissions& command) {
    if (!catalog_.find_vhost(command.vhost)) return no_vhost(command.vhost);
    if (!catalog_.find_user(command.user)) return no_user(command.user);
    if (!catalog_.find_permission(command.user, command.vhost)) return not_found(command.user);
    state_.apply(PermissionRemoved{command.user, command.vhost});
    return done(true);
  }

  TopologyAnswer operator()(const SetTopicPermissions& command) {
    const TopicPermissionRecord& record = command.record;
    const Vhost* vhost = catalog_.find_vhost(record.vhost);
    if (!vhost) return no_vhost(record.vhost);
    if (!catalog_.find_user(record.user)) return no_user(record.user);
    if (!vhost->find_exchange(record.exchange)) {
      return refused(Kind::kNoExchange, "exchange '" + record.exchange + "' does not exist",
                     record.exchange);
    }
    const TopicVariables variables{record.user, record.vhost, std::nullopt};
    if (auto fault = check_patterns({&record.write, &record.read}, variables)) return *fault;
    auto before = catalog_.find_topic_permission(record.user, record.vhost, record.exchange);
    state_.apply(TopicPermissionPut{share(record)});
    return done(before != nullptr);
  }

  TopologyAnswer operator()(const ClearTopicPermissions& command) {
    if (!catalog_.find_vhost(command.vhost)) return no_vhost(command.vhost);
    const User* user = catalog_.find_user(command.user);
    if (!user) return no_user(command.user);
    std::vector<std::string> exchanges;
    auto in_vhost = user->topic_permissions.find(command.vhost);
    if (in_vhost != user->topic_permissions.end()) {
      for (const auto& [exchange, permission] : in_vhost->second) {
        if (!command.exchange || *command.exchange == exchange) exchanges.push_back(exchange);
      }
    }
    if (exchanges.empty()) return not_found(command.user);
    for (std::string& exchange : exchanges) {
      state_.apply(TopicPermissionRemoved{command.user, command.vhost, std::move(exchange)});
    }
    return done(true);
  }

  TopologyAnswer operator()(const SetVhostLimits& command) {
    const Vhost* vhost = catalog_.find_vhost(command.vhost);
    if (!vhost) return no_vhost(command.vhost);
    VhostRecord record = *vhost->record;
    auto fault = set_limits(
        command.limits, command.only_these,
        {{"max-connections", &record.max_connections}, {"max-queues", &record.max_queues}},
        "limits");
    if (fault) return refused(Kind::kInvalid, validation_failed(*fault + "\n"));
    state_.apply(VhostPut{share(std::move(record))});
    return done(true);
  }

  TopologyAnswer operator()(const SetUserLimits& command) {
    const User* user = catalog_.find_user(command.user);
    if (!user) return no_user(command.user);
    UserRecord record = *user->record;
    auto fault = set_limits(
        command.limits, command.only_these,
        {{"max-connections", &record.max_connections}, {"max-channels", &record.max_channels}},
        "user-limits");
    if (fault) return refused(Kind::kInvalid, std::move(*fault));
    state_.apply(UserPut{share(std::move(record))});
    return done(true);
  }

  TopologyAnswer operator()(const PutPolicy& command) {
    const PolicyRecord& record = command.record;
    const Vhost* vhost = catalog_.find_vhost(record.vhost);
    if (!vhost) return no_vhost(record.vhost);
    if (auto fault = check_name(record.name)) return *fault;
    if (auto fault = check_policy(record)) return refused(Kind::kInvalid, std::move(*fault));
    const bool existed = vhost->policies.list(record.is_operator).find(record.name) != nullptr;
    state_.apply(PolicyPut{share(record)});
    return done(existed);
  }

  TopologyAnswer operator()(const DeletePolicy& command) {
    const Vhost* vhost = catalog_.find_vhost(command.vhost);
    if (!vhost) return no_vhost(command.vhost);
    if (!vhost->policies.list(command.is_operator).find(command.name)) {
      return not_found(command.name);
    }
    state_.apply(PolicyRemoved{command.vhost, command.is_operator, command.name});
    return done(true);
  }

  TopologyAnswer operator()(const PutParameter& command) {
    const ParameterRecord& record = command.record;
    const Vhost* vhost = catalog_.find_vhost(record.vhost);
    if (!vhost) return no_vhost(record.vhost);
    if (auto fault = check_parameter(record)) {
      return refused(Kind::kInvalid, validation_failed(*fault));
    }
    if (record.component == kVhostLimits) return put_limits(record);
    const bool existed = vhost->parameters.contains({record.component, record.name});
    state_.apply(ParameterPut{share(record)});
    return done(existed);
  }

  TopologyAnswer operator()(const DeleteParameter& command) {
    const Vhost* vhost = catalog_.find_vhost(command.vhost);
    if (!vhost) return no_vhost(command.vhost);
    if (command.component == kVhostLimits && has_limits(*vhost->record)) {
      return (*this)(SetVhostLimits{command.vhost, {}, true});
    }
    if (!vhost->parameters.contains({command.component, command.name})) {
      return not_found(command.name);
    }
    state_.apply(ParameterRemoved{command.vhost, command.component, command.name});
    return done(true);
  }

  TopologyAnswer operator()(const PutGlobalParameter& command) {
    boost::system::error_code code;
    json::parse(command.record.value, code);
    if (code) return refused(Kind::kInvalid, "the value is not JSON: " + code.message());
    const bool existed = catalog_.global_parameters().contains(command.record.name);
    state_.apply(GlobalParameterPut{share(command.record)});
    return done(existed);
  }

  TopologyAnswer operator()(const DeleteGlobalParameter& command) {
    if (!catalog_.global_parameters().contains(command.name)) return not_found(command.name);
    state_.apply(GlobalParameterRemoved{command.name});
    return done(true);
  }

  TopologyAnswer operator()(const ImportDefinitions& command) {
    auto fault = apply_definitions(state_, *command.definitions);
    if (fault) return refused(Kind::kInvalid, std::move(*fault));
    return done();
  }

 private:
  template <typename Edit>
  TopologyAnswer change_user(const std::string& name, Edit edit) {
    const User* user = catalog_.find_user(name);
    if (!user) return no_user(name);
    UserRecord record = *user->record;
    edit(record);
    state_.apply(UserPut{share(std::move(record))});
    return done(true);
  }

  static bool has_limits(const VhostRecord& vhost) {
    return vhost.max_connections || vhost.max_queues;
  }

  // The value has been checked: an object of integers.
  TopologyAnswer put_limits(const ParameterRecord& record) {
    const bool existed = has_limits(*catalog_.find_vhost(record.vhost)->record);
    TopologyAnswer answer =
        (*this)(SetVhostLimits{record.vhost, limits_from_json(record.value), true});
    answer.existed = existed;
    return answer;
  }

  TopologyState& state_;
  const Catalog& catalog_;
};

}  // namespace

TopologyAnswer execute(TopologyState& state, const AdministrationCommand& command) {
  return std::visit(Administration(state), command);
}

}  // namespace coney
