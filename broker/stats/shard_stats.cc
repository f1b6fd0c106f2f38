#include "broker/stats/shard_stats.h"

#include "broker/connection/connection.h"
#include "broker/queue/queue.h"
#include "broker/shard/shard.h"
#include "broker/storage/shard_storage.h"

namespace coney {
namespace {

constexpr std::size_t kLooksAtTheClock = 16;      // objects in between
constexpr std::size_t kUsualEvents = 1024;        // in a slice
constexpr std::size_t kMostEvents = 4096;         // in one hand-over
constexpr std::size_t kKeptCapacity = 64 * 1024;  // of an empty list

template <typename T>
void drop_memory(std::vector<T>& list) {
  if (list.empty() && list.capacity() > kKeptCapacity) std::vector<T>().swap(list);
}

template <typename T>
std::optional<T> take_last(std::vector<T>& list) {
  if (list.empty()) return std::nullopt;
  std::optional<T> last(std::move(list.back()));
  list.pop_back();
  return last;
}

}  // namespace

ShardStats::ShardStats(Shard& shard, StatsReceiver& receiver) : shard_(shard), receiver_(receiver) {
  tell(ShardRestoring{shard.id()});
  hand_over();
}

void ShardStats::tell(StatsEvent event) {
  events_.push_back(std::move(event));
  if (events_.size() >= kMostEvents) hand_over();
}

void ShardStats::tick() {
  hand_over();
  if (is_due() && !collecting_ && receiver_.keeps_up()) begin_collection();
}

// What a restart has brought is told as soon as all of it is there.
bool ShardStats::is_due() {
  const bool in_turn = ++ticks_ % kTicksPerCollection == 0;
  return in_turn || (!told_restored_ && !shard_.restoring());
}

void ShardStats::begin_collection() {
  const ShardStorage::Traffic& disk = shard_.storage().traffic();
  events_.push_back(ShardUpdate{shard_.id(), churn_, shard_.counters(), disk.written, disk.read});
  queues_left_.swap(queues_);
  connections_left_.swap(connections_);
  exchanges_left_.swap(exchanges_);
  collecting_ = true;
  collects_all_ = !shard_.restoring();
  collect_slice();
}

void ShardStats::collect_slice() {
  const auto end = Shard::Clock::now() + kSlice;
  events_.reserve(std::min(queues_left_.size() + connections_left_.size(), kUsualEvents));
  bool more = true;
  for (std::size_t n = 1; more; ++n) {
    more = collect_one();
    if (n % kLooksAtTheClock == 0 && (Shard::Clock::now() >= end || events_.size() >= kMostEvents))
      break;
  }
  hand_over();
  collecting_ = more;
  if (more) return shard_.run_after(kPause, [this] { collect_slice(); });
  drop_memory(queues_left_);
  drop_memory(connections_left_);
  if (collects_all_ && !told_restored_) tell_restored();
}

void ShardStats::tell_restored() {
  told_restored_ = true;
  tell(ShardRestored{shard_.id()});
  hand_over();
}

// False: there is nothing left.
bool ShardStats::collect_one() {
  if (const auto exchange = take_last(exchanges_left_)) {
    collect(**exchange);
  } else if (const auto connection = take_last(connections_left_)) {
    if (Connection* found = shard_.find(*connection)) found->report(events_);
  } else if (const auto queue = take_last(queues_left_)) {
    if (Queue* found = shard_.find(*queue)) events_.push_back(found->report());
  } else {
    return false;
  }
  return true;
}

void ShardStats::collect(ExchangeCounters& counters) {
  events_.push_back(ExchangeUpdate{counters.record, counters.publish_in - counters.told_in,
                                   counters.publish_out - counters.told_out});
  counters.told_in = counters.publish_in;
  counters.told_out = counters.publish_out;
}

void ShardStats::hand_over() {
  if (events_.empty()) return;
  receiver_.take(std::exchange(events_, {}));
}

}  // namespace coney
