#pragma once
// How often something took how long: plain numbers that one shard writes. Pure.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace coney {

struct LatencyHistogram {
  // Up to each of the limits, in microseconds, and above.
  static constexpr std::array<std::uint64_t, 11> kLimits{
      1'000,     5'000,      10'000,     50'000,      100'000,      500'000,
      1'000'000, 10'000'000, 60'000'000, 600'000'000, 3'600'000'000};

  std::array<std::uint64_t, kLimits.size() + 1> counts{};
  std::uint64_t microseconds = 0;  // all together

  void add(std::chrono::steady_clock::duration took) {
    const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    const std::uint64_t time = passed < 0 ? 0 : static_cast<std::uint64_t>(passed);
    std::size_t limit = 0;
    while (limit != kLimits.size() && time > kLimits[limit]) ++limit;
    ++counts[limit];
    microseconds += time;
  }
  // What has come since `before`, a value of the same histogram.
  void add_difference(const LatencyHistogram& now, const LatencyHistogram& before) {
    for (std::size_t n = 0; n != counts.size(); ++n) counts[n] += now.counts[n] - before.counts[n];
    microseconds += now.microseconds - before.microseconds;
  }
};

}  // namespace coney
