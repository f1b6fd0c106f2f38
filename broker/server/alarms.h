#pragma once
// The memory alarm and the disk alarm: while the process uses more memory than its limit, or the
// disk has less space left than its limit, connections that publish are blocked, so that what
// consumers leave behind cannot grow without bound. Pure; one thread.

#include <cstdint>
#include <string_view>

namespace coney {

enum class AlarmTransition : std::uint8_t { kNone, kRaised, kCleared };

// Goes off at 95 % of the limit, so that it does not flap.
class MemoryAlarm {
 public:
  // A limit of 0 raises the alarm for good.
  explicit MemoryAlarm(std::uint64_t limit) : limit_(limit) {}

  AlarmTransition update(std::uint64_t used);

  bool raised() const { return raised_; }
  std::uint64_t limit() const { return limit_; }

 private:
  std::uint64_t limit_;
  bool raised_ = false;
};

// Goes off at 105 % of the limit.
class DiskAlarm {
 public:
  // A limit of 0 never raises the alarm.
  explicit DiskAlarm(std::uint64_t limit) : limit_(limit) {}

  AlarmTransition update(std::uint64_t free);

  bool raised() const { return raised_; }
  std::uint64_t limit() const { return limit_; }

 private:
  std::uint64_t limit_;
  bool raised_ = false;
};

struct Alarms {
  MemoryAlarm memory;
  DiskAlarm disk;

  // What connection.blocked says, in RabbitMQ's words; empty while no alarm is on.
  std::string_view reason() const;
};

}  // namespace coney
