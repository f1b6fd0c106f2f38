#include "mgmt-ui/api/prometheus/node_exposition.h"

#include <fmt/format.h>

#include <array>

#include "mgmt-ui/api/stats/statistics.h"

namespace coney::management {
namespace {

using Type = Exposition::Type;

constexpr Label kProtocol{"protocol", "amqp091"};

const StatsTables& tables(const Call& call) {
  return call.services.statistics().tables();
}

double number(std::uint64_t value) {
  return static_cast<double>(value);
}

void write_one(Exposition& out, std::string_view name, Type type, std::string_view help,
               double value, std::span<const Label> labels = {}) {
  out.family(name, type, help);
  out.sample_with(labels, value);
}

}  // namespace

std::string_view queue_type_label(QueueType type) {
  switch (type) {
    case QueueType::kQuorum:
      return "rabbit_quorum_queue";
    case QueueType::kStream:
      return "rabbit_stream_queue";
    default:
      return "rabbit_classic_queue";
  }
}

void write_object_counts(Exposition& out, const Call& call) {
  write_one(out, "rabbitmq_connections", Type::kGauge, "Open connections",
            number(tables(call).connections().size()));
  write_one(out, "rabbitmq_channels", Type::kGauge, "Open channels",
            number(tables(call).channel_count()));
  write_one(out, "rabbitmq_consumers", Type::kGauge, "Consumers of all queues",
            number(tables(call).consumer_count()));
  write_one(out, "rabbitmq_queues", Type::kGauge, "Queues that exist",
            number(call.directory.queues().size()));
}

void write_info(Exposition& out, const Call& call) {
  const Config& config = call.config();
  const std::array<Label, 4> build{{{"rabbitmq_version", config.server_version},
                                    {"prometheus_plugin_version", config.server_version},
                                    {"prometheus_client_version", CONEY_VERSION},
                                    {"erlang_version", "0.0"}}};
  write_one(out, "rabbitmq_build_info", Type::kUntyped,
            "Which broker this is and what it is compatible with", 1, build);
  const std::array<Label, 4> identity{{{"rabbitmq_node", config.node_name},
                                       {"rabbitmq_cluster", config.cluster_name},
                                       {"rabbitmq_cluster_permanent_id", config.cluster_name},
                                       {"rabbitmq_endpoint", "aggregated"}}};
  write_one(out, "rabbitmq_identity_info", Type::kUntyped, "Which node and cluster this is", 1,
            identity);
}

// ---- by protocol, and by type of queue ----

namespace {

struct ProtocolMetric {
  std::string_view name;
  std::string_view help;
  std::uint64_t (*value)(const StatsTables& tables);
};

template <Column kColumn>
std::uint64_t total(const StatsTables& tables) {
  return tables.node().totals[kColumn];
}

constexpr ProtocolMetric kProtocolMetrics[] = {
    {"messages_confirmed_total", "Messages whose confirm was sent", total<kConfirm>},
    {"messages_received_confirm_total", "Messages published on channels in confirm mode",
     [](const StatsTables& tables) { return tables.published_for_confirm(); }},
    {"messages_received_total", "Messages published", total<kPublish>},
    {"messages_routed_total", "Copies of messages that queues and streams were given",
     [](const StatsTables& tables) { return tables.routed(); }},
    {"messages_unroutable_dropped_total", "Messages that fitted no queue and were dropped",
     total<kDropUnroutable>},
    {"messages_unroutable_returned_total",
     "Mandatory messages that fitted no queue and were returned", total<kReturnUnroutable>},
};

struct QueueTypeMetric {
  std::string_view name;
  std::string_view help;
  std::array<Column, 4> columns;
  std::size_t count;
};

constexpr QueueTypeMetric kQueueTypeMetrics[] = {
    {"messages_acknowledged_total", "Messages that were acknowledged", {kAck}, 1},
    {"messages_delivered_consume_auto_ack_total",
     "Messages sent to consumers that do not acknowledge",
     {kDeliverNoAck},
     1},
    {"messages_delivered_consume_manual_ack_total",
     "Messages sent to consumers that acknowledge",
     {kDeliver},
     1},
    {"messages_delivered_get_auto_ack_total",
     "Messages taken by basic.get for good",
     {kGetNoAck},
     1},
    {"messages_delivered_get_manual_ack_total",
     "Messages taken by basic.get, to be acknowledged",
     {kGet},
     1},
    {"messages_delivered_total",
     "Messages sent to consumers or taken by basic.get",
     {kDeliver, kDeliverNoAck, kGet, kGetNoAck},
     4},
    {"messages_get_empty_total", "Calls of basic.get that found nothing", {kGetEmpty}, 1},
    {"messages_redelivered_total", "Messages that were sent again", {kRedeliver}, 1},
};

constexpr QueueType kTypes[] = {QueueType::kClassic, QueueType::kQuorum, QueueType::kStream};

void write_by_queue_type(Exposition& out, const Call& call) {
  for (const QueueTypeMetric& metric : kQueueTypeMetrics) {
    out.family(std::string("rabbitmq_global_").append(metric.name), Type::kCounter, metric.help);
    for (const QueueType type : kTypes) {
      const QueueCounts& counts = tables(call).queue_type_totals(queue_type_name(type));
      std::uint64_t sum = 0;
      for (std::size_t n = 0; n != metric.count; ++n) sum += counts[metric.columns[n]];
      out.sample({kProtocol, {"queue_type", queue_type_label(type)}}, number(sum));
    }
  }
}

void write_dead_letters(Exposition& out, const Call& call) {
  constexpr std::pair<std::string_view, std::string_view> kReasons[] = {
      {"rejected", "Dead letters that a client had rejected"},
      {"expired", "Dead letters that had become too old"},
      {"maxlen", "Dead letters of queues that were full"},
      {"delivery_limit", "Dead letters that had come back too often"}};
  const auto& counts = tables(call).shard_totals().dead_lettered;
  for (std::size_t reason = 0; reason != std::size(kReasons); ++reason) {
    const auto& [name, help] = kReasons[reason];
    out.family("rabbitmq_global_messages_dead_lettered_" + std::string(name) + "_total",
               Type::kCounter, help);
    for (const bool quorum : {false, true}) {
      out.sample(
          {{"queue_type", queue_type_label(quorum ? QueueType::kQuorum : QueueType::kClassic)},
           {"dead_letter_strategy", "at_most_once"}},
          number(counts[quorum ? 1 : 0][reason]));
    }
  }
}

void write_message_sizes(Exposition& out, const Call& call) {
  const ShardCounters& counters = tables(call).shard_totals();
  out.family("rabbitmq_message_size_bytes", Type::kHistogram,
             "Bytes of the bodies that were published");
  std::uint64_t below = 0;
  for (std::size_t n = 0; n != counters.message_sizes.size(); ++n) {
    below += counters.message_sizes[n];
    const std::string limit = n < ShardCounters::kSizeLimits.size()
                                  ? std::to_string(ShardCounters::kSizeLimits[n])
                                  : "+Inf";
    out.line("_bucket", std::array<Label, 2>{kProtocol, Label{"le", limit}}, number(below));
  }
  out.line("_count", std::array{kProtocol}, number(below));
  out.line("_sum", std::array{kProtocol}, number(counters.message_bytes));
}

void write_latency(Exposition& out, std::string_view name, std::string_view help,
                   const LatencyHistogram& histogram) {
  constexpr double kMicrosecondsPerSecond = 1'000'000;
  out.family(name, Type::kHistogram, help);
  std::uint64_t below = 0;
  for (std::size_t n = 0; n != histogram.counts.size(); ++n) {
    below += histogram.counts[n];
    const bool bounded = n < LatencyHistogram::kLimits.size();
    const std::string limit =
        bounded ? fmt::format("{}", number(LatencyHistogram::kLimits[n]) / kMicrosecondsPerSecond)
                : "+Inf";
    out.line("_bucket", std::array<Label, 2>{kProtocol, Label{"le", limit}}, number(below));
  }
  out.line("_count", std::array{kProtocol}, number(below));
  out.line("_sum", std::array{kProtocol}, number(histogram.microseconds) / kMicrosecondsPerSecond);
}

}  // namespace

void write_global(Exposition& out, const Call& call) {
  const std::array labels{kProtocol};
  write_one(out, "rabbitmq_global_consumers", Type::kGauge, "Consumers of all queues",
            number(tables(call).consumer_count()), labels);
  for (const ProtocolMetric& metric : kProtocolMetrics) {
    write_one(out, std::string("rabbitmq_global_").append(metric.name), Type::kCounter, metric.help,
              number(metric.value(tables(call))), labels);
  }
  std::size_t publishers = 0;
  tables(call).for_each_channel([&publishers](const ChannelStats& channel) {
    publishers += channel.counts[kPublish] != 0 ? 1 : 0;
  });
  write_one(out, "rabbitmq_global_publishers", Type::kGauge, "Channels that have published",
            number(publishers), labels);
  write_by_queue_type(out, call);
  write_dead_letters(out, call);
  write_message_sizes(out, call);
  const ShardCounters& counters = tables(call).shard_totals();
  write_latency(out, "coney_time_in_queue_seconds",
                "Time from a publish to its first delivery, of samples", counters.time_in_queue);
  write_latency(out, "coney_confirm_latency_seconds",
                "Time from a publish to its confirm, of samples", counters.confirm_latency);
}

// ---- alarms, memory ----

void write_alarms(Exposition& out, const Call& call) {
  const NodeSample& node = call.services.statistics().node().last();
  constexpr double kMilliseconds = 1000;
  write_one(out, "rabbitmq_alarms_free_disk_space_watermark", Type::kUntyped,
            "1 while the disk alarm is on", node.resources.disk_alarm ? 1 : 0);
  write_one(out, "rabbitmq_alarms_memory_used_watermark", Type::kUntyped,
            "1 while the memory alarm is on", node.resources.memory_alarm ? 1 : 0);
  write_one(out, "rabbitmq_unreachable_cluster_peers_count", Type::kGauge,
            "Always 0: a node has no peers", 0);
  write_one(out, "process_start_time_seconds", Type::kGauge,
            "Start of the process, seconds since 1970",
            number(call.services.statistics().started_at()) / kMilliseconds);
}

void write_memory(Exposition& out, const Call& call) {
  std::uint64_t queues = 0, quorum = 0, streams = 0, messages = 0;
  tables(call).for_each_queue([&](const QueueStats& queue) {
    const std::uint64_t own =
        queue.gauges.memory - std::min(queue.gauges.memory, queue.gauges.message_bytes_ram);
    messages += queue.gauges.message_bytes_ram;
    std::uint64_t& sum = queue.record->type == "quorum"   ? quorum
                         : queue.record->type == "stream" ? streams
                                                          : queues;
    sum += own;
  });
  const std::uint64_t management = tables(call).budget().used();
  const std::uint64_t used = call.services.statistics().node().last().resources.memory_used;
  const std::uint64_t known = queues + quorum + streams + messages + management;
  const std::pair<std::string_view, std::uint64_t> parts[] = {
      {"classic_queue_erlang_process", queues}, {"quorum_queue_erlang_process", quorum},
      {"stream_erlang_process", streams},       {"binary_heap", messages},
      {"management_stats_db", management},      {"other_system", used - std::min(used, known)}};
  for (const auto& [name, bytes] : parts) {
    write_one(out, "rabbitmq_memory_" + std::string(name) + "_bytes", Type::kGauge,
              "Memory of this part in bytes", number(bytes));
  }
}

}  // namespace coney::management
