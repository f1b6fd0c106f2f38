#include "broker/topology/queue_slots.h"

#include <algorithm>

namespace coney {
namespace {

// A queue is best on the shard of the connection that declares it; a shard with more than twice the
// queues of another, and this many more, has had enough of them.
constexpr std::size_t kTolerated = 16;

}  // namespace

QueueSlots::QueueSlots(unsigned shards) : shards_(std::max(shards, 1U)) {}

QueueId QueueSlots::allocate(ShardId near) {
  std::size_t wanted = static_cast<std::size_t>(near) % shards_.size();
  std::size_t least = least_used();
  bool crowded = shards_[wanted].used() > 2 * shards_[least].used() + kTolerated;
  return allocate_on(crowded ? least : wanted);
}

QueueId QueueSlots::allocate() {
  return allocate_on(least_used());
}

void QueueSlots::release(QueueId id) {
  Shard& shard = shards_[static_cast<std::size_t>(id.shard)];
  if (++shard.generations[id.slot] == 0) shard.generations[id.slot] = 1;
  shard.free.push_back(id.slot);
}

std::size_t QueueSlots::least_used() const {
  auto least = std::ranges::min_element(shards_, {}, &Shard::used);
  return static_cast<std::size_t>(least - shards_.begin());
}

QueueId QueueSlots::allocate_on(std::size_t shard) {
  Shard& slots = shards_[shard];
  std::uint32_t slot;
  if (slots.free.empty()) {
    slot = static_cast<std::uint32_t>(slots.generations.size());
    slots.generations.push_back(1);
  } else {
    slot = slots.free.back();
    slots.free.pop_back();
  }
  return {static_cast<ShardId>(shard), slot, slots.generations[slot]};
}

}  // namespace coney
