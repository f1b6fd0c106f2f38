#pragma once
// Equal settings are one value: queues with the same arguments under the same policies share it.
// Used by one thread; what it hands out may be kept by any.

#include <unordered_map>

#include "broker/queue/queue_settings.h"

namespace coney {

class SettingsPool {
 public:
  // The value that others have too, or a new one.
  QueueSettingsPtr share(QueueSettings settings);

  std::size_t size() const { return pool_.size(); }

 private:
  void forget_unused();

  std::unordered_multimap<std::size_t, std::weak_ptr<const QueueSettings>> pool_;  // by hash
  std::size_t forget_at_ = 64;                                                     // entries
};

}  // namespace coney
