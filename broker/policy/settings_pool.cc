#include "broker/policy/settings_pool.h"

#include <algorithm>
#include <functional>

namespace coney {
namespace {

class Hash {
 public:
  template <typename T>
  Hash& operator<<(const T& value) {
    hash_ = (hash_ ^ std::hash<T>{}(value)) * 0x9e3779b97f4a7c15u;
    hash_ ^= hash_ >> 29;
    return *this;
  }
  std::size_t value() const { return hash_; }

 private:
  std::size_t hash_ = 0;
};

// Of the fields in which settings mostly differ.
std::size_t hash_of(const QueueSettings& settings) {
  Hash hash;
  hash << static_cast<int>(settings.type) << settings.message_ttl << settings.expires
       << settings.max_length << settings.max_length_bytes << settings.max_priority
       << static_cast<int>(settings.overflow) << settings.dead_letter_exchange
       << settings.dead_letter_routing_key << settings.single_active_consumer
       << settings.delivery_limit << settings.consumer_timeout << settings.max_age;
  return hash.value();
}

}  // namespace

QueueSettingsPtr SettingsPool::share(QueueSettings settings) {
  const std::size_t hash = hash_of(settings);
  auto [begin, end] = pool_.equal_range(hash);
  for (auto entry = begin; entry != end; ++entry) {
    if (auto known = entry->second.lock(); known && *known == settings) return known;
  }
  if (pool_.size() >= forget_at_) forget_unused();
  auto added = std::make_shared<const QueueSettings>(std::move(settings));
  pool_.emplace(hash, added);
  return added;
}

void SettingsPool::forget_unused() {
  std::erase_if(pool_, [](const auto& entry) { return entry.second.expired(); });
  forget_at_ = std::max<std::size_t>(64, 2 * pool_.size());
}

}  // namespace coney
