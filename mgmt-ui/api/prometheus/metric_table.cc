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
     "Messages ready to be delivered to consumers", gauge<&QueueGauges::messages_ready>},
    {"queue_coarse_metrics", "queue_messages_unacked", Type::kGauge,
     "Messages delivered to consumers but not yet acknowledged",
     gauge<&QueueGauges::messages_unacknowledged>},
    {"queue_coarse_metrics", "queue_messages", Type::kGauge,
     "Sum of ready and unacknowledged messages - total queue depth",
     [](const QueueStats& queue) {
       return number(queue.gauges.messages_ready + queue.gauges.messages_unacknowledged);
     }},
    {"queue_coarse_metrics", "queue_process_reductions_total", Type::kCounter,
     "Total number of queue process reductions", zero<QueueStats>},
    {"queue_metrics", "queue_consumers", Type::kGauge, "Consumers on a queue",
     [](const QueueStats& queue) { return number(queue.gauges.consumers); }},
    {"queue_metrics", "queue_consumer_capacity", Type::kGauge, "Consumer capacity",
     [](const QueueStats& queue) {
       return queue.gauges.consumers == 0 ? 0.0 : queue.consumer_capacity;
     },
     false},
    {"queue_metrics", "queue_consumer_utilisation", Type::kGauge, "Same as consumer capacity",
     [](const QueueStats& queue) {
       return queue.gauges.consumers == 0 ? 0.0 : queue.consumer_capacity;
     }},
    {"queue_metrics", "queue_process_memory_bytes", Type::kGauge,
     "Memory in bytes used by the Erlang queue process", gauge<&QueueGauges::memory>},
    {"queue_metrics", "queue_messages_ram", Type::kGauge,
     "Ready and unacknowledged messages stored in memory", gauge<&QueueGauges::messages_ram>},
    {"queue_metrics", "queue_messages_ram_bytes", Type::kGauge,
     "Size of ready and unacknowledged messages stored in memory",
     gauge<&QueueGauges::message_bytes_ram>},
    {"queue_metrics", "queue_messages_ready_ram", Type::kGauge, "Ready messages stored in memory",
     [](const QueueStats& queue) {
       return number(queue.gauges.messages_ram - unacknowledged_in_memory(queue));
     }},
    {"queue_metrics", "queue_messages_unacked_ram", Type::kGauge,
     "Unacknowledged messages stored in memory",
     [](const QueueStats& queue) { return number(unacknowledged_in_memory(queue)); }},
    {"queue_metrics", "queue_messages_persistent", Type::kGauge, "Persistent messages",
     gauge<&QueueGauges::messages_persistent>},
    {"queue_metrics", "queue_messages_persistent_bytes", Type::kGauge,
     "Size in bytes of persistent messages", gauge<&QueueGauges::message_bytes_persistent>, false},
    {"queue_metrics", "queue_messages_bytes", Type::kGauge,
     "Size in bytes of ready and unacknowledged messages",
     [](const QueueStats& queue) {
       return number(queue.gauges.message_bytes_ready + queue.gauges.message_bytes_unacknowledged);
     }},
    {"queue_metrics", "queue_messages_ready_bytes", Type::kGauge, "Size in bytes of ready messages",
     gauge<&QueueGauges::message_bytes_ready>},
    {"queue_metrics", "queue_messages_unacked_bytes", Type::kGauge,
     "Size in bytes of all unacknowledged messages",
     gauge<&QueueGauges::message_bytes_unacknowledged>},
    {"queue_metrics", "queue_head_message_timestamp", Type::kGauge,
     "Timestamp of the first message in the queue, if any",
     gauge<&QueueGauges::head_message_timestamp>, false},
    {"queue_metrics", "stream_segments", Type::kCounter, "Total number of stream segment files",
     gauge<&QueueGauges::segments>},
    {"queue_delivery_metrics", "queue_get_ack_total", Type::kCounter,
     "Total number of messages fetched from a queue with basic.get in manual acknowledgement mode",
     count<kGet, QueueStats>, true, kGet},
    {"queue_delivery_metrics", "queue_get_total", Type::kCounter,
     "Total number of messages fetched from a queue with basic.get in automatic acknowledgement "
     "mode",
     count<kGetNoAck, QueueStats>, true, kGetNoAck},
    {"queue_delivery_metrics", "queue_messages_delivered_ack_total", Type::kCounter,
     "Total number of messages delivered from a queue to consumers in manual acknowledgement mode",
     count<kDeliver, QueueStats>, true, kDeliver},
    {"queue_delivery_metrics", "queue_messages_delivered_total", Type::kCounter,
     "Total number of messages delivered from a queue to consumers in automatic acknowledgement "
     "mode",
     count<kDeliverNoAck, QueueStats>, true, kDeliverNoAck},
    {"queue_delivery_metrics", "queue_messages_redelivered_total", Type::kCounter,
     "Total number of messages redelivered from a queue to consumers",
     count<kRedeliver, QueueStats>, true, kRedeliver},
    {"queue_delivery_metrics", "queue_messages_acked_total", Type::kCounter,
     "Total number of messages acknowledged by consumers on a queue", count<kAck, QueueStats>, true,
     kAck},
    {"queue_delivery_metrics", "queue_get_empty_total", Type::kCounter,
     "Total number of times basic.get operations fetched no message on a queue",
     count<kGetEmpty, QueueStats>, true, kGetEmpty},
    {"queue_metrics", "queue_messages_published_total", Type::kCounter,
     "Total number of messages published into a queue through an exchange on a channel",
     count<kPublish, QueueStats>},
};

constexpr Metric<ChannelStats> kChannelMetrics[] = {
    {"channel_metrics", "channel_consumers", Type::kGauge, "Consumers on a channel",
     [](const ChannelStats& channel) { return number(channel.gauges.consumers); }},
    {"channel_metrics", "channel_messages_unacked", Type::kGauge,
     "Delivered but not yet acknowledged messages",
     channel_gauge<&ChannelGauges::messages_unacknowledged>},
    {"channel_metrics", "channel_messages_unconfirmed", Type::kGauge,
     "Published but not yet confirmed messages",
     channel_gauge<&ChannelGauges::messages_unconfirmed>},
    {"channel_metrics", "channel_messages_uncommitted", Type::kGauge,
     "Messages received in a transaction but not yet committed",
     channel_gauge<&ChannelGauges::messages_uncommitted>},
    {"channel_metrics", "channel_acks_uncommitted", Type::kGauge,
     "Message acknowledgements in a transaction not yet committed",
     channel_gauge<&ChannelGauges::acks_uncommitted>},
    {"channel_metrics", "consumer_prefetch", Type::kGauge,
     "Limit of unacknowledged messages for each consumer",
     [](const ChannelStats& channel) { return number(channel.gauges.prefetch_count); }},
    {"channel_metrics", "channel_prefetch", Type::kGauge,
     "Deprecated and will be removed in a future version",
     [](const ChannelStats& channel) { return number(channel.gauges.global_prefetch_count); }},
    {"channel_exchange_metrics", "channel_messages_published_total", Type::kCounter,
     "Total number of messages published into an exchange on a channel",
     count<kPublish, ChannelStats>, true, kPublish},
    {"channel_exchange_metrics", "channel_messages_confirmed_total", Type::kCounter,
     "Total number of messages published into an exchange and confirmed on the channel",
     count<kConfirm, ChannelStats>, true, kConfirm},
    {"channel_exchange_metrics", "channel_messages_unroutable_returned_total", Type::kCounter,
     "Total number of messages published as mandatory into an exchange and returned to the "
     "publisher as unroutable",
     count<kReturnUnroutable, ChannelStats>, true, kReturnUnroutable},
    {"channel_exchange_metrics", "channel_messages_unroutable_dropped_total", Type::kCounter,
     "Total number of messages published as non-mandatory into an exchange and dropped as "
     "unroutable",
     count<kDropUnroutable, ChannelStats>, true, kDropUnroutable},
    {"channel_process_metrics", "channel_process_reductions_total", Type::kCounter,
     "Total number of channel process reductions", zero<ChannelStats>},
    {"channel_queue_metrics", "channel_get_ack_total", Type::kCounter,
     "Total number of messages fetched with basic.get in manual acknowledgement mode",
     count<kGet, ChannelStats>, true, kGet},
    {"channel_queue_metrics", "channel_get_total", Type::kCounter,
     "Total number of messages fetched with basic.get in automatic acknowledgement mode",
     count<kGetNoAck, ChannelStats>, true, kGetNoAck},
    {"channel_queue_metrics", "channel_messages_delivered_ack_total", Type::kCounter,
     "Total number of messages delivered to consumers in manual acknowledgement mode",
     count<kDeliver, ChannelStats>, true, kDeliver},
    {"channel_queue_metrics", "channel_messages_delivered_total", Type::kCounter,
     "Total number of messages delivered to consumers in automatic acknowledgement mode",
     count<kDeliverNoAck, ChannelStats>, true, kDeliverNoAck},
    {"channel_queue_metrics", "channel_messages_redelivered_total", Type::kCounter,
     "Total number of messages redelivered to consumers", count<kRedeliver, ChannelStats>, true,
     kRedeliver},
    {"channel_queue_metrics", "channel_messages_acked_total", Type::kCounter,
     "Total number of messages acknowledged by consumers", count<kAck, ChannelStats>, true, kAck},
    {"channel_queue_metrics", "channel_get_empty_total", Type::kCounter,
     "Total number of times basic.get operations fetched no message",
     count<kGetEmpty, ChannelStats>, true, kGetEmpty},
};

constexpr Metric<ConnectionStats> kConnectionMetrics[] = {
    {"connection_coarse_metrics", "connection_incoming_bytes_total", Type::kCounter,
     "Total number of bytes received on a connection", counter<&ConnectionCounters::recv_oct>, true,
     kRecvOct},
    {"connection_coarse_metrics", "connection_outgoing_bytes_total", Type::kCounter,
     "Total number of bytes sent on a connection", counter<&ConnectionCounters::send_oct>, true,
     kSendOct},
    {"connection_coarse_metrics", "connection_process_reductions_total", Type::kCounter,
     "Total number of connection process reductions", zero<ConnectionStats>},
    {"connection_metrics", "connection_incoming_packets_total", Type::kCounter,
     "Total number of packets received on a connection", counter<&ConnectionCounters::recv_cnt>},
    {"connection_metrics", "connection_outgoing_packets_total", Type::kCounter,
     "Total number of packets sent on a connection", counter<&ConnectionCounters::send_cnt>},
    {"connection_metrics", "connection_pending_packets", Type::kGauge,
     "Number of packets waiting to be sent on a connection",
     [](const ConnectionStats& connection) { return number(connection.last.send_pend); }},
    {"connection_metrics", "connection_channels", Type::kGauge, "Channels on a connection",
     [](const ConnectionStats& connection) { return number(connection.last.channels); }},
};

constexpr Metric<ExchangeStats> kExchangeMetrics[] = {
    {"exchange_metrics", "exchange_messages_published_total", Type::kCounter,
     "Total number of messages published into an exchange",
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
const NodeSample& sample_of(const Statistics& statistics) {
  return statistics.node().last();
}

constexpr double kMostThreads = 1'048'576;
constexpr double kNetTick = 60;
constexpr double kMillisecondsPerSecond = 1000;

constexpr Metric<Statistics> kNodeMetrics[] = {
    {"connection_churn_metrics", "connections_opened_total", Type::kCounter,
     "Total number of connections opened", total<kConnectionCreated>},
    {"connection_churn_metrics", "connections_closed_total", Type::kCounter,
     "Total number of connections closed or terminated", total<kConnectionClosed>},
    {"connection_churn_metrics", "channels_opened_total", Type::kCounter,
     "Total number of channels opened", total<kChannelCreated>},
    {"connection_churn_metrics", "channels_closed_total", Type::kCounter,
     "Total number of channels closed", total<kChannelClosed>},
    {"connection_churn_metrics", "queues_declared_total", Type::kCounter,
     "Total number of queues declared", total<kQueueDeclared>},
    {"connection_churn_metrics", "queues_created_total", Type::kCounter,
     "Total number of queues created", total<kQueueCreated>},
    {"connection_churn_metrics", "queues_deleted_total", Type::kCounter,
     "Total number of queues deleted", total<kQueueDeleted>},
    {"node_coarse_metrics", "process_open_fds", Type::kGauge, "Open file descriptors",
     node_value<NodeStats::kFdUsed>},
    {"node_coarse_metrics", "process_resident_memory_bytes", Type::kGauge, "Memory used in bytes",
     node_value<NodeStats::kMemUsed>},
    {"node_coarse_metrics", "disk_space_available_bytes", Type::kGauge,
     "Disk space available in bytes", node_value<NodeStats::kDiskFree>},
    {"node_coarse_metrics", "erlang_processes_used", Type::kGauge, "Erlang processes used",
     node_value<NodeStats::kProcUsed>},
    {"node_coarse_metrics", "erlang_gc_runs_total", Type::kCounter,
     "Total number of Erlang garbage collector runs", zero<Statistics>},
    {"node_coarse_metrics", "erlang_gc_reclaimed_bytes_total", Type::kCounter,
     "Total number of bytes of memory reclaimed by Erlang garbage collector", zero<Statistics>},
    {"node_coarse_metrics", "erlang_scheduler_context_switches_total", Type::kCounter,
     "Total number of Erlang scheduler context switches", node_value<NodeStats::kContextSwitches>},
    {"node_metrics", "process_max_fds", Type::kGauge, "Open file descriptors limit",
     [](const Statistics& statistics) { return number(sample_of(statistics).fd_total); }},
    {"node_metrics", "resident_memory_limit_bytes", Type::kGauge, "Memory high watermark in bytes",
     [](const Statistics& statistics) {
       return number(sample_of(statistics).resources.memory_limit);
     }},
    {"node_metrics", "disk_space_available_limit_bytes", Type::kGauge,
     "Free disk space low watermark in bytes",
     [](const Statistics& statistics) {
       return number(sample_of(statistics).resources.disk_free_limit);
     }},
    {"node_metrics", "erlang_processes_limit", Type::kGauge, "Erlang processes limit",
     [](const Statistics&) { return kMostThreads; }},
    {"node_metrics", "erlang_scheduler_run_queue", Type::kGauge, "Erlang scheduler run queue",
     [](const Statistics& statistics) { return number(sample_of(statistics).run_queue); }},
    {"node_metrics", "erlang_net_ticktime_seconds", Type::kGauge, "Inter-node heartbeat interval",
     [](const Statistics&) { return kNetTick; }},
    {"node_metrics", "erlang_uptime_seconds", Type::kGauge, "Node uptime",
     [](const Statistics& statistics) {
       return number(statistics.uptime()) / kMillisecondsPerSecond;
     }},
    {"node_persister_metrics", "io_read_ops_total", Type::kCounter,
     "Total number of I/O read operations", zero<Statistics>},
    {"node_persister_metrics", "io_read_bytes_total", Type::kCounter,
     "Total number of I/O bytes read", node_value<NodeStats::kIoReadBytes>},
    {"node_persister_metrics", "io_write_ops_total", Type::kCounter,
     "Total number of I/O write operations", node_value<NodeStats::kIoWriteCount>},
    {"node_persister_metrics", "io_write_bytes_total", Type::kCounter,
     "Total number of I/O bytes written", node_value<NodeStats::kIoWriteBytes>},
    {"node_persister_metrics", "io_sync_ops_total", Type::kCounter,
     "Total number of I/O sync operations", node_value<NodeStats::kIoSyncCount>},
    {"node_persister_metrics", "msg_store_read_total", Type::kCounter,
     "Total number of Message Store read operations", total<kDiskReads>},
    {"node_persister_metrics", "msg_store_write_total", Type::kCounter,
     "Total number of Message Store write operations", total<kDiskWrites>},
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
