#include "broker/arguments/max_age.h"

#include <charconv>
#include <cstdint>

namespace coney {
namespace {

std::int64_t unit_seconds(std::string_view unit) {
  constexpr std::int64_t kDay = 24 * 60 * 60;
  if (unit == "Y") return 365 * kDay;
  if (unit == "M") return 30 * kDay;
  if (unit == "D") return kDay;
  if (unit == "h") return 60 * 60;
  if (unit == "m") return 60;
  if (unit == "s") return 1;
  return 0;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_max_age(std::string_view text) {
  std::uint64_t count = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count == 0) return std::nullopt;
  std::int64_t seconds = unit_seconds(text.substr(static_cast<std::size_t>(end - text.data())));
  if (seconds == 0) return std::nullopt;
  std::int64_t age = 0;
  if (__builtin_mul_overflow(count, seconds * 1000, &age)) return std::nullopt;
  return std::chrono::milliseconds(age);
}

}  // namespace coney
