#include "mgmt-ui/api/stats/details.h"

#include <charconv>

namespace coney::management {
namespace {

constexpr Second kMostSamples = 1000;    // in one answer
constexpr Second kLongestAge = 400'000;  // nothing is kept so long

std::optional<Second> number(const Request& request, std::string_view name) {
  const auto text = request.parameter(name);
  Second value = 0;
  if (!text) return std::nullopt;
  const char* const end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value == 0) return std::nullopt;
  return value;
}

std::uint64_t sum(std::span<const History* const> histories, Second time,
                  std::span<const std::size_t> columns) {
  std::uint64_t total = 0;
  for (const History* history : histories) {
    if (history) total += history->sum_at(time, columns);
  }
  return total;
}

// Lengths fall, too.
double change(std::uint64_t now, std::uint64_t before, Second seconds) {
  return static_cast<double>(static_cast<std::int64_t>(now - before)) /
         static_cast<double>(seconds);
}

}  // namespace

std::optional<SampleRange> sample_range(const Request& request, std::string_view prefix) {
  const auto age = number(request, std::string(prefix) + "_age");
  const auto increment = number(request, std::string(prefix) + "_incr");
  if (!age || !increment || *age < *increment || *age > kLongestAge) return std::nullopt;
  return SampleRange{*age, std::max(*increment, (*age + kMostSamples - 1) / kMostSamples)};
}

Details::Details(Second now, std::optional<SampleRange> range)
    : last_(now / kInterval * kInterval), range_(range) {}

double Details::rate(const History* history, std::span<const std::size_t> columns) const {
  if (!history || history->last_record() + kInterval < last_ - step()) return 0;  // idle
  const std::span<const History* const> one(&history, 1);
  return change(sum(one, last_, columns), sum(one, last_ - step(), columns), step());
}

boost::json::object Details::of(std::span<const History* const> histories,
                                std::span<const std::size_t> columns) const {
  const std::uint64_t newest = sum(histories, last_, columns);
  boost::json::object details;
  const Second step = this->step();
  details["rate"] = change(newest, sum(histories, last_ - step, columns), step);
  if (!range_) return details;
  boost::json::array samples;
  double total = 0;
  std::uint64_t value = newest;
  Second time = last_;
  for (Second age = 0; age <= range_->age; age += step) {
    time = last_ - age;
    value = sum(histories, time, columns);
    total += static_cast<double>(value);
    samples.push_back({{"sample", value}, {"timestamp", time * 1000}});
  }
  const Second span = last_ - time;
  details["avg"] = total / static_cast<double>(samples.size());
  details["avg_rate"] = span == 0 ? 0.0 : change(newest, value, span);
  details["samples"] = std::move(samples);
  return details;
}

boost::json::object Details::ages(const History* history, std::size_t column) const {
  boost::json::array samples;
  for (Second age = 0; range_ && age <= range_->age; age += step()) {
    const Second at = (last_ - age) * 1000;
    const std::uint64_t since = history ? history->at(last_ - age, column) : 0;
    const std::uint64_t passed = since == 0 ? 0 : at - std::min(at, since);
    samples.push_back({{"sample", passed}, {"timestamp", at}});
  }
  return {{"samples", std::move(samples)}};
}

}  // namespace coney::management
