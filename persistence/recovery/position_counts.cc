#include "persistence/recovery/position_counts.h"

#include <algorithm>

namespace coney {

// The first run that begins at `position` or behind it; none goes across.
PositionCounts::Runs::iterator PositionCounts::split_at(QueuePosition position) {
  const auto next = runs_.lower_bound(position);
  if (next == runs_.begin()) return next;
  Run& before = std::prev(next)->second;
  if (before.last < position) return next;
  const Run rest = before;
  before.last = position - 1;
  return runs_.emplace_hint(next, position, rest);
}

// change(DeliveryCounts) -> DeliveryCounts; of positions that were not there from zeros.
template <typename Change>
void PositionCounts::change(PositionRange range, Change change) {
  auto at = split_at(range.first);
  if (range.last != UINT64_MAX) at = (split_at(range.last + 1), runs_.lower_bound(range.first));
  QueuePosition next = range.first;
  for (; at != runs_.end() && at->first <= range.last; ++at) {
    if (at->first > next) runs_.emplace_hint(at, next, Run{at->first - 1, change({})});
    at->second.counts = change(at->second.counts);
    if (at->second.last == range.last) return;
    next = at->second.last + 1;
  }
  runs_.emplace_hint(at, next, Run{range.last, change({})});
}

void PositionCounts::raise(PositionRange range, DeliveryCounts counts) {
  change(range, [counts](DeliveryCounts old) { return old.highest(counts); });
}

void PositionCounts::add_one(PositionRange range) {
  change(range, [](DeliveryCounts old) {
    return DeliveryCounts{old.returned + 1, old.acquired + 1};
  });
}

void PositionCounts::remove(PositionRange range) {
  const auto first = split_at(range.first);
  if (range.last == UINT64_MAX) {
    runs_.erase(first, runs_.end());
    return;
  }
  const auto end = split_at(range.last + 1);
  runs_.erase(runs_.lower_bound(range.first), end);
}

std::vector<CountedRange> PositionCounts::in(PositionRange range) const {
  std::vector<CountedRange> found;
  auto at = runs_.upper_bound(range.first);
  if (at != runs_.begin() && std::prev(at)->second.last >= range.first) --at;
  for (; at != runs_.end() && at->first <= range.last; ++at) {
    found.push_back({{std::max(at->first, range.first), std::min(at->second.last, range.last)},
                     at->second.counts});
  }
  return found;
}

}  // namespace coney
