#include <boost/json.hpp>

#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/directory/snapshots.h"
#include "mgmt-ui/api/listing/record_rows.h"
#include "mgmt-ui/api/resources/binding_key.h"
#include "mgmt-ui/api/resources/declaring.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/resources/rows.h"

// Bindings, by vhost, by their ends and by the pair of them. Every queue has one to the default
// exchange, which exists in lists alone.

namespace coney::management {

namespace json = boost::json;

namespace {

using Records = std::vector<BindingPtr>;

class BindingRows final : public LastingRows {
 public:
  explicit BindingRows(Records records) : records_(std::move(records)) {}

  std::size_t size() const override { return records_.size(); }
  std::string_view name(std::size_t row) const override { return records_[row]->source; }
  json::object make(std::size_t row, const Columns&) const override {
    return binding_row(*records_[row]);
  }
  SortKey key(std::size_t row, std::string_view column) const override {
    const BindingRecord& record = *records_[row];
    if (column == "properties_key") return binding_key(record);
    return RowSource::key(row, column);
  }
  std::optional<std::string_view> text_key(std::size_t row,
                                           std::string_view column) const override {
    const BindingRecord& record = *records_[row];
    if (column == "source") return record.source;
    if (column == "destination") return record.destination;
    if (column == "routing_key") return record.routing_key;
    if (column == "vhost") return record.vhost;
    return std::nullopt;
  }
  bool sorted_by(std::string_view column) const override { return column == "vhost"; }
  void keep() override {}  // records stay

 private:
  Records records_;
};

Reply list_records(const Call& call, Records records) {
  const auto place = [](const BindingPtr& one) {
    return std::tie(one->vhost, one->source, one->destination, one->routing_key);
  };
  if (!std::ranges::is_sorted(records, {}, place)) std::ranges::sort(records, {}, place);
  return list(call.request, std::make_shared<BindingRows>(std::move(records)));
}

BindingPtr default_binding(const std::string& vhost, const std::string& queue) {
  return std::make_shared<const BindingRecord>(
      BindingRecord{.vhost = vhost, .destination = queue, .routing_key = queue});
}

// All of some vhosts, of a snapshot: those to the default exchange are made of its queues, when
// they are shown.
class AllBindingRows final : public LastingRows {
 public:
  explicit AllBindingRows(Snapshot snapshot) : all_(std::move(snapshot)) {}

  // Each behind those that are there.
  void add_default(const std::string& vhost) {
    add(
        all_->queues, vhost, [](const auto& one) { return std::string_view(one->vhost); }, true);
  }
  void add_others(const std::string& vhost) {
    add(
        all_->bindings, vhost, [](const auto& one) { return std::string_view(one->vhost); }, false);
  }
  void add_from(std::string_view vhost, std::string_view source) {
    add(
        all_->bindings, std::pair(vhost, source),
        [](const auto& one) {
          return std::pair<std::string_view, std::string_view>(one->vhost, one->source);
        },
        false);
  }

  std::size_t size() const override { return size_; }
  std::string_view name(std::size_t row) const override {
    const Place at = place_of(row);
    return at.queue ? std::string_view() : at.binding->source;
  }
  json::object make(std::size_t row, const Columns&) const override {
    return binding_row(*record_of(row));
  }
  SortKey key(std::size_t row, std::string_view column) const override {
    if (column == "properties_key") return binding_key(*record_of(row));
    return RowSource::key(row, column);
  }
  std::optional<std::string_view> text_key(std::size_t row,
                                           std::string_view column) const override {
    const Place at = place_of(row);
    if (column == "source") return name(row);
    if (column == "destination") return at.queue ? at.queue->name : at.binding->destination;
    if (column == "routing_key") return at.queue ? at.queue->name : at.binding->routing_key;
    if (column == "vhost") return at.queue ? at.queue->vhost : at.binding->vhost;
    return std::nullopt;
  }
  bool sorted_by(std::string_view column) const override { return column == "vhost"; }
  void keep() override {}  // a snapshot stays

 private:
  struct Part {
    std::size_t row = 0, first = 0;  // of the list and of its records
    bool queues = false;
  };
  template <typename Records, typename Wanted, typename Key>
  void add(const Records& records, const Wanted& wanted, Key key, bool queues) {
    const auto first = std::ranges::lower_bound(records, wanted, {}, key);
    const auto end = std::ranges::upper_bound(records, wanted, {}, key);
    parts_.push_back({size_, static_cast<std::size_t>(first - records.begin()), queues});
    size_ += static_cast<std::size_t>(end - first);
  }

  struct Place {  // one of them
    const QueueRecord* queue = nullptr;
    const BindingRecord* binding = nullptr;
  };

  Place place_of(std::size_t row) const {
    const Part& part = *std::prev(std::ranges::upper_bound(parts_, row, {}, &Part::row));
    const std::size_t n = part.first + (row - part.row);
    return part.queues ? Place{.queue = all_->queues[n].get()}
                       : Place{.binding = all_->bindings[n].get()};
  }
  BindingPtr record_of(std::size_t row) const {
    const Place at = place_of(row);
    return at.queue ? default_binding(at.queue->vhost, at.queue->name)
                    : BindingPtr(all_, at.binding);
  }

  const Snapshot all_;
  std::vector<Part> parts_;
  std::size_t size_ = 0;
};

// `choose` says which.
Reply list_of_all(Call& call, std::function<void(AllBindingRows&)> choose) {
  return Later([&call, choose = std::move(choose)](Respond respond) {
    call.snapshots.take([&call, choose, respond = std::move(respond)](Snapshot snapshot) {
      if (!snapshot) return respond(out_of_memory());
      auto rows = std::make_shared<AllBindingRows>(std::move(snapshot));
      choose(*rows);
      respond(list(call.request, std::move(rows)));
    });
  });
}

void add_all(const std::string& vhost, AllBindingRows& rows) {
  rows.add_default(vhost);
  rows.add_others(vhost);
}

Reply list_bindings(Call& call) {
  return list_of_all(call, [&call](AllBindingRows& rows) {
    for (const Vhost* vhost : call.directory.vhosts()) {
      if (call.sees(vhost->record->name)) add_all(vhost->record->name, rows);
    }
  });
}

Reply list_bindings_of_vhost(Call& call) {
  if (!call.vhost()) return no_such_object();
  return list_of_all(call, [&call](AllBindingRows& rows) { add_all(call.name("vhost"), rows); });
}

Reply list_bindings_from(Call& call) {
  if (!call.vhost()) return no_such_object();
  const std::string source(exchange_name(call.name("name")));
  return list_of_all(call, [&call, source](AllBindingRows& rows) {
    const std::string& vhost = call.name("vhost");
    if (source.empty()) {
      rows.add_default(vhost);
    } else {
      rows.add_from(vhost, source);
    }
  });
}

Reply list_bindings_to_exchange(Call& call) {
  const Vhost* vhost = call.vhost();
  if (!vhost) return no_such_object();
  const Exchange* exchange = vhost->find_exchange(exchange_name(call.name("name")));
  Records records;
  if (exchange) records.assign(exchange->incoming.begin(), exchange->incoming.end());
  return list_records(call, std::move(records));
}

Reply list_bindings_to_queue(Call& call) {
  const Vhost* vhost = call.vhost();
  if (!vhost) return no_such_object();
  const CatalogQueue* queue = vhost->find_queue(call.name("name"));
  Records records;
  if (queue) {
    records.assign(queue->incoming.begin(), queue->incoming.end());
    records.push_back(default_binding(vhost->record->name, queue->record->name));
  }
  return list_records(call, std::move(records));
}

// ---- those of one source and one destination ----

struct Pair {
  std::string vhost, source, destination;
  DestinationKind kind;
};

template <DestinationKind kind>
Pair pair_of(const Call& call) {
  const std::string& destination = call.name("destination");
  return {
      call.name("vhost"), std::string(exchange_name(call.name("source"))),
      kind == DestinationKind::kExchange ? std::string(exchange_name(destination)) : destination,
      kind};
}

Records records_of(const Call& call, const Pair& pair) {
  const Vhost* vhost = call.directory.find_vhost(pair.vhost);
  const BindingSet* incoming = nullptr;
  if (vhost && pair.kind == DestinationKind::kQueue) {
    if (const CatalogQueue* queue = vhost->find_queue(pair.destination)) {
      if (pair.source.empty()) return {default_binding(pair.vhost, pair.destination)};
      incoming = &queue->incoming;
    }
  } else if (vhost) {
    if (const Exchange* to = vhost->find_exchange(pair.destination)) incoming = &to->incoming;
  }
  Records records;
  if (!incoming) return records;
  for (const BindingPtr& one : *incoming) {
    if (one->source == pair.source) records.push_back(one);
  }
  return records;
}

template <DestinationKind kind>
Reply list_pair(Call& call) {
  if (!call.vhost()) return no_such_object();
  return list_records(call, records_of(call, pair_of<kind>(call)));
}

BindingPtr find_by_key(const Call& call, const Pair& pair) {
  for (const BindingPtr& one : records_of(call, pair)) {
    if (binding_key(*one) == call.name("key")) return one;
  }
  return nullptr;
}

template <DestinationKind kind>
Reply show_binding(Call& call) {
  const BindingPtr binding = find_by_key(call, pair_of<kind>(call));
  return binding ? show(call.request, binding_row(*binding)) : no_such_object();
}

template <DestinationKind kind>
Reply bind(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  if (!call.vhost()) return not_found("vhost_not_found");
  Pair pair = pair_of<kind>(call);
  BindingRecord record{.vhost = std::move(pair.vhost),
                       .source = std::move(pair.source),
                       .destination_kind = kind,
                       .destination = std::move(pair.destination)};
  record.routing_key = body->optional_text("routing_key").value_or("");
  record.arguments = body->table("arguments");
  if (body->faults().any()) return bad_request(body->faults());
  if (record.source.empty()) return access_refused();
  if (auto refusal = check_binding_access(call, record)) return std::move(*refusal);
  std::string location =
      percent_encode(call.name("destination")) + "/" + percent_encode(binding_key(record));
  return carry_out(call, Bind{std::move(record), call.caller.name, {}, {}},
                   [location = std::move(location)](const TopologyAnswer&) {
                     Answer answer = empty_answer(201);
                     answer.headers.emplace_back("location", location);
                     return answer;
                   });
}

template <DestinationKind kind>
Reply unbind(Call& call) {
  const BindingPtr binding = find_by_key(call, pair_of<kind>(call));
  if (!binding) return no_such_object();
  if (binding->source.empty()) return access_refused();
  if (auto refusal = check_binding_access(call, *binding)) return std::move(*refusal);
  return carry_out(call, Unbind{*binding, call.caller.name, {}},
                   [](const TopologyAnswer&) { return no_content(); });
}

template <DestinationKind kind>
void add_pair(RouteTable& table, std::string_view list_pattern, std::string_view one_pattern) {
  table.add(list_pattern,
            {get(Need::kManagement, list_pair<kind>), post(Need::kManagement, bind<kind>)});
  table.add(one_pattern,
            {get(Need::kManagement, show_binding<kind>), del(Need::kManagement, unbind<kind>)});
}

}  // namespace

void add_bindings(RouteTable& table) {
  table.add("/api/bindings", {get(Need::kManagement, list_bindings)});
  table.add("/api/bindings/{vhost}", {get(Need::kManagement, list_bindings_of_vhost)});
  table.add("/api/exchanges/{vhost}/{name}/bindings/source",
            {get(Need::kManagement, list_bindings_from)});
  table.add("/api/exchanges/{vhost}/{name}/bindings/destination",
            {get(Need::kManagement, list_bindings_to_exchange)});
  table.add("/api/queues/{vhost}/{name}/bindings",
            {get(Need::kManagement, list_bindings_to_queue)});
  add_pair<DestinationKind::kQueue>(table, "/api/bindings/{vhost}/e/{source}/q/{destination}",
                                    "/api/bindings/{vhost}/e/{source}/q/{destination}/{key}");
  add_pair<DestinationKind::kExchange>(table, "/api/bindings/{vhost}/e/{source}/e/{destination}",
                                       "/api/bindings/{vhost}/e/{source}/e/{destination}/{key}");
}

}  // namespace coney::management
