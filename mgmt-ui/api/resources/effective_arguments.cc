#include <boost/json.hpp>

#include "broker/definitions/argument_json.h"
#include "broker/policy/explanation.h"
#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/declaring.h"
#include "mgmt-ui/api/resources/queue_use.h"
#include "mgmt-ui/api/resources/resources.h"

// Why a queue or an exchange does what it does: each value that is in effect, and whether it is
// there by a policy, an argument or by default.

namespace coney::management {

namespace json = boost::json;

namespace {

json::value value_of(const amqp::Value& value) {
  amqp::Table table;
  table.append("value", value);
  return table_to_json(table).at("value");
}

Reply show_explanation(const Call& call, const Explanation& explanation) {
  std::vector<json::object> rows;
  for (const ExplainedValue& one : explanation.values) {
    json::object row{
        {"name", one.key}, {"value", value_of(one.value)}, {"source", to_string(one.source)}};
    if (!one.policy.empty()) row["policy"] = json::string(json_text(one.policy));
    rows.push_back(std::move(row));
  }
  return list(call.request, std::move(rows));
}

Reply explain_queue(Call& call) {
  const CatalogQueue* queue = queue_of_path(call);
  if (!queue) return no_such_object();
  return show_explanation(call, explain(*queue->record, call.vhost()->policies));
}

Reply explain_exchange(Call& call) {
  const Vhost* vhost = call.vhost();
  const Exchange* exchange =
      vhost ? vhost->find_exchange(exchange_name(call.name("name"))) : nullptr;
  if (!exchange) return no_such_object();
  return show_explanation(call, explain(*exchange->record, vhost->policies));
}

}  // namespace

void add_effective_arguments(RouteTable& table) {
  table.add("/api/queues/{vhost}/{name}/effective-arguments",
            {get(Need::kManagement, explain_queue)});
  table.add("/api/exchanges/{vhost}/{name}/effective-arguments",
            {get(Need::kManagement, explain_exchange)});
}

}  // namespace coney::management
