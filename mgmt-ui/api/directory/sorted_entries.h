#pragma once
// All objects of a kind by vhost, then name, kept in this order while single ones come and go: with
// a hundred thousand, sorting them anew takes a tenth of a second. Used by the management's thread.
//
// An Entry has a `Record` with vhost and name, record(), and of a vhost find(vhost, name) and
// each(vhost, function).

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "broker/topology/catalog.h"

namespace coney::management {

template <typename Entry>
class SortedEntries {
 public:
  using Record = typename Entry::Record;
  using Records = std::vector<std::shared_ptr<const Record>>;

  // Has come, is another or goes; the objects may be gone when this is heeded.
  void note(const std::string& vhost, const std::string& name) {
    if (!valid_) return;
    changed_.emplace_back(vhost, name);
    if (changed_.size() > kFew && changed_.size() > items_.size() / 8) forget();
  }
  // Whole vhosts have come or gone.
  void forget() {
    valid_ = false;
    items_.clear();
    records_.reset();  // of what may be gone
    changed_.clear();
  }

  const std::vector<Entry>& items(const Catalog& catalog) {
    if (!valid_) {
      sort(catalog);
    } else if (!changed_.empty()) {
      merge(catalog);
    }
    return items_;
  }
  // Of items(), in its order.
  std::shared_ptr<const Records> records(const Catalog& catalog) {
    items(catalog);
    return records_;
  }

 private:
  using Key = std::pair<std::string, std::string>;  // vhost, name
  static constexpr std::size_t kFew = 64;

  static auto place_of(const std::shared_ptr<const Record>& record) {
    return std::tie(record->vhost, record->name);
  }

  void sort(const Catalog& catalog) {
    items_.clear();
    for (const auto& [name, vhost] : catalog.vhosts()) {
      Entry::each(*vhost, [this](const Entry& entry) { items_.push_back(entry); });
    }
    std::ranges::sort(items_, {}, [](const Entry& entry) { return place_of(entry.record()); });
    auto records = std::make_shared<Records>();
    records->reserve(items_.size());
    for (const Entry& entry : items_) records->push_back(entry.record());
    records_ = std::move(records);
    valid_ = true;
  }

  // Objects that are gone are known by their records.
  void merge(const Catalog& catalog) {
    std::ranges::sort(changed_);
    changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
    const std::shared_ptr<const Records> old_records = std::move(records_);
    const std::vector<Entry> old_items = std::move(items_);
    auto records = std::make_shared<Records>();
    items_.clear();
    items_.reserve(old_items.size() + changed_.size());
    records->reserve(old_items.size() + changed_.size());

    auto from = old_records->begin();
    const auto copy_until = [&](auto end) {
      const auto first = old_items.begin() + (from - old_records->begin());
      items_.insert(items_.end(), first, first + (end - from));
      records->insert(records->end(), from, end);
      from = end;
    };
    for (const auto& [vhost_name, name] : changed_) {
      const auto place = std::tie(vhost_name, name);
      const auto found = std::lower_bound(
          from, old_records->end(), place,
          [](const auto& record, const auto& wanted) { return place_of(record) < wanted; });
      copy_until(found);
      if (from != old_records->end() && place_of(*from) == place) ++from;
      const Vhost* vhost = catalog.find_vhost(vhost_name);
      const auto entry = vhost ? Entry::find(*vhost, name) : std::nullopt;
      if (!entry) continue;
      items_.push_back(*entry);
      records->push_back(entry->record());
    }
    copy_until(old_records->end());
    records_ = std::move(records);
    changed_.clear();
  }

  std::vector<Entry> items_;
  std::shared_ptr<const Records> records_;
  std::vector<Key> changed_;  // since then
  bool valid_ = false;
};

}  // namespace coney::management
