#include "broker/server/alarms.h"

#include <limits>

namespace coney {
namespace {

// A twentieth more, or the largest number.
std::uint64_t with_margin(std::uint64_t limit) {
  const std::uint64_t margin = limit / 20;
  return limit > std::numeric_limits<std::uint64_t>::max() - margin
             ? std::numeric_limits<std::uint64_t>::max()
             : limit + margin;
}

AlarmTransition change(bool& raised, bool to) {
  if (raised == to) return AlarmTransition::kNone;
  raised = to;
  return to ? AlarmTransition::kRaised : AlarmTransition::kCleared;
}

}  // namespace

AlarmTransition MemoryAlarm::update(std::uint64_t used) {
  const bool on = raised_ ? used > limit_ - limit_ / 20 : used > limit_;
  return change(raised_, on || limit_ == 0);
}

AlarmTransition DiskAlarm::update(std::uint64_t free) {
  return change(raised_, free < (raised_ ? with_margin(limit_) : limit_));
}

std::string_view Alarms::reason() const {
  if (disk.raised()) return memory.raised() ? "low on disk & memory" : "low on disk";
  return memory.raised() ? "low on memory" : "";
}

}  // namespace coney
