#include <boost/json.hpp>
#include <charconv>

#include "broker/definitions/argument_json.h"
#include "broker/definitions/policy_json.h"
#include "broker/policy/simulation.h"
#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/resources/resources.h"

// What a policy would change if it were set or deleted: on which queues and exchanges it would
// apply, which other policy stands in its way, and which values would change. Changes nothing.

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr std::size_t kDefaultItems = 50;
constexpr std::size_t kMaxItems = 500;

json::string text(std::string_view bytes) {
  return json::string(json_text(bytes));
}

json::value name_of(const PolicyRecord* policy) {
  return policy ? json::value(text(policy->name)) : json::value();
}

json::object match_json(const PolicyMatch& match) {
  return {{"policy", name_of(match.user)}, {"operator_policy", name_of(match.operators)}};
}

json::value value_json(const std::optional<ExplainedValue>& one) {
  if (!one) return nullptr;
  amqp::Table table;
  table.append("value", one->value);
  json::object row{{"value", table_to_json(table).at("value")}, {"source", to_string(one->source)}};
  if (!one->policy.empty()) row["policy"] = text(one->policy);
  return row;
}

json::array changes_json(const std::vector<ValueChange>& changes) {
  json::array rows;
  for (const ValueChange& change : changes) {
    rows.push_back(json::object{{"name", change.key},
                                {"before", value_json(change.before)},
                                {"after", value_json(change.after)}});
  }
  return rows;
}

// Counts all, and keeps the first of them: those that would change before those that would not.
class Outcome {
 public:
  Outcome(std::size_t most, bool is_operator) : most_(most), is_operator_(is_operator) {}

  void add(std::string_view kind, std::string_view type, std::string_view name,
           const SimulatedEffect& effect) {
    if (!effect.concerns()) return;
    Counts& counts = kind == "queue" ? queues_ : exchanges_;
    counts.fits += effect.fits;
    counts.wins += effect.wins;
    counts.unsupported += effect.is_unsupported;
    counts.changed += !effect.changes.empty();
    json::array& rows = effect.changes.empty() ? unchanged_ : changed_;
    if (rows.size() < most_) rows.push_back(row_of(kind, type, name, effect));
  }

  json::object finish() {
    for (json::value& row : unchanged_) {
      if (changed_.size() < most_) changed_.push_back(std::move(row));
    }
    return {{"queues", queues_.json()},
            {"exchanges", exchanges_.json()},
            {"items", std::move(changed_)}};
  }

 private:
  struct Counts {
    std::uint64_t fits = 0, wins = 0, unsupported = 0, changed = 0;
    json::object json() const {
      return {{"fits", fits}, {"wins", wins}, {"unsupported", unsupported}, {"changed", changed}};
    }
  };

  json::object row_of(std::string_view kind, std::string_view type, std::string_view name,
                      const SimulatedEffect& effect) const {
    json::object row{{"kind", kind},
                     {"type", type},
                     {"name", text(name)},
                     {"fits", effect.fits},
                     {"unsupported", effect.is_unsupported},
                     {"wins", effect.wins},
                     {"before", match_json(effect.before)},
                     {"after", match_json(effect.after)},
                     {"changes", changes_json(effect.changes)}};
    const PolicyRecord* winner = is_operator_ ? effect.after.operators : effect.after.user;
    if (winner)
      row["winner"] = json::object{{"name", text(winner->name)},
                                   {"priority", policy_to_json(*winner).at("priority")}};
    return row;
  }

  const std::size_t most_;
  const bool is_operator_;
  Counts queues_, exchanges_;
  json::array changed_, unchanged_;
};

// ?items=N
std::size_t wanted_items(const Request& request) {
  std::size_t items = kDefaultItems;
  const std::string_view text = request.parameter("items").value_or("");
  std::from_chars(text.data(), text.data() + text.size(), items);
  return std::min(items, kMaxItems);
}

Reply simulate(const Call& call, bool is_operator, PolicySimulation simulation) {
  Outcome outcome(wanted_items(call.request), is_operator);
  for (const QueueEntry& entry : call.directory.queues(*call.vhost())) {
    const QueueRecord& queue = *entry.queue->record;
    outcome.add("queue", queue.type, queue.name, simulation.on(queue));
  }
  for (const ExchangeEntry& entry : call.directory.exchanges(*call.vhost())) {
    const ExchangeRecord& exchange = *entry.exchange->record;
    outcome.add("exchange", exchange.type, exchange.name, simulation.on(exchange));
  }
  return json_answer(outcome.finish());
}

template <bool is_operator>
Reply simulate_policy(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  const Vhost* vhost = call.vhost();
  if (!vhost) return not_found("vhost_not_found");
  const bool is_deletion = body->flag("deleted", false);
  if (body->faults().any()) return bad_request(body->faults());
  if (is_deletion) {
    const PolicyPtr* policy = vhost->policies.list(is_operator).find(call.name("name"));
    if (!policy) return no_such_object();
    return simulate(call, is_operator, PolicySimulation::of_deletion(vhost->policies, *policy));
  }
  for (std::string_view key : {"pattern", "definition"}) body->any(key);
  if (body->faults().any()) return bad_request(body->faults());
  PolicyRecord named{
      .vhost = call.name("vhost"), .is_operator = is_operator, .name = call.name("name")};
  auto policy = policy_from_json(body->object(), std::move(named));
  if (!policy) return bad_request(json::string(policy.error().reason));
  return simulate(call, is_operator, PolicySimulation::of_put(vhost->policies, std::move(*policy)));
}

}  // namespace

void add_policy_simulation(RouteTable& table) {
  table.add("/api/policies/{vhost}/{name}/simulation",
            {post(Need::kPolicymaker, simulate_policy<false>)});
  table.add("/api/operator-policies/{vhost}/{name}/simulation",
            {post(Need::kAdministrator, simulate_policy<true>)});
}

}  // namespace coney::management
