#include "mgmt-ui/api/stats/counts.h"

namespace coney::management {
namespace {

template <typename Counts>
void put_deliveries(Counts& counts, const DeliveryCounters& deliveries) {
  counts[kDeliver] = deliveries.deliver;
  counts[kDeliverNoAck] = deliveries.deliver_no_ack;
  counts[kGet] = deliveries.get;
  counts[kGetNoAck] = deliveries.get_no_ack;
  counts[kGetEmpty] = deliveries.get_empty;
  counts[kRedeliver] = deliveries.redeliver;
  counts[kAck] = deliveries.ack;
}

}  // namespace

MessageCounts message_counts(const ChannelCounters& counters) {
  MessageCounts counts{};
  counts[kPublish] = counters.publish;
  counts[kConfirm] = counters.confirm;
  counts[kReturnUnroutable] = counters.return_unroutable;
  counts[kDropUnroutable] = counters.drop_unroutable;
  put_deliveries(counts, counters.deliveries);
  return counts;
}

QueueCounts queue_counts(const QueueCounters& counters, const QueueGauges& gauges) {
  QueueCounts counts{};
  counts[kPublish] = counters.publish;
  put_deliveries(counts, counters.deliveries);
  counts[kReady] = gauges.messages_ready;
  counts[kUnacknowledged] = gauges.messages_unacknowledged;
  for (std::uint64_t letters : counters.dead_letters) counts[kDeadLetter] += letters;
  counts[kOldestReadyAt] = gauges.oldest_ready_at;
  return counts;
}

}  // namespace coney::management
