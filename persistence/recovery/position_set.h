#pragma once
// A set of positions that mostly lie next to each other, kept as ranges. Pure.

#include <cstdint>
#include <map>
#include <vector>

#include "persistence/stored_ids.h"

namespace coney {

class PositionSet {
 public:
  void add(PositionRange range);
  bool contains(QueuePosition position) const;
  bool intersects(PositionRange range) const;
  // The parts of `range` that are not in the set, in order.
  std::vector<PositionRange> missing(PositionRange range) const;
  std::vector<PositionRange> all() const;
  std::size_t ranges() const { return ranges_.size(); }
  void clear() { ranges_.clear(); }

 private:
  using Ranges = std::map<QueuePosition, QueuePosition>;  // first -> last; apart from each other
  Ranges::const_iterator at_or_behind(QueuePosition position) const;

  Ranges ranges_;
};

}  // namespace coney
