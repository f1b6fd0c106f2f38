#pragma once
// About when the messages of a lane arrived, in little memory: one mark per tick (Shard::ticks())
// with arrivals, and fewer of older ones once there are many. Positions ascend with time. Pure.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "persistence/stored_ids.h"

namespace coney {

class ArrivalTimes {
 public:
  using Tick = std::uint32_t;
  static constexpr std::size_t kMost = 64;

  bool has(Tick tick) const { return tick == last_; }
  // What stands at `position` came in this tick, and everything before it earlier. `alone`: nothing
  // in front of it is left. REQUIRES: neither goes back.
  void note(QueuePosition position, Tick tick, bool alone) {
    if (alone) forget();
    if (marks_.size() >= kMost) thin_out();
    marks_.push_back({position, tick});
    last_ = tick;
  }
  // nullopt: it was there before the first mark.
  std::optional<Tick> of(QueuePosition position) const {
    const auto behind =
        std::upper_bound(marks_.begin(), marks_.end(), position,
                         [](QueuePosition at, const Mark& mark) { return at < mark.first; });
    if (behind == marks_.begin()) return std::nullopt;
    return std::prev(behind)->tick;
  }
  std::size_t size() const { return marks_.size(); }

 private:
  struct Mark {
    QueuePosition first = 0;  // and those behind it, up to the next mark
    Tick tick = 0;
  };

  void forget() {
    if (marks_.capacity() > 4) std::vector<Mark>().swap(marks_);
    marks_.clear();
  }
  // Every second one of the older half: the older, the coarser.
  void thin_out() {
    std::size_t kept = 0;
    for (std::size_t at = 0; at != marks_.size(); ++at) {
      if (at >= kMost / 2 || at % 2 == 0) marks_[kept++] = marks_[at];
    }
    marks_.resize(kept);
  }

  std::vector<Mark> marks_;  // ascending
  Tick last_ = UINT32_MAX;
};

}  // namespace coney
