#pragma once
// Where a consumer of a stream begins, and which messages it wants: the x-stream-* arguments of
// basic.consume.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coney {

struct StreamStart {
  enum class Kind : std::uint8_t {
    kFirst,   // the oldest message that there is
    kLast,    // the newest one, else what comes next
    kNext,    // what is published from now on
    kOffset,  // `value`, or the first one behind it
    kTime,    // the first one that came at `value` (ms since 1970) or later
  };
  Kind kind = Kind::kNext;
  std::uint64_t value = 0;

  bool operator==(const StreamStart&) const = default;
};

// Messages are told apart by their header x-stream-filter-value, a long string.
struct StreamFilter {
  std::vector<std::string> values;  // empty: everything is wanted
  bool match_unfiltered = false;    // messages without a value are wanted as well

  bool active() const { return !values.empty(); }
  bool wants(std::optional<std::string_view> value) const {
    if (!value) return match_unfiltered;
    for (const std::string& each : values) {
      if (each == *value) return true;
    }
    return false;
  }
  bool operator==(const StreamFilter&) const = default;
};

struct StreamReading {
  StreamStart start;
  StreamFilter filter;
};

}  // namespace coney
