#include <unistd.h>

#include <boost/json.hpp>
#include <thread>

#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/built_in_plugins.h"
#include "mgmt-ui/api/resources/node_facts.h"
#include "mgmt-ui/api/resources/object_statistics.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/stats/message_stats.h"
#include "mgmt-ui/api/stats/statistics.h"

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr int kMostThreads = 1'048'576;  // what Linux lets a process have

const Statistics& statistics(const Call& call) {
  return call.services.statistics();
}

Details node_details(const Call& call) {
  return {statistics(call).now() / 1000, sample_range(call.request, "node_stats")};
}

void put_facts(const Call& call, json::object& to) {
  const Config& config = call.config();
  json::array log_files;
  if (!config.log.file.empty()) log_files.push_back(json::string(config.log.file));
  if (config.log.console) log_files.push_back("<stdout>");
  to["name"] = config.node_name;
  to["running"] = true;
  to["type"] = "disc";
  to["being_drained"] = false;
  to["partitions"] = json::array();
  to["cluster_links"] = json::array();
  to["os_pid"] = std::to_string(::getpid());
  to["rates_mode"] = "basic";
  to["net_ticktime"] = 60;
  to["mem_calculation_strategy"] = "rss";
  to["processors"] = std::thread::hardware_concurrency();
  to["exchange_types"] = exchange_types();
  to["auth_mechanisms"] = auth_mechanisms(config);
  to["applications"] = json::array{{{"name", "rabbit"},
                                    {"description", "Coney " CONEY_VERSION},
                                    {"version", config.server_version}}};
  to["contexts"] = contexts(call, false);
  to["log_files"] = std::move(log_files);
  to["db_dir"] = config.data_dir;
  to["config_files"] = json::array();
  json::array plugins;
  for (const KnownPlugin& plugin : known_plugins()) {
    if (plugin.built_in) plugins.emplace_back(plugin.name);
  }
  to["enabled_plugins"] = std::move(plugins);
  to["ra_open_file_metrics"] = json::object{{"ra_log_wal", 0}, {"ra_log_segment_writer", 0}};
  put_versions(config, to);
}

void put_limits(const Call& call, json::object& to) {
  const NodeSample& node = statistics(call).node().last();
  to["fd_total"] = node.fd_total;
  to["sockets_total"] = node.fd_total;
  to["proc_total"] = kMostThreads;
  to["mem_limit"] = node.resources.memory_limit;
  to["mem_alarm"] = call.services.alarms().memory;
  to["disk_free_limit"] = node.resources.disk_free_limit;
  to["disk_free_alarm"] = call.services.alarms().disk;
  to["uptime"] = statistics(call).uptime();
  to["run_queue"] = node.run_queue;
}

// What RabbitMQ counts and there is nothing of here.
void put_nothing(const Details& details, json::object& to) {
  constexpr std::string_view kNames[] = {"gc_num",
                                         "gc_bytes_reclaimed",
                                         "io_seek_count",
                                         "io_reopen_count",
                                         "mnesia_ram_tx_count",
                                         "mnesia_disk_tx_count",
                                         "queue_index_read_count",
                                         "queue_index_write_count"};
  constexpr std::string_view kTimes[] = {"io_seek_avg_time"};
  for (std::string_view name : kNames) {
    to[name] = 0;
    to[std::string(name) + "_details"] = details.nothing();
  }
  for (std::string_view name : kTimes) {
    to[name] = 0.0;
    to[std::string(name) + "_details"] = details.nothing();
  }
  json::object lengths;
  for (std::string_view name :
       {"connection_closed", "channel_closed", "consumer_deleted", "exchange_deleted",
        "queue_deleted", "vhost_deleted", "node_node_deleted", "channel_consumer_deleted"}) {
    lengths[name] = 0;
  }
  to["metrics_gc_queue_length"] = std::move(lengths);
}

// Milliseconds that one call takes: since the start, and lately.
void put_io_times(const NodeStats& node, const Details& details, json::object& to) {
  struct Io {
    std::string_view name;
    NodeStats::Column count, time;
  };
  constexpr Io kIos[] = {{"io_read_avg_time", NodeStats::kIoReadCount, NodeStats::kIoReadTime},
                         {"io_write_avg_time", NodeStats::kIoWriteCount, NodeStats::kIoWriteTime},
                         {"io_sync_avg_time", NodeStats::kIoSyncCount, NodeStats::kIoSyncTime}};
  const auto average = [](double microseconds, double count) {
    return count == 0 ? 0.0 : microseconds / count / 1000;
  };
  for (const Io& io : kIos) {
    const std::size_t count = io.count, time = io.time;
    const double recent = average(details.rate(&node.history(), std::span(&time, 1)),
                                  details.rate(&node.history(), std::span(&count, 1)));
    to[io.name] = average(static_cast<double>(node.value(io.time)),
                          static_cast<double>(node.value(io.count)));
    to[std::string(io.name) + "_details"] = json::object{{"rate", recent}};
  }
}

void put_statistics(const Call& call, json::object& to) {
  const NodeStats& node = statistics(call).node();
  const Details details = node_details(call);
  for (std::size_t column = 0; column != NodeStats::kNamed; ++column) {
    const std::string name(NodeStats::kNames[column]);
    to[name] = node.value(static_cast<NodeStats::Column>(column));
    to[name + "_details"] = details.of(&node.history(), column);
  }
  constexpr std::pair<std::string_view, Column> kTotals[] = {
      {"msg_store_read_count", kDiskReads},
      {"msg_store_write_count", kDiskWrites},
      {"connection_created", kConnectionCreated},
      {"connection_closed", kConnectionClosed},
      {"channel_created", kChannelCreated},
      {"channel_closed", kChannelClosed},
      {"queue_declared", kQueueDeclared},
      {"queue_created", kQueueCreated},
      {"queue_deleted", kQueueDeleted}};
  put_io_times(node, details, to);
  const TotalStats& totals = statistics(call).tables().node();
  for (const auto& [name, column] : kTotals) {
    to[name] = totals.totals[column];
    to[std::string(name) + "_details"] = details.of(&totals.history, column);
  }
  put_nothing(details, to);
}

// ---- memory ----

// What is known of it; the rest is other_system.
json::object memory_parts(const Call& call) {
  const StatsTables& tables = statistics(call).tables();
  const std::uint64_t used = statistics(call).node().last().resources.memory_used;
  std::uint64_t queues = 0, messages = 0;
  tables.for_each_queue([&](const QueueStats& queue) {
    messages += queue.gauges.message_bytes_ram;
    queues += queue.gauges.memory - std::min(queue.gauges.memory, queue.gauges.message_bytes_ram);
  });
  const std::uint64_t management = tables.budget().used();
  json::object parts;
  for (std::string_view name : {"connection_readers",
                                "connection_writers",
                                "connection_channels",
                                "connection_other",
                                "stream_queue_procs",
                                "stream_queue_replica_reader_procs",
                                "stream_queue_coordinator_procs",
                                "quorum_queue_procs",
                                "quorum_queue_dlx_procs",
                                "queue_procs",
                                "plugins",
                                "metadata_store",
                                "other_proc",
                                "metrics",
                                "mgmt_db",
                                "quorum_ets",
                                "mnesia",
                                "metadata_store_ets",
                                "other_ets",
                                "binary",
                                "msg_index",
                                "code",
                                "atom"}) {
    parts[name] = 0;
  }
  parts["queue_procs"] = queues;
  parts["binary"] = messages;
  parts["mgmt_db"] = management;
  const std::uint64_t known = queues + messages + management;
  parts["other_system"] = used - std::min(used, known);
  parts["allocated_unused"] = 0;
  parts["reserved_unallocated"] = 0;
  return parts;
}

json::object memory_of(const Call& call) {
  json::object memory = memory_parts(call);
  const std::uint64_t used = statistics(call).node().last().resources.memory_used;
  memory["strategy"] = "rss";
  memory["total"] = json::object{{"erlang", used}, {"rss", used}, {"allocated", used}};
  return memory;
}

// Percent, rounded up.
json::object relative_memory_of(const Call& call) {
  json::object memory = memory_parts(call);
  const std::uint64_t used = statistics(call).node().last().resources.memory_used;
  for (auto& [name, value] : memory) {
    const std::uint64_t bytes = value.to_number<std::uint64_t>();
    value = used == 0 ? 0 : (bytes * 100 + used - 1) / used;
  }
  memory["total"] = 100;
  return memory;
}

// ---- answers ----

json::object node_row(const Call& call) {
  json::object row;
  put_facts(call, row);
  if (!without_statistics(call)) {
    put_limits(call, row);
    put_statistics(call, row);
  }
  return row;
}

bool is_this(const Call& call) {
  return call.name("node") == call.config().node_name;
}

Reply list_nodes(Call& call) {
  std::vector<json::object> rows;
  rows.push_back(node_row(call));
  return list(call.request, std::move(rows));
}

Reply show_node(Call& call) {
  if (!is_this(call)) return no_such_object();
  json::object row = node_row(call);
  if (call.request.flag("memory")) row["memory"] = memory_of(call);
  return show(call.request, std::move(row));
}

Reply show_memory(Call& call) {
  if (!is_this(call)) return no_such_object();
  return show(call.request, {{"memory", memory_of(call)}});
}

Reply show_relative_memory(Call& call) {
  if (!is_this(call)) return no_such_object();
  return show(call.request, {{"memory", relative_memory_of(call)}});
}

// There are no tables of Erlang's.
Reply show_tables(Call& call) {
  if (!is_this(call)) return no_such_object();
  return show(call.request, {{"ets_tables_memory", json::object{{"total", 0}}}});
}

}  // namespace

void add_nodes(RouteTable& table) {
  table.add("/api/nodes", {get(Need::kMonitoring, list_nodes)});
  table.add("/api/nodes/{node}", {get(Need::kMonitoring, show_node)});
  table.add("/api/nodes/{node}/memory", {get(Need::kMonitoring, show_memory)});
  table.add("/api/nodes/{node}/memory/relative", {get(Need::kMonitoring, show_relative_memory)});
  table.add("/api/nodes/{node}/memory/ets", {get(Need::kMonitoring, show_tables)});
}

}  // namespace coney::management
