#pragma once
// Latencies in nanoseconds, log-linear: 128 buckets per power of two, so a quantile is at most 0.8%
// above the true value. Constant memory; one owner, merge() joins the histograms of threads.

#include <array>
#include <cstdint>
#include <vector>

namespace bench {

class Histogram {
 public:
  Histogram();

  void record(std::uint64_t nanoseconds);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  std::uint64_t max() const { return max_; }
  // The smallest recorded bucket's upper end that at least `fraction` of the values do not exceed;
  // never above max(). 0 when empty.
  std::uint64_t quantile(double fraction) const;

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace bench
