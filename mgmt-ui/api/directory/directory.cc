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

template <typename Items>
void sort_by_name(Items&& items) {
  std::ranges::sort(items, [](const auto& a, const auto& b) { return name_of(a) < name_of(b); });
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
    vhosts_.valid = queues_.valid = exchanges_.valid = false;
    queue_records_.reset();
  } else if (is_any<UserPut, UserRemoved>(change)) {
    users_.valid = false;
  } else if (is_any<QueuePut, QueueRemoved>(change)) {
    queues_.valid = false;
    queue_records_.reset();
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

const std::vector<QueueEntry>& Directory::queues() const {
  if (!std::exchange(queues_.valid, true)) {
    queues_.items.clear();
    for (const Vhost* vhost : vhosts()) {
      const std::size_t begin = queues_.items.size();
      for (const auto& [name, queue] : vhost->queues) queues_.items.push_back({vhost, queue.get()});
      sort_by_name(std::span(queues_.items).subspan(begin));
    }
  }
  return queues_.items;
}

const std::vector<ExchangeEntry>& Directory::exchanges() const {
  if (!std::exchange(exchanges_.valid, true)) {
    exchanges_.items.clear();
    for (const Vhost* vhost : vhosts()) {
      const std::size_t begin = exchanges_.items.size();
      for (const auto& [name, exchange] : vhost->exchanges) {
        exchanges_.items.push_back({vhost, exchange.get()});
      }
      sort_by_name(std::span(exchanges_.items).subspan(begin));
    }
  }
  return exchanges_.items;
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

std::shared_ptr<const Directory::QueueRecords> Directory::queue_records() const {
  if (queue_records_) return queue_records_;
  auto records = std::make_shared<QueueRecords>();
  records->reserve(queues().size());
  for (const QueueEntry& entry : queues()) records->push_back(entry.queue->record);
  queue_records_ = std::move(records);
  return queue_records_;
}

}  // namespace coney::management
