#pragma once
// When deliveries that nobody acknowledges run out of time. Pure: time is a number of ticks
// (Shard::ticks()), a delivery's is that of the last tick before it. A delivery is overdue when
// more ticks have passed than its allowance has, so never early and at most two ticks late.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace coney {

using TickCount = std::uint32_t;

// How long a consumer may keep deliveries.
struct AckAllowance {
  static constexpr TickCount kUnlimited = UINT32_MAX;

  std::int64_t milliseconds = 0;  // 0: unlimited
  TickCount ticks = kUnlimited;
  bool warned = false;

  // nullopt and zero: unlimited. Fractions of a tick count as one.
  void set(std::optional<std::int64_t> allowed, std::chrono::milliseconds tick) {
    milliseconds = std::max<std::int64_t>(allowed.value_or(0), 0);
    ticks = kUnlimited;
    if (milliseconds == 0) return;
    ticks = static_cast<TickCount>(
        std::min<std::int64_t>((milliseconds - 1) / tick.count() + 1, kUnlimited - 1));
  }
  // After three quarters of it somebody should know.
  TickCount warns_after() const { return ticks - ticks / 4; }
  // Something happens to a delivery that is older than this.
  TickCount next_event() const { return warned ? ticks : std::min(warns_after(), ticks); }
};

// One look at the deliveries of a channel, oldest first.
class AckDeadlineScan {
 public:
  enum class Verdict : std::uint8_t { kWait, kWarn, kOverdue };

  // `shortest`: no allowance has an earlier next_event().
  AckDeadlineScan(TickCount now, TickCount shortest) : now_(now), shortest_(shortest) {
    expect(now, shortest);  // of deliveries to come
  }

  // Is the delivery too young for any allowance? Then so are those behind it.
  bool stops_at(TickCount delivered) {
    if (now_ - delivered > shortest_) return false;
    expect(delivered, shortest_);
    return true;
  }
  Verdict judge(TickCount delivered, const AckAllowance& allowance) {
    const TickCount age = now_ - delivered;
    if (allowance.ticks != AckAllowance::kUnlimited && age > allowance.ticks) {
      return Verdict::kOverdue;
    }
    const bool warn = !allowance.warned && allowance.ticks != AckAllowance::kUnlimited &&
                      age > allowance.warns_after();
    expect(delivered, warn ? allowance.ticks : allowance.next_event());
    return warn ? Verdict::kWarn : Verdict::kWait;
  }

  // Before this tick nothing becomes due, of what is out now and of what comes.
  TickCount next_look() const { return next_look_; }

 private:
  void expect(TickCount delivered, TickCount allowed) {
    const std::uint64_t at = std::uint64_t{delivered} + allowed + 1;
    next_look_ = static_cast<TickCount>(std::min<std::uint64_t>({next_look_, at, UINT32_MAX}));
  }

  const TickCount now_;
  const TickCount shortest_;
  TickCount next_look_ = UINT32_MAX;
};

}  // namespace coney
