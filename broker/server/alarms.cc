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

}  // namespace

AlarmTransition MemoryAlarm::update(std::uint64_t used) {
  const bool on = used > (measured() ? limit() - limit() / 20 : limit());
  return change(on || limit() == 0);
}

AlarmTransition DiskAlarm::update(std::uint64_t free) {
  return change(free < (measured() ? with_margin(limit()) : limit()));
}

std::string_view Alarms::reason() const {
  if (disk.raised()) return memory.raised() ? "low on disk & memory" : "low on disk";
  return memory.raised() ? "low on memory" : "";
}

}  // namespace coney
