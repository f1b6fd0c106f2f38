#include <fmt/format.h>

#include <cmath>

#include "mgmt-ui/cli/command/columns.h"
#include "mgmt-ui/cli/command/node_report.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr Option kUnitOption[] = {{"unit"}};

struct MemoryPart {
  std::string name;
  std::uint64_t bytes;
  double percent;
};

// The parts of the memory, the greatest first.
std::vector<MemoryPart> memory_parts(const json::object& memory) {
  const double total = static_cast<double>(number_at(memory, "total.rss"));
  std::vector<MemoryPart> parts;
  for (const auto& [name, value] : memory) {
    if (name == "total" || name == "strategy") continue;
    const auto bytes = number_at(memory, name);
    const double percent =
        total == 0 ? 0 : std::round(static_cast<double>(bytes) / total * 1e4) / 100;
    parts.push_back({std::string(name), bytes, percent});
  }
  std::ranges::stable_sort(parts, std::greater(), &MemoryPart::bytes);
  return parts;
}

std::string decimal(double value) {
  const std::string text = fmt::format("{}", value);
  return text.find('.') == text.npos ? text + ".0" : text;
}

std::string unit_of(const Context& context) {
  return context.arguments.text_or("unit", "gb");
}

std::string amount(const Context& context, std::uint64_t bytes) {
  return in_unit(bytes, unit_of(context)).value_or("");
}

std::string list_text(const json::value& list) {
  std::string text;
  if (!list.is_array()) return text;
  for (const json::value& item : list.get_array()) {
    if (item.is_string()) text.append(" * ").append(std::string(item.get_string())).append("\n");
  }
  return text;
}

std::string section(std::string_view title, std::string_view body) {
  return fmt::format("{}\n\n{}\n", title, body);
}

std::string lines(const std::vector<std::string>& texts) {
  if (texts.empty()) return "(none)\n";
  return fmt::format("{}\n", fmt::join(texts, "\n"));
}

// Everything that status tells, got in one go.
struct Facts {
  json::object node;  // of /api/nodes
  json::object self;  // of /api/coney/node
  std::vector<json::object> listeners;
  std::uint64_t connections = 0, queues = 0, vhosts = 0;
};

Result<Facts> get_facts(Context& context) {
  Facts facts;
  auto row = get_node_row(context, true);
  if (!row) return row.error();
  facts.node = std::move(*row);
  auto self = context.node.get("/api/coney/node");
  if (!self) return self.error();
  facts.self = self->as_object();
  auto listeners = get_listeners(context);
  if (!listeners) return listeners.error();
  facts.listeners = std::move(*listeners);
  auto overview = context.node.get("/api/overview?columns=object_totals");
  if (!overview) return overview.error();
  facts.connections = number_at(overview->as_object(), "object_totals.connections");
  facts.queues = number_at(overview->as_object(), "object_totals.queues");
  auto vhosts = context.node.list("/api/vhosts?columns=name");
  if (!vhosts) return vhosts.error();
  facts.vhosts = vhosts->size();
  return facts;
}

std::string runtime_text(const Facts& facts) {
  return fmt::format(
      "OS PID: {}\nOS: Linux\nUptime (seconds): {}\nIs under maintenance?: false\n"
      "RabbitMQ version: {}\nProduct name: {}\nProduct version: {}\nNode name: {}\n"
      "Crypto library: {}\nScheduler run queue: {}\n",
      text_at(facts.node, "os_pid"), number_at(facts.node, "uptime") / 1000,
      text_at(facts.self, "rabbitmq_version"), text_at(facts.self, "product_name"),
      text_at(facts.self, "product_version"), text_at(facts.node, "name"),
      text_at(facts.node, "crypto_lib_version"), number_at(facts.node, "run_queue"));
}

std::string watermark_text(const Context& context, const Facts& facts) {
  const std::uint64_t limit = number_at(facts.node, "mem_limit");
  const json::value setting = field_at(facts.self, "memory_high_watermark");
  const double relative = setting.is_object() && setting.get_object().contains("relative")
                              ? setting.at("relative").to_number<double>()
                              : 0;
  if (relative == 0) return amount(context, limit);
  return fmt::format("{} of available memory, computed to: {}", decimal(relative),
                     amount(context, limit));
}

std::string memory_text(const Context& context, const Facts& facts) {
  const json::value memory = field_at(facts.node, "memory");
  if (!memory.is_object()) return "(unknown)\n";
  std::string text = fmt::format(
      "Total memory used: {}\nCalculation strategy: rss\nMemory high watermark setting: {}\n\n",
      amount(context, number_at(facts.node, "memory.total.rss")), watermark_text(context, facts));
  for (const MemoryPart& part : memory_parts(memory.get_object())) {
    text += fmt::format("{}: {} ({} %)\n", part.name, amount(context, part.bytes),
                        decimal(part.percent));
  }
  return text;
}

std::string status_text(const Context& context, const Facts& facts) {
  std::string text = section("Runtime", runtime_text(facts));
  text += section("Plugins", fmt::format("Enabled plugins:\n\n{}",
                                         list_text(field_at(facts.node, "enabled_plugins"))));
  text += section("Data directory",
                  fmt::format("Node data directory: {}\n", text_at(facts.node, "db_dir")));
  text += section("Config files", list_text(field_at(facts.self, "config_files")));
  text += section("Log file(s)", list_text(field_at(facts.node, "log_files")));
  text += section("Alarms", lines(alarm_texts(facts.node)));
  text += section("Tags", "(none)\n");
  text += section("Memory", memory_text(context, facts));
  text += section("Free Disk Space",
                  fmt::format("Low free disk space watermark: {}\nFree disk space: {}\n",
                              amount(context, number_at(facts.node, "disk_free_limit")),
                              amount(context, number_at(facts.node, "disk_free"))));
  text += section("Totals",
                  fmt::format("Connection count: {}\nQueue count: {}\nVirtual host count: {}\n",
                              facts.connections, facts.queues, facts.vhosts));
  std::vector<std::string> listeners;
  for (const json::object& each : facts.listeners) listeners.push_back(listener_line(each));
  text += section("Listeners", lines(listeners));
  text.pop_back();
  return text;
}

json::object status_json(const Facts& facts) {
  const json::object& node = facts.node;
  return {{"memory", field_at(node, "memory")},
          {"pid", to_integer(text_at(node, "os_pid")).value_or(0)},
          {"processes",
           {{"used", number_at(node, "proc_used")}, {"limit", number_at(node, "proc_total")}}},
          {"run_queue", number_at(node, "run_queue")},
          {"os", "Linux"},
          {"net_ticktime", number_at(node, "net_ticktime")},
          {"config_files", field_at(facts.self, "config_files")},
          {"alarms", alarms_json(node)},
          {"tags", json::array()},
          {"listeners", to_array(facts.listeners)},
          {"product_name", text_at(facts.self, "product_name")},
          {"product_version", text_at(facts.self, "product_version")},
          {"erlang_version", text_at(node, "erlang_full_version")},
          {"rabbitmq_version", text_at(facts.self, "rabbitmq_version")},
          {"uptime", number_at(node, "uptime") / 1000},
          {"is_under_maintenance", false},
          {"crypto_lib_version", text_at(node, "crypto_lib_version")},
          {"active_plugins", field_at(node, "enabled_plugins")},
          {"data_directory", text_at(node, "db_dir")},
          {"log_files", field_at(node, "log_files")},
          {"vm_memory_calculation_strategy", "rss"},
          {"vm_memory_high_watermark_setting", field_at(facts.self, "memory_high_watermark")},
          {"vm_memory_high_watermark_limit", number_at(node, "mem_limit")},
          {"disk_free_limit", number_at(node, "disk_free_limit")},
          {"disk_free", number_at(node, "disk_free")},
          {"totals",
           {{"connection_count", facts.connections},
            {"queue_count", facts.queues},
            {"virtual_host_count", facts.vhosts}}}};
}

Outcome status(Context& context) {
  auto facts = get_facts(context);
  if (!facts) return facts.error();
  return Document{status_json(*facts), status_text(context, *facts)};
}

Outcome memory_breakdown(Context& context) {
  auto row = get_node_row(context, true);
  if (!row) return row.error();
  const json::value memory = field_at(*row, "memory");
  if (!memory.is_object()) return error(ExitCode::kUnavailable, "the memory is unknown");
  json::object parts;
  std::string text;
  for (const MemoryPart& part : memory_parts(memory.get_object())) {
    parts[part.name] = json::object{{"bytes", part.bytes}, {"percentage", part.percent}};
    text += fmt::format("{}: {} ({}%)\n", part.name, amount(context, part.bytes),
                        decimal(part.percent));
  }
  return Document{std::move(parts), std::move(text)};
}

std::optional<std::string> check_unit(const Arguments& arguments) {
  const std::string unit = arguments.text_or("unit", "gb");
  if (in_unit(0, unit)) return std::nullopt;
  return fmt::format("unit '{}' is not supported; use bytes, mb, gb or tb", unit);
}

// ---- cluster ----

struct Cluster {
  std::string name, node;
  json::object row;
  std::vector<json::object> listeners, flags;
  std::string version, product_version;
};

Result<Cluster> get_cluster(Context& context) {
  Cluster cluster;
  auto row = get_node_row(context);
  if (!row) return row.error();
  cluster.row = std::move(*row);
  cluster.node = text_at(cluster.row, "name");
  auto name = context.node.get("/api/cluster-name");
  if (!name) return name.error();
  cluster.name = text_at(name->as_object(), "name");
  auto listeners = get_listeners(context);
  if (!listeners) return listeners.error();
  cluster.listeners = std::move(*listeners);
  auto flags = context.node.list("/api/feature-flags");
  if (!flags) return flags.error();
  cluster.flags = std::move(*flags);
  auto self = context.node.get("/api/coney/node");
  if (!self) return self.error();
  cluster.version = text_at(self->as_object(), "rabbitmq_version");
  cluster.product_version = text_at(self->as_object(), "product_version");
  return cluster;
}

std::string cluster_text(const Cluster& cluster) {
  const std::string node_line = cluster.node + "\n";
  const std::uint64_t cores = number_at(cluster.row, "processors");
  std::string text = section(
      "Basics", fmt::format("Cluster name: {}\nTotal CPU cores available cluster-wide: {}\n",
                            cluster.name, cores));
  text += section("Cluster Tags", "(none)\n");
  text += section("Disk Nodes", node_line) + section("Running Nodes", node_line);
  text += section("Versions", fmt::format("{}: RabbitMQ {} (Coney {})\n", cluster.node,
                                          cluster.version, cluster.product_version));
  text +=
      section("CPU Cores", fmt::format("Node: {}, available CPU cores: {}\n", cluster.node, cores));
  text += section("Maintenance status",
                  fmt::format("Node: {}, status: not under maintenance\n", cluster.node));
  text += section("Alarms", lines(alarm_texts(cluster.row)));
  text += section("Network Partitions", "(none)\n");
  std::vector<std::string> listeners, flags;
  for (const json::object& each : cluster.listeners) {
    std::string line = listener_line(each);
    line[0] = 'i';
    listeners.push_back(fmt::format("Node: {}, {}", cluster.node, line));
  }
  for (const json::object& flag : cluster.flags) {
    flags.push_back(
        fmt::format("Flag: {}, state: {}", text_at(flag, "name"), text_at(flag, "state")));
  }
  text += section("Listeners", lines(listeners)) + section("Feature flags", lines(flags));
  text.pop_back();
  return text;
}

json::object cluster_json(const Cluster& cluster) {
  const std::string& node = cluster.node;
  return {{"alarms", alarms_json(cluster.row)},
          {"cluster_tags", json::array()},
          {"listeners", json::object{{node, to_array(cluster.listeners)}}},
          {"cpu_cores", json::object{{node, number_at(cluster.row, "processors")}}},
          {"cluster_name", cluster.name},
          {"disk_nodes", json::array{node}},
          {"running_nodes", json::array{node}},
          {"versions", json::object{{node,
                                     {{"erlang_version", text_at(cluster.row, "erlang_version")},
                                      {"rabbitmq_name", "RabbitMQ"},
                                      {"rabbitmq_version", cluster.version}}}}},
          {"partitions", json::object()},
          {"maintenance_status", json::object{{node, "not under maintenance"}}},
          {"feature_flags", to_array(cluster.flags)}};
}

Outcome cluster_status(Context& context) {
  auto cluster = get_cluster(context);
  if (!cluster) return cluster.error();
  return Document{cluster_json(*cluster), cluster_text(*cluster)};
}

std::string announce_status(const Context& context) {
  return fmt::format("Status of node {} ...", node_name(context));
}
std::string announce_cluster(const Context& context) {
  return fmt::format("Cluster status of node {} ...", node_name(context));
}
std::string announce_memory(const Context& context) {
  return fmt::format("Reporting memory breakdown on node {}...", node_name(context));
}

constexpr Command kCommands[] = {
    {.name = "cluster_status",
     .usage = "[--timeout <timeout>]",
     .help = "Shows the nodes of the cluster, which is this one",
     .run = cluster_status,
     .announce = announce_cluster},
    {.name = "memory_breakdown",
     .usage = "[--unit <unit>] [--timeout <timeout>]",
     .help = "Shows what the node uses memory for",
     .run = memory_breakdown,
     .announce = announce_memory,
     .options = kUnitOption,
     .check = check_unit},
    {.name = "status",
     .usage = "[--unit <unit>] [--timeout <timeout>]",
     .help = "Shows the state of the node",
     .run = status,
     .announce = announce_status,
     .options = kUnitOption,
     .check = check_unit},
};

}  // namespace

std::span<const Command> status_commands() {
  return kCommands;
}

}  // namespace coney::cli
