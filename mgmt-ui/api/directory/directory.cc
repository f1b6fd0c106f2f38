#include "mgmt-ui/api/directory/directory.h"

#include <algorithm>

namespace coney::management {
namespace {

template <typename... Kinds>
bool is_any(const Change& change) {
  return (std::holds_alternative<Kinds>(change) || ...);
}

template <typename Items>
void sort_by_name(Items& items) {
  std::ranges::sort(items, {},
                    [](const auto* item) -> const std::string& { return item->record->name; });
}

}  // namespace

void Directory::apply(std::span<const Change> changes) {
  for (const Change& change : changes) {
    note(change);
    catalog_.apply(change);
  }
}

// Records that are put again may be other objects.
void Directory::note(const Change& change) {
  if (is_any<VhostPut, VhostRemoved>(change)) {
    vhosts_.valid = false;
    queues_.forget();
    exchanges_.forget();
  } else if (is_any<UserPut, UserRemoved>(change)) {
    users_.valid = false;
  } else if (const auto* queue = std::get_if<QueuePut>(&change)) {
    queues_.note(queue->record->vhost, queue->record->name);
  } else if (const auto* lost_queue = std::get_if<QueueRemoved>(&change)) {
    queues_.note(lost_queue->vhost, lost_queue->name);
  } else if (const auto* exchange = std::get_if<ExchangePut>(&change)) {
    exchanges_.note(exchange->record->vhost, exchange->record->name);
  } else if (const auto* lost_exchange = std::get_if<ExchangeRemoved>(&change)) {
    exchanges_.note(lost_exchange->vhost, lost_exchange->name);
  }
}

const std::vector<const Vhost*>& Directory::vhosts() const {
  if (!std::exchange(vhosts_.valid, true)) {
    vhosts_.items.clear();
    for (const auto& [name, vhost] : catalog_.vhosts()) vhosts_.items.push_back(vhost.get());
    sort_by_name(vhosts_.items);
  }
  return vhosts_.items;
}

const std::vector<const User*>& Directory::users() const {
  if (!std::exchange(users_.valid, true)) {
    users_.items.clear();
    for (const auto& [name, user] : catalog_.users()) users_.items.push_back(&user);
    sort_by_name(users_.items);
  }
  return users_.items;
}

namespace {

// The part that is of the vhost.
template <typename Entry>
std::span<const Entry> part_of(const std::vector<Entry>& all, const Vhost& vhost) {
  const auto name = [](const Entry& entry) -> const std::string& {
    return entry.vhost->record->name;
  };
  const std::string& wanted = vhost.record->name;
  return {std::ranges::lower_bound(all, wanted, {}, name),
          std::ranges::upper_bound(all, wanted, {}, name)};
}

}  // namespace

std::span<const QueueEntry> Directory::queues(const Vhost& vhost) const {
  return part_of(queues(), vhost);
}

std::span<const ExchangeEntry> Directory::exchanges(const Vhost& vhost) const {
  return part_of(exchanges(), vhost);
}

}  // namespace coney::management
