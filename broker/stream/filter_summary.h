#pragma once
// Which filter values occur in a page, in a few bytes: it may say yes where there is none, never no
// where there is one. Pure.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "broker/message/message.h"
#include "broker/stream/stream_page.h"
#include "broker/stream/stream_reading.h"

namespace coney {

// The message's header x-stream-filter-value. The view lives as long as the message.
std::optional<std::string_view> filter_value(const Message& message);

class FilterSummary {
 public:
  FilterSummary() = default;
  explicit FilterSummary(const StreamPage& page);

  void add(std::optional<std::string_view> value);
  // False: nothing that the filter wants is in there.
  bool may_have(const StreamFilter& filter) const;

 private:
  static constexpr std::size_t kBits = 128;

  bool has(std::string_view value) const;

  std::array<std::uint64_t, kBits / 64> bits_{};
  bool has_unfiltered_ = false;
};

}  // namespace coney
