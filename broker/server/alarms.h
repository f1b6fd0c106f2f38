#pragma once
// The memory alarm and the disk alarm: while the process uses more memory than its limit, or the
// disk has less space left than its limit, connections that publish are blocked, so that what
// consumers leave behind cannot grow without bound. An operator may raise an alarm by hand, too.
// Pure; one thread at a time.

#include <cstdint>
#include <string_view>

namespace coney {

enum class AlarmedResource : std::uint8_t { kMemory, kDisk };
enum class AlarmTransition : std::uint8_t { kNone, kRaised, kCleared };

// What both alarms are: raised by what is measured, or by hand whatever is measured.
class ResourceAlarm {
 public:
  bool raised() const { return raised_; }
  std::uint64_t limit() const { return limit_; }

  // The next update() tells what follows from either.
  void set_limit(std::uint64_t limit) { limit_ = limit; }
  void hold(bool on) { held_ = on; }
  bool held() const { return held_; }

 protected:
  explicit ResourceAlarm(std::uint64_t limit) : limit_(limit) {}

  bool measured() const { return measured_; }
  AlarmTransition change(bool measured) {
    measured_ = measured;
    const bool before = raised_;
    raised_ = measured_ || held_;
    if (raised_ == before) return AlarmTransition::kNone;
    return raised_ ? AlarmTransition::kRaised : AlarmTransition::kCleared;
  }

 private:
  std::uint64_t limit_;
  bool measured_ = false;
  bool held_ = false;
  bool raised_ = false;
};

// Goes off at 95 % of the limit, so that it does not flap.
class MemoryAlarm : public ResourceAlarm {
 public:
  // A limit of 0 raises the alarm for good.
  explicit MemoryAlarm(std::uint64_t limit) : ResourceAlarm(limit) {}

  AlarmTransition update(std::uint64_t used);
};

// Goes off at 105 % of the limit.
class DiskAlarm : public ResourceAlarm {
 public:
  // A limit of 0 never raises the alarm.
  explicit DiskAlarm(std::uint64_t limit) : ResourceAlarm(limit) {}

  AlarmTransition update(std::uint64_t free);
  // While the free space is not known: only what is done by hand counts.
  AlarmTransition update() { return change(measured()); }
};

struct Alarms {
  MemoryAlarm memory;
  DiskAlarm disk;

  ResourceAlarm& of(AlarmedResource resource) {
    if (resource == AlarmedResource::kMemory) return memory;
    return disk;
  }
  // What connection.blocked says, in RabbitMQ's words; empty while no alarm is on.
  std::string_view reason() const;
};

}  // namespace coney
