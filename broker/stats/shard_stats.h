#pragma once
// Collects what a shard's objects count and hands it to the receiver. Objects announce the first
// change since they were looked at last, so that idle ones cost nothing; the rest is read in slices
// of a millisecond with long pauses, so that traffic does not feel it. Used on the shard's thread;
// a shard has none while nobody wants to know.

#include <chrono>
#include <memory>
#include <vector>

#include "broker/ids.h"
#include "broker/stats/stats_receiver.h"

namespace coney {

class Shard;

class ShardStats {
 public:
  static constexpr std::chrono::microseconds kSlice{1000};
  static constexpr std::chrono::milliseconds kPause{35};  // between slices
  static constexpr std::uint32_t kTicksPerCollection = 4;

  ShardStats(Shard& shard, StatsReceiver& receiver);

  // ---- for the objects ----
  // The first change since its last update.
  void queue_changed(QueueId id) { queues_.push_back(id); }
  void connection_changed(ConnectionId id) { connections_.push_back(id); }
  void exchange_used(std::shared_ptr<ExchangeCounters> counters) {
    exchanges_.push_back(std::move(counters));
  }
  void tell(StatsEvent event);
  ChurnCounters& churn() { return churn_; }

  // ---- for the shard ----
  void tick();  // every Shard::kTickInterval

 private:
  bool is_due();
  void begin_collection();
  void collect_slice();
  bool collect_one();
  void collect(ExchangeCounters& counters);
  void tell_restored();
  void hand_over();

  Shard& shard_;
  StatsReceiver& receiver_;
  std::vector<StatsEvent> events_;  // not handed over yet
  // Changed since the last collection began, and what is left of the present one.
  std::vector<QueueId> queues_, queues_left_;
  std::vector<ConnectionId> connections_, connections_left_;
  std::vector<std::shared_ptr<ExchangeCounters>> exchanges_, exchanges_left_;
  ChurnCounters churn_;
  std::uint32_t ticks_ = 0;
  bool collecting_ = false;
  bool collects_all_ = false;  // the present collection began when no queue was being restored
  bool told_restored_ = false;
};

}  // namespace coney
