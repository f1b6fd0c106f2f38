#pragma once
// How often messages were given back, by position, kept as ranges of equal counts. Pure.

#include <map>
#include <vector>

#include "persistence/message_facts.h"
#include "persistence/stored_ids.h"

namespace coney {

// Positions that were given back and have these counts.
struct CountedRange {
  PositionRange positions;
  DeliveryCounts counts;

  friend bool operator==(const CountedRange&, const CountedRange&) = default;
};

class PositionCounts {
 public:
  // Each in the range has at least these counts.
  void raise(PositionRange range, DeliveryCounts counts);
  // Each in the range was given back once more.
  void add_one(PositionRange range);
  void remove(PositionRange range);

  bool empty() const { return runs_.empty(); }
  // What is known of positions in `range`, ascending; of the others nothing was said.
  std::vector<CountedRange> in(PositionRange range) const;

 private:
  struct Run {
    QueuePosition last = 0;
    DeliveryCounts counts;
  };
  using Runs = std::map<QueuePosition, Run>;  // by first position; apart from each other

  template <typename Change>
  void change(PositionRange range, Change change);
  Runs::iterator split_at(QueuePosition position);

  Runs runs_;
};

}  // namespace coney
