#include "tests/bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace bench {
namespace {

constexpr int kSubBits = 7;
constexpr std::uint64_t kSub = 1u << kSubBits;

// Values below kSub have a bucket each; above, every power of two has kSub of them.
std::size_t bucket_of(std::uint64_t value) {
  if (value < kSub) return value;
  const int shift = std::bit_width(value) - kSubBits - 1;
  return (static_cast<std::size_t>(shift) + 1) * kSub + ((value >> shift) - kSub);
}

std::uint64_t upper_end(std::size_t bucket) {
  if (bucket < kSub) return bucket;
  const std::size_t shift = bucket / kSub - 1;
  return ((bucket % kSub + kSub + 1) << shift) - 1;
}

}  // namespace

Histogram::Histogram() : buckets_((64 - kSubBits + 1) * kSub) {}

void Histogram::record(std::uint64_t nanoseconds) {
  ++buckets_[bucket_of(nanoseconds)];
  ++count_;
  max_ = std::max(max_, nanoseconds);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

std::uint64_t Histogram::quantile(double fraction) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen > 0 && seen >= wanted) return std::min(upper_end(i), max_);
  }
  return max_;
}

}  // namespace bench
