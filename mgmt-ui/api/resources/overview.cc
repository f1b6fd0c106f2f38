#include <boost/json.hpp>

#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/client_rows.h"
#include "mgmt-ui/api/resources/node_facts.h"
#include "mgmt-ui/api/resources/object_statistics.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/stats/message_stats.h"
#include "mgmt-ui/api/stats/statistics.h"

namespace coney::management {

namespace json = boost::json;

namespace {

const StatsTables& tables(const Call& call) {
  return call.services.statistics().tables();
}

json::object basics(const Call& call) {
  const Config& config = call.config();
  json::object row{
      {"management_version", config.server_version},
      {"rates_mode", "basic"},
      {"sample_retention_policies", json::object{{"global", json::array{600, 3600, 28800, 86400}},
                                                 {"basic", json::array{600, 3600}},
                                                 {"detailed", json::array{600}}}},
      {"exchange_types", exchange_types()},
      {"product_version", config.server_version},
      {"product_name", config.server_product},
      {"cluster_name", config.cluster_name},
      {"cluster_tags", json::object()},
      {"node_tags", json::object()},
      {"disable_stats", without_statistics(call)},
      {"default_queue_type", config.default_queue_type},
      {"is_op_policy_updating_enabled", true},
      {"enable_queue_totals", call.request.flag("enable_queue_totals")},
      {"require_definition_json_extension", false}};
  put_versions(config, row);
  return row;
}

// Monitoring users see the node's sums, others those of the vhosts that they may use.
struct Sums {
  Totals totals{};
  std::vector<const History*> histories;
  CountSource source() const { return {totals, histories}; }
};

Sums sums_of(const Call& call) {
  if (call.caller.is_monitoring()) {
    return {tables(call).node().totals, {&tables(call).node().history}};
  }
  Sums sums;
  for (const Vhost* vhost : call.directory.vhosts()) {
    const TotalStats* stats = tables(call).find_vhost(vhost->record->name);
    if (!stats || !call.sees(vhost->record->name)) continue;
    for (std::size_t n = 0; n != kVhostColumns; ++n) sums.totals[n] += stats->totals[n];
    sums.histories.push_back(&stats->history);
  }
  return sums;
}

constexpr std::pair<std::string_view, Column> kChurn[] = {
    {"connection_created", kConnectionCreated},
    {"connection_closed", kConnectionClosed},
    {"channel_created", kChannelCreated},
    {"channel_closed", kChannelClosed},
    {"queue_declared", kQueueDeclared},
    {"queue_created", kQueueCreated},
    {"queue_deleted", kQueueDeleted}};
constexpr std::pair<std::string_view, Column> kDisk[] = {{"disk_reads", kDiskReads},
                                                         {"disk_writes", kDiskWrites}};

// Of the node, whoever asks.
void put_node_counts(const Call& call, std::span<const std::pair<std::string_view, Column>> counts,
                     json::object& to) {
  const TotalStats& node = tables(call).node();
  const History* const history = &node.history;
  for (const auto& [name, column] : counts) {
    const std::size_t at = column;
    put_count(to, name, node.totals, std::span(&at, 1), std::span(&history, 1),
              message_details(call));
  }
}

void put_statistics(const Call& call, json::object& to) {
  const Sums sums = sums_of(call);
  json::object messages;
  put_publishes(messages, sums.source(), message_details(call));
  put_deliveries(messages, sums.source(), message_details(call));
  put_node_counts(call, kDisk, messages);
  to["message_stats"] = std::move(messages);
  json::object churn;
  put_node_counts(call, kChurn, churn);
  to["churn_rates"] = std::move(churn);
  json::object lengths;
  put_lengths(lengths, sums.source(), length_details(call));
  to["queue_totals"] = std::move(lengths);
  to["statistics_db_event_queue"] = 0;
}

json::object object_totals(const Call& call) {
  std::size_t queues = 0, exchanges = 0, connections = 0, channels = 0;
  for (const Vhost* vhost : call.directory.vhosts()) {
    if (!call.sees(vhost->record->name)) continue;
    queues += vhost->queues.size();
    exchanges += vhost->exchanges.size();
  }
  if (call.caller.is_monitoring()) {
    connections = tables(call).connections().size();
    channels = tables(call).channel_count();
  } else {
    for (const auto& [name, connection] : tables(call).connections()) {
      if (!sees(call, *connection)) continue;
      ++connections;
      channels += tables(call).channels_of(connection->id).size();
    }
  }
  json::object totals{{"queues", queues}, {"exchanges", exchanges}, {"connections", connections}};
  if (without_statistics(call)) return totals;
  totals["channels"] = channels;
  if (call.caller.is_monitoring()) totals["consumers"] = tables(call).consumer_count();
  return totals;
}

Reply show_overview(Call& call) {
  json::object row = basics(call);
  if (!without_statistics(call)) put_statistics(call, row);
  row["object_totals"] = object_totals(call);
  if (call.caller.is_monitoring()) {
    row["node"] = call.config().node_name;
    if (!without_statistics(call)) {
      row["listeners"] = listeners(call);
      row["contexts"] = contexts(call, true);
    }
  }
  return show(call.request, std::move(row));
}

}  // namespace

void add_overview(RouteTable& table) {
  table.add("/api/overview", {get(Need::kManagement, show_overview)});
}

}  // namespace coney::management
