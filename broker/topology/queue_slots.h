#pragma once
// Hands out queue ids: which shard a new queue lives on, and a slot of that shard that no other
// queue has. A slot that is used again has the next generation, so no id ever names two queues.

#include <cstdint>
#include <vector>

#include "broker/ids.h"

namespace coney {

class QueueSlots {
 public:
  explicit QueueSlots(unsigned shards);

  // On `near`, unless that shard has far more queues than the one with the fewest.
  QueueId allocate(ShardId near);
  // On the shard with the fewest queues.
  QueueId allocate();
  // REQUIRES: allocate() returned it, and it was not released since.
  void release(QueueId id);

 private:
  struct Shard {
    std::vector<std::uint32_t> generations;  // by slot: of the occupant, or of the next one
    std::vector<std::uint32_t> free;
    std::size_t used() const { return generations.size() - free.size(); }
  };

  std::size_t least_used() const;
  QueueId allocate_on(std::size_t shard);

  std::vector<Shard> shards_;
};

}  // namespace coney
