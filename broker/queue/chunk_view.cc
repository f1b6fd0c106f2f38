#include "broker/queue/chunk_view.h"

#include <algorithm>

namespace coney {

bool is_in(const std::vector<PositionRange>& ranges, QueuePosition position) {
  if (ranges.empty()) return true;
  const auto at = std::lower_bound(
      ranges.begin(), ranges.end(), position,
      [](const PositionRange& range, QueuePosition wanted) { return range.last < wanted; });
  return at != ranges.end() && at->first <= position;
}

MessageFacts newest_facts(const ChunkEntry& entry, const std::vector<CountedRange>& counts,
                          QueuePosition delivered) {
  MessageFacts facts = entry.facts;
  facts.redelivered = facts.redelivered || entry.position < delivered;
  const auto at = std::lower_bound(counts.begin(), counts.end(), entry.position,
                                   [](const CountedRange& range, QueuePosition position) {
                                     return range.positions.last < position;
                                   });
  if (at != counts.end() && at->positions.first <= entry.position) {
    facts.redelivered = true;
    facts.counts = facts.counts.highest(at->counts);
  }
  return facts;
}

bool ChunkView::has(const ChunkEntry& entry) const {
  if (entry.position < positions.first || entry.position > positions.last) return false;
  return !(restored && entry.left_out) && is_in(lives, entry.position);
}

}  // namespace coney
