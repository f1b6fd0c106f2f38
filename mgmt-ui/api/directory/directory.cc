#include "mgmt-ui/api/directory/directory.h"

#include <algorithm>

namespace coney::management {
namespace {

template <typename... Kinds>
bool is_any(const Change& change) {
  return (std::holds_alternative<Kinds>(change) || ...);
}

const std::string& name_of(const Vhost* vhost) {
  return vhost->record->name;
}
const std::string& name_of(const User* user) {
  return user->record->name;
}
const std::string& name_of(const QueueEntry& entry) {
  return entry.queue->record->name;
}
const std::string& name_of(const ExchangeEntry& entry) {
  return entry.exchange->record->name;
}

template <typename T>
void sort_by_name(std::vector<T>& items) {
  std::ranges::sort(items, [](const T& a, const T& b) { return name_of(a) < name_of(b); });
}

}  // namespace

void Directory::apply(const Changes& changes) {
  for (const Change& change : changes) {
    note(change);
    catalog_.apply(change);
  }
}

// Records that are put again may be other objects.
void Directory::note(const Change& change) {
  if (is_any<VhostPut, VhostRemoved>(change)) {
    vhosts_.valid = queues_.valid = exchanges_.valid = false;
  } else if (is_any<UserPut, UserRemoved>(change)) {
    users_.valid = false;
  } else if (is_any<QueuePut, QueueRemoved>(change)) {
    queues_.valid = false;
  } else if (is_any<ExchangePut, ExchangeRemoved>(change)) {
    exchanges_.valid = false;
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

std::vector<QueueEntry> Directory::queues(const Vhost& vhost) const {
  std::vector<QueueEntry> entries;
  for (const auto& [name, queue] : vhost.queues) entries.push_back({&vhost, queue.get()});
  sort_by_name(entries);
  return entries;
}

std::vector<ExchangeEntry> Directory::exchanges(const Vhost& vhost) const {
  std::vector<ExchangeEntry> entries;
  for (const auto& [name, exchange] : vhost.exchanges) entries.push_back({&vhost, exchange.get()});
  sort_by_name(entries);
  return entries;
}

const std::vector<QueueEntry>& Directory::queues() const {
  if (!queues_.valid) {
    queues_.items.clear();
    for (const Vhost* vhost : vhosts()) {
      const auto entries = queues(*vhost);
      queues_.items.insert(queues_.items.end(), entries.begin(), entries.end());
    }
    queues_.valid = true;
  }
  return queues_.items;
}

const std::vector<ExchangeEntry>& Directory::exchanges() const {
  if (!exchanges_.valid) {
    exchanges_.items.clear();
    for (const Vhost* vhost : vhosts()) {
      const auto entries = exchanges(*vhost);
      exchanges_.items.insert(exchanges_.items.end(), entries.begin(), entries.end());
    }
    exchanges_.valid = true;
  }
  return exchanges_.items;
}

}  // namespace coney::management
