#include "mgmt-ui/api/prometheus/metric_table.h"

namespace coney::management {
namespace {

using Type = Exposition::Type;

constexpr double number(std::uint64_t value) {
  return static_cast<double>(value);
}
template <Column kColumn, typename Object>
double count(const Object& object) {
  return number(object.counts[kColumn]);
}
template <std::uint64_t QueueGauges::*kGauge>
double gauge(const QueueStats& queue) {
  return number(queue.gauges.*kGauge);
}
template <std::uint64_t ChannelGauges::*kGauge>
double channel_gauge(const ChannelStats& channel) {
  return number(channel.gauges.*kGauge);
}
template <std::uint64_t ConnectionCounters::*kCounter>
double counter(const ConnectionStats& connection) {
  return number(connection.last.counters.*kCounter);
}
template <typename Object>
double zero(const Object&) {
  return 0;
}

std::uint64_t unacknowledged_in_memory(const QueueStats& queue) {
  return std::min(queue.gauges.messages_unacknowledged, queue.gauges.messages_ram);
}

constexpr Metric<QueueStats> kQueueMetrics[] = {
    {"queue_coarse_metrics", "queue_messages_ready", Type::kGauge,
     "Messages that wait in a queue for a consumer", gauge<&QueueGauges::messages_ready>},
    {"queue_coarse_metrics", "queue_messages_unacked", Type::kGauge,
     "Messages that consumers have and have not settled",
     gauge<&QueueGauges::messages_unacknowledged>},
    {"queue_coarse_metrics", "queue_messages", Type::kGauge,
     "All messages of a queue, waiting or unsettled",
     [](const QueueStats& queue) {
       return number(queue.gauges.messages_ready + queue.gauges.messages_unacknowledged);
     }},
    {"queue_coarse_metrics", "queue_process_reductions_total", Type::kCounter,
     "Always 0: there are no Erlang processes", zero<QueueStats>},
    {"queue_metrics", "queue_consumers", Type::kGauge, "Consumers of a queue",
     [](const QueueStats& queue) { return number(queue.gauges.consumers); }},
    {"queue_metrics", "queue_consumer_capacity", Type::kGauge,
     "Share of the time in which consumers could take what was ready",
     [](const QueueStats& queue) {
       return queue.gauges.consumers == 0 ? 0.0 : queue.consumer_capacity;
     },
     false},
    {"queue_metrics", "queue_consumer_utilisation", Type::kGauge,
     "The consumer capacity by its older name",
     [](const QueueStats& queue) {
       return queue.gauges.consumers == 0 ? 0.0 : queue.consumer_capacity;
     }},
    {"queue_metrics", "queue_process_memory_bytes", Type::kGauge,
     "Bytes of memory that a queue takes, its messages in memory included",
     gauge<&QueueGauges::memory>},
    {"queue_metrics", "queue_messages_ram", Type::kGauge, "Messages of a queue that are in memory",
     gauge<&QueueGauges::messages_ram>},
    {"queue_metrics", "queue_messages_ram_bytes", Type::kGauge,
     "Bytes of bodies of a queue that are in memory", gauge<&QueueGauges::message_bytes_ram>},
    {"queue_metrics", "queue_messages_ready_ram", Type::kGauge,
     "Waiting messages of a queue that are in memory",
     [](const QueueStats& queue) {
       return number(queue.gauges.messages_ram - unacknowledged_in_memory(queue));
     }},
    {"queue_metrics", "queue_messages_unacked_ram", Type::kGauge,
     "Unsettled messages of a queue that are in memory",
     [](const QueueStats& queue) { return number(unacknowledged_in_memory(queue)); }},
    {"queue_metrics", "queue_messages_persistent", Type::kGauge,
     "Messages of a queue that survive a restart", gauge<&QueueGauges::messages_persistent>},
    {"queue_metrics", "queue_messages_persistent_bytes", Type::kGauge,
     "Bytes of bodies of a queue that survive a restart",
     gauge<&QueueGauges::message_bytes_persistent>, false},
    {"queue_metrics", "queue_messages_bytes", Type::kGauge,
     "Bytes of bodies of all messages of a queue",
     [](const QueueStats& queue) {
       return number(queue.gauges.message_bytes_ready + queue.gauges.message_bytes_unacknowledged);
     }},
    {"queue_metrics", "queue_messages_ready_bytes", Type::kGauge,
     "Bytes of bodies of the waiting messages of a queue",
     gauge<&QueueGauges::message_bytes_ready>},
    {"queue_metrics", "queue_messages_unacked_bytes", Type::kGauge,
     "Bytes of bodies of the unsettled messages of a queue",
     gauge<&QueueGauges::message_bytes_unacknowledged>},
    {"queue_metrics", "queue_head_message_timestamp", Type::kGauge,
     "Property timestamp of the message that is next, 0 without one",
     gauge<&QueueGauges::head_message_timestamp>, false},
    {"queue_metrics", "stream_segments", Type::kCounter,
     "Files' worth of messages that streams hold", gauge<&QueueGauges::segments>},
    {"queue_delivery_metrics", "queue_get_ack_total", Type::kCounter,
     "Messages that basic.get has taken from a queue, to be acknowledged", count<kGet, QueueStats>,
     true, kGet},
    {"queue_delivery_metrics", "queue_get_total", Type::kCounter,
     "Messages that basic.get has taken from a queue for good", count<kGetNoAck, QueueStats>, true,
     kGetNoAck},
    {"queue_delivery_metrics", "queue_messages_delivered_ack_total", Type::kCounter,
     "Messages of a queue sent to consumers that acknowledge", count<kDeliver, QueueStats>, true,
     kDeliver},
    {"queue_delivery_metrics", "queue_messages_delivered_total", Type::kCounter,
     "Messages of a queue sent to consumers that do not acknowledge",
     count<kDeliverNoAck, QueueStats>, true, kDeliverNoAck},
    {"queue_delivery_metrics", "queue_messages_redelivered_total", Type::kCounter,
     "Messages of a queue that were sent again", count<kRedeliver, QueueStats>, true, kRedeliver},
    {"queue_delivery_metrics", "queue_messages_acked_total", Type::kCounter,
     "Messages of a queue that were acknowledged", count<kAck, QueueStats>, true, kAck},
    {"queue_delivery_metrics", "queue_get_empty_total", Type::kCounter,
     "Calls of basic.get that found nothing in a queue", count<kGetEmpty, QueueStats>, true,
     kGetEmpty},
    {"queue_metrics", "queue_messages_published_total", Type::kCounter,
     "Messages that channels have put into a queue", count<kPublish, QueueStats>},
};

constexpr Metric<ChannelStats> kChannelMetrics[] = {
    {"channel_metrics", "channel_consumers", Type::kGauge, "Consumers of a channel",
     [](const ChannelStats& channel) { return number(channel.gauges.consumers); }},
    {"channel_metrics", "channel_messages_unacked", Type::kGauge,
     "Messages that a channel was sent and has not settled",
     channel_gauge<&ChannelGauges::messages_unacknowledged>},
    {"channel_metrics", "channel_messages_unconfirmed", Type::kGauge,
     "Messages published on a channel whose confirm is still to come",
     channel_gauge<&ChannelGauges::messages_unconfirmed>},
    {"channel_metrics", "channel_messages_uncommitted", Type::kGauge,
     "Messages published in the open transaction of a channel",
     channel_gauge<&ChannelGauges::messages_uncommitted>},
    {"channel_metrics", "channel_acks_uncommitted", Type::kGauge,
     "Acknowledgements in the open transaction of a channel",
     channel_gauge<&ChannelGauges::acks_uncommitted>},
    {"channel_metrics", "consumer_prefetch", Type::kGauge,
     "How many unsettled messages each new consumer of a channel may have",
     [](const ChannelStats& channel) { return number(channel.gauges.prefetch_count); }},
    {"channel_metrics", "channel_prefetch", Type::kGauge,
     "How many unsettled messages a channel may have in all (basic.qos, global)",
     [](const ChannelStats& channel) { return number(channel.gauges.global_prefetch_count); }},
    {"channel_exchange_metrics", "channel_messages_published_total", Type::kCounter,
     "Messages published on a channel", count<kPublish, ChannelStats>, true, kPublish},
    {"channel_exchange_metrics", "channel_messages_confirmed_total", Type::kCounter,
     "Messages published on a channel and confirmed", count<kConfirm, ChannelStats>, true,
     kConfirm},
    {"channel_exchange_metrics", "channel_messages_unroutable_returned_total", Type::kCounter,
     "Mandatory messages of a channel that fitted no queue and were returned",
     count<kReturnUnroutable, ChannelStats>, true, kReturnUnroutable},
    {"channel_exchange_metrics", "channel_messages_unroutable_dropped_total", Type::kCounter,
     "Messages of a channel that fitted no queue and were dropped",
     count<kDropUnroutable, ChannelStats>, true, kDropUnroutable},
    {"channel_process_metrics", "channel_process_reductions_total", Type::kCounter,
     "Always 0: there are no Erlang processes", zero<ChannelStats>},
    {"channel_queue_metrics", "channel_get_ack_total", Type::kCounter,
     "Messages that a channel has taken by basic.get, to be acknowledged",
     count<kGet, ChannelStats>, true, kGet},
    {"channel_queue_metrics", "channel_get_total", Type::kCounter,
     "Messages that a channel has taken by basic.get for good", count<kGetNoAck, ChannelStats>,
     true, kGetNoAck},
    {"channel_queue_metrics", "channel_messages_delivered_ack_total", Type::kCounter,
     "Messages sent to consumers of a channel that acknowledge", count<kDeliver, ChannelStats>,
     true, kDeliver},
    {"channel_queue_metrics", "channel_messages_delivered_total", Type::kCounter,
     "Messages sent to consumers of a channel that do not acknowledge",
     count<kDeliverNoAck, ChannelStats>, true, kDeliverNoAck},
    {"channel_queue_metrics", "channel_messages_redelivered_total", Type::kCounter,
     "Messages that a channel was sent again", count<kRedeliver, ChannelStats>, true, kRedeliver},
    {"channel_queue_metrics", "channel_messages_acked_total", Type::kCounter,
     "Messages that a channel has acknowledged", count<kAck, ChannelStats>, true, kAck},
    {"channel_queue_metrics", "channel_get_empty_total", Type::kCounter,
     "Calls of basic.get on a channel that found nothing", count<kGetEmpty, ChannelStats>, true,
     kGetEmpty},
};

constexpr Metric<ConnectionStats> kConnectionMetrics[] = {
    {"connection_coarse_metrics", "connection_incoming_bytes_total", Type::kCounter,
     "Bytes read from a connection's socket", counter<&ConnectionCounters::recv_oct>, true,
     kRecvOct},
    {"connection_coarse_metrics", "connection_outgoing_bytes_total", Type::kCounter,
     "Bytes written to a connection's socket", counter<&ConnectionCounters::send_oct>, true,
     kSendOct},
    {"connection_coarse_metrics", "connection_process_reductions_total", Type::kCounter,
     "Always 0: there are no Erlang processes", zero<ConnectionStats>},
    {"connection_metrics", "connection_incoming_packets_total", Type::kCounter,
     "Reads from a connection's socket", counter<&ConnectionCounters::recv_cnt>},
    {"connection_metrics", "connection_outgoing_packets_total", Type::kCounter,
     "Writes to a connection's socket", counter<&ConnectionCounters::send_cnt>},
    {"connection_metrics", "connection_pending_packets", Type::kGauge,
     "Bytes that wait for a connection's socket",
     [](const ConnectionStats& connection) { return number(connection.last.send_pend); }},
    {"connection_metrics", "connection_channels", Type::kGauge, "Channels of a connection",
     [](const ConnectionStats& connection) { return number(connection.last.channels); }},
};

constexpr Metric<ExchangeStats> kExchangeMetrics[] = {
    {"exchange_metrics", "exchange_messages_published_total", Type::kCounter,
     "Messages published to an exchange",
     [](const ExchangeStats& exchange) { return number(exchange.publish_in); }},
};

// ---- the node ----

template <Column kColumn>
double total(const Statistics& statistics) {
  return number(statistics.tables().node().totals[kColumn]);
}
template <NodeStats::Column kColumn>
double node_value(const Statistics& statistics) {
  return number(statistics.node().value(kColumn));
}
template <NodeStats::Column kColumn>
double io_seconds(const Statistics& statistics) {
  return number(statistics.node().value(kColumn)) / 1e6;
}
const NodeSample& sample_of(const Statistics& statistics) {
  return statistics.node().last();
}

constexpr double kMostThreads = 1'048'576;
constexpr double kNetTick = 60;
constexpr double kMillisecondsPerSecond = 1000;

constexpr Metric<Statistics> kNodeMetrics[] = {
    {"connection_churn_metrics", "connections_opened_total", Type::kCounter,
     "Connections opened since the start", total<kConnectionCreated>},
    {"connection_churn_metrics", "connections_closed_total", Type::kCounter,
     "Connections ended since the start", total<kConnectionClosed>},
    {"connection_churn_metrics", "channels_opened_total", Type::kCounter,
     "Channels opened since the start", total<kChannelCreated>},
    {"connection_churn_metrics", "channels_closed_total", Type::kCounter,
     "Channels ended since the start", total<kChannelClosed>},
    {"connection_churn_metrics", "queues_declared_total", Type::kCounter,
     "Declarations of queues since the start, also of those that existed", total<kQueueDeclared>},
    {"connection_churn_metrics", "queues_created_total", Type::kCounter,
     "Queues made since the start", total<kQueueCreated>},
    {"connection_churn_metrics", "queues_deleted_total", Type::kCounter,
     "Queues deleted since the start", total<kQueueDeleted>},
    {"node_coarse_metrics", "process_open_fds", Type::kGauge, "File descriptors in use",
     node_value<NodeStats::kFdUsed>},
    {"node_coarse_metrics", "process_resident_memory_bytes", Type::kGauge,
     "Bytes of memory that the process takes", node_value<NodeStats::kMemUsed>},
    {"node_coarse_metrics", "disk_space_available_bytes", Type::kGauge,
     "Free bytes on the disk of the data directory", node_value<NodeStats::kDiskFree>},
    {"node_coarse_metrics", "erlang_processes_used", Type::kGauge, "Threads of the process",
     node_value<NodeStats::kProcUsed>},
    {"node_coarse_metrics", "erlang_gc_runs_total", Type::kCounter,
     "Always 0: nothing is collected", zero<Statistics>},
    {"node_coarse_metrics", "erlang_gc_reclaimed_bytes_total", Type::kCounter,
     "Always 0: nothing is collected", zero<Statistics>},
    {"node_coarse_metrics", "erlang_scheduler_context_switches_total", Type::kCounter,
     "Context switches of the process", node_value<NodeStats::kContextSwitches>},
    {"node_metrics", "process_max_fds", Type::kGauge, "File descriptors that the process may use",
     [](const Statistics& statistics) { return number(sample_of(statistics).fd_total); }},
    {"node_metrics", "resident_memory_limit_bytes", Type::kGauge,
     "Memory above which the memory alarm goes on",
     [](const Statistics& statistics) {
       return number(sample_of(statistics).resources.memory_limit);
     }},
    {"node_metrics", "disk_space_available_limit_bytes", Type::kGauge,
     "Free disk space below which the disk alarm goes on",
     [](const Statistics& statistics) {
       return number(sample_of(statistics).resources.disk_free_limit);
     }},
    {"node_metrics", "erlang_processes_limit", Type::kGauge, "Threads that the process may have",
     [](const Statistics&) { return kMostThreads; }},
    {"node_metrics", "erlang_scheduler_run_queue", Type::kGauge,
     "Threads of the machine that are ready to run",
     [](const Statistics& statistics) { return number(sample_of(statistics).run_queue); }},
    {"node_metrics", "erlang_net_ticktime_seconds", Type::kGauge,
     "Seconds between signs of life of a cluster's nodes",
     [](const Statistics&) { return kNetTick; }},
    {"node_metrics", "erlang_uptime_seconds", Type::kGauge, "Seconds since the node's start",
     [](const Statistics& statistics) {
       return number(statistics.uptime()) / kMillisecondsPerSecond;
     }},
    {"node_persister_metrics", "io_read_ops_total", Type::kCounter, "Reads of log and segments",
     node_value<NodeStats::kIoReadCount>},
    {"node_persister_metrics", "io_read_bytes_total", Type::kCounter,
     "Bytes read of log and segments", node_value<NodeStats::kIoReadBytes>},
    {"node_persister_metrics", "io_write_ops_total", Type::kCounter, "Writes of log and segments",
     node_value<NodeStats::kIoWriteCount>},
    {"node_persister_metrics", "io_write_bytes_total", Type::kCounter,
     "Bytes written to log and segments", node_value<NodeStats::kIoWriteBytes>},
    {"node_persister_metrics", "io_sync_ops_total", Type::kCounter, "Syncs of log and segments",
     node_value<NodeStats::kIoSyncCount>},
    {"node_persister_metrics", "io_read_time_seconds_total", Type::kCounter, "Time that reads took",
     io_seconds<NodeStats::kIoReadTime>},
    {"node_persister_metrics", "io_write_time_seconds_total", Type::kCounter,
     "Time that writes took", io_seconds<NodeStats::kIoWriteTime>},
    {"node_persister_metrics", "io_sync_time_seconds_total", Type::kCounter, "Time that syncs took",
     io_seconds<NodeStats::kIoSyncTime>},
    {"node_persister_metrics", "msg_store_read_total", Type::kCounter,
     "Messages read back from segments", total<kDiskReads>},
    {"node_persister_metrics", "msg_store_write_total", Type::kCounter,
     "Messages written to the log", total<kDiskWrites>},
};

}  // namespace

std::span<const Metric<QueueStats>> queue_metrics() {
  return kQueueMetrics;
}
std::span<const Metric<ChannelStats>> channel_metrics() {
  return kChannelMetrics;
}
std::span<const Metric<ConnectionStats>> connection_metrics() {
  return kConnectionMetrics;
}
std::span<const Metric<ExchangeStats>> exchange_metrics() {
  return kExchangeMetrics;
}
std::span<const Metric<Statistics>> node_metrics() {
  return kNodeMetrics;
}

}  // namespace coney::management
