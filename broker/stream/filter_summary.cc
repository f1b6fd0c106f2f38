#include "broker/stream/filter_summary.h"

#include <algorithm>
#include <functional>

#include "amqp/properties.h"
#include "amqp/table.h"
#include "amqp/wire.h"

namespace coney {
namespace {

constexpr int kBitsOfValue = 3;

// Calls with the places of a value's bits.
template <typename Visit>
void for_each_bit(std::string_view value, Visit visit) {
  std::uint64_t hash = std::hash<std::string_view>()(value);
  for (int n = 0; n != kBitsOfValue; ++n, hash >>= 16) visit(hash);
}

}  // namespace

std::optional<std::string_view> filter_value(const Message& message) {
  const auto header = amqp::decode_content_header(message.header());
  if (!header) return std::nullopt;
  const auto flags = amqp::wire::load<std::uint16_t>(header->properties.data());
  if (!amqp::has_property(flags, amqp::Property::kHeaders)) return std::nullopt;
  const auto list = amqp::PropertyList::decode(header->properties);
  if (!list || !list->headers) return std::nullopt;
  amqp::Decoder value(amqp::find_encoded(*list->headers, "x-stream-filter-value"));
  if (value.u8() != 'S') return std::nullopt;
  const std::string_view text = value.long_string();
  return value.ok() ? std::optional(text) : std::nullopt;
}

FilterSummary::FilterSummary(const StreamPage& page) {
  for (const StreamMessage& each : page.messages) add(filter_value(*each.message));
}

void FilterSummary::add(std::optional<std::string_view> value) {
  if (!value) {
    has_unfiltered_ = true;
    return;
  }
  for_each_bit(*value, [this](std::uint64_t hash) {
    bits_[hash / 64 % bits_.size()] |= std::uint64_t{1} << hash % 64;
  });
}

bool FilterSummary::has(std::string_view value) const {
  bool all = true;
  for_each_bit(value, [&](std::uint64_t hash) {
    all = all && (bits_[hash / 64 % bits_.size()] >> hash % 64 & 1) != 0;
  });
  return all;
}

bool FilterSummary::may_have(const StreamFilter& filter) const {
  if (!filter.active() || (filter.match_unfiltered && has_unfiltered_)) return true;
  return std::any_of(filter.values.begin(), filter.values.end(),
                     [this](const std::string& value) { return has(value); });
}

}  // namespace coney
