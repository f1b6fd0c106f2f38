#include "persistence/recovery/position_set.h"

#include <algorithm>

namespace coney {

// The first range that ends there or later.
PositionSet::Ranges::const_iterator PositionSet::at_or_behind(QueuePosition position) const {
  auto at = ranges_.upper_bound(position);
  if (at != ranges_.begin() && std::prev(at)->second >= position) --at;
  return at;
}

void PositionSet::add(PositionRange range) {
  // Those that overlap or touch become one.
  auto at = ranges_.upper_bound(range.first);
  if (at != ranges_.begin()) {
    const auto before = std::prev(at);
    if (range.first == 0 || before->second >= range.first - 1) at = before;
  }
  while (at != ranges_.end() && (range.last == UINT64_MAX || at->first <= range.last + 1)) {
    range.first = std::min(range.first, at->first);
    range.last = std::max(range.last, at->second);
    at = ranges_.erase(at);
  }
  ranges_.emplace(range.first, range.last);
}

bool PositionSet::contains(QueuePosition position) const {
  return intersects({position, position});
}

bool PositionSet::intersects(PositionRange range) const {
  const auto at = at_or_behind(range.first);
  return at != ranges_.end() && at->first <= range.last;
}

std::vector<PositionRange> PositionSet::all() const {
  std::vector<PositionRange> all;
  for (const auto& [first, last] : ranges_) all.push_back({first, last});
  return all;
}

std::vector<PositionRange> PositionSet::missing(PositionRange range) const {
  std::vector<PositionRange> missing;
  QueuePosition next = range.first;
  for (auto at = at_or_behind(range.first); at != ranges_.end() && at->first <= range.last; ++at) {
    if (at->first > next) missing.push_back({next, at->first - 1});
    if (at->second >= range.last) return missing;
    next = at->second + 1;
  }
  missing.push_back({next, range.last});
  return missing;
}

}  // namespace coney
