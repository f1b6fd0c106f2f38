#pragma once
// The memory alarm: while the process uses more memory than its limit, connections that publish are
// blocked, so that what consumers leave behind cannot grow without bound.

#include <cstdint>
#include <string_view>

#include "broker/config/config.h"

namespace coney {

// When the alarm goes on and off. It goes off at 95 % of the limit, so that it does not flap.
class MemoryAlarm {
 public:
  static constexpr std::string_view kReason = "low on memory";  // as clients of RabbitMQ read it

  enum class Transition : std::uint8_t { kNone, kRaised, kCleared };

  // A limit of 0 raises the alarm for good.
  explicit MemoryAlarm(std::uint64_t limit) : limit_(limit) {}

  Transition update(std::uint64_t used);

  bool raised() const { return raised_; }
  std::uint64_t limit() const { return limit_; }

 private:
  std::uint64_t limit_;
  bool raised_ = false;
};

// The bytes that `watermark` stands for on a machine with `memory` bytes. The absolute value wins.
std::uint64_t memory_limit(const ResourceLimit& watermark, std::uint64_t memory);

// Bytes of memory this process may use: the machine's, or the lowest limit of its control groups.
std::uint64_t available_memory();

// Resident bytes of this process; 0 when the kernel does not tell.
std::uint64_t resident_memory();

// Gives the system back what this thread has freed; the allocator would keep it. Takes
// milliseconds.
void release_free_memory();

}  // namespace coney
