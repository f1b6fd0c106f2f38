#include "broker/exchange/headers_exchange.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "broker/arguments/erlang_term.h"

namespace coney {
namespace {

constexpr std::string_view kMatchKey = "x-match";

struct MatchKind {
  std::string_view word;
  bool any;
  bool with_x;
};
constexpr MatchKind kMatchKinds[] = {
    {"all", false, false},
    {"any", true, false},
    {"all-with-x", false, true},
    {"any-with-x", true, true},
};

const MatchKind* find_match_kind(std::string_view word) {
  for (const MatchKind& kind : kMatchKinds) {
    if (kind.word == word) return &kind;
  }
  return nullptr;
}

// "all" when the argument is absent or, in tables that nobody checked, unknown.
const MatchKind& match_kind_of(const amqp::Table& arguments) {
  const amqp::Value* value = arguments.find(kMatchKey);
  const std::string* word = value ? value->as_string() : nullptr;
  const MatchKind* kind = word ? find_match_kind(*word) : nullptr;
  return kind ? *kind : kMatchKinds[0];
}

// Patterns that every message may match.
constexpr std::uint64_t kEverywhere = 0;

// Patterns that ask for a header of this name, whatever its value.
std::uint64_t place_of_key(std::string_view key) {
  return std::hash<std::string_view>{}(key) | 1;
}

// Patterns that ask for this header with this value. Equal values give equal places; different
// ones may, too: whoever looks there still compares.
std::uint64_t place_of(std::string_view key, const HeaderValue& value) {
  constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;
  return (place_of_key(key) ^ (header_hash(value) + 1) * kSpread) | 1;
}

// Arrays and tables are compared after decoding; their bytes say too little for a hash.
bool is_indexed(char tag) {
  return tag != 'V' && tag != 'A' && tag != 'F';
}

std::string encoded(const amqp::Table& arguments) {
  std::string bytes;
  amqp::encode_table(bytes, arguments);
  return bytes;
}

}  // namespace

std::unique_ptr<BindingIndex> HeadersExchange::make(const amqp::Table&) {
  return std::make_unique<HeadersExchange>();
}

std::optional<ArgumentFault> HeadersExchange::check_arguments(
    const amqp::Table& binding_arguments) {
  const amqp::Value* value = binding_arguments.find(kMatchKey);
  if (!value) return std::nullopt;
  const std::string* word = value->as_string();
  if (!word) {
    return precondition_failed("Invalid x-match field type " +
                               std::string(amqp::type_name(value->tag)) + " (value " +
                               erlang_term(*value) + "); expected longstr");
  }
  if (find_match_kind(*word)) return std::nullopt;
  return precondition_failed("Invalid x-match field value " + erlang_binary(*word) +
                             "; expected all, any, all-with-x, or any-with-x");
}

void HeadersExchange::add(std::string_view, const amqp::Table& arguments,
                          DestinationIndex destination) {
  std::string key = encoded(arguments);
  auto found = by_arguments_.find(key);
  if (found == by_arguments_.end()) {
    found = by_arguments_.emplace(std::move(key), file(compile(arguments))).first;
  }
  patterns_[found->second].destinations.add(destination);
}

void HeadersExchange::remove(std::string_view, const amqp::Table& arguments,
                             DestinationIndex destination) {
  auto found = by_arguments_.find(encoded(arguments));
  if (found == by_arguments_.end()) return;
  PatternId id = found->second;
  patterns_[id].destinations.remove(destination);
  if (!patterns_[id].destinations.empty()) return;
  take_out(id);
  by_arguments_.erase(found);
}

void HeadersExchange::match(std::string_view, std::string_view headers,
                            std::vector<DestinationIndex>& out) const {
  if (empty()) return;
  const HeaderList list = read_headers(headers);
  match_place(kEverywhere, list, out);
  for (const Header& header : list) {
    match_place(place_of_key(header.key), list, out);
    if (is_indexed(header.value.tag)) match_place(place_of(header.key, header.value), list, out);
  }
}

void HeadersExchange::match_place(std::uint64_t place, const HeaderList& headers,
                                  std::vector<DestinationIndex>& out) const {
  auto found = by_place_.find(place);
  if (found == by_place_.end()) return;
  for (PatternId id : found->second) {
    if (matches(patterns_[id], headers)) patterns_[id].destinations.append_to(out);
  }
}

HeadersExchange::Pattern HeadersExchange::compile(const amqp::Table& arguments) {
  const MatchKind& kind = match_kind_of(arguments);
  Pattern pattern;
  pattern.any = kind.any;
  for (const auto& [key, value] : arguments) {
    if (key == kMatchKey || (!kind.with_x && key.starts_with("x-"))) continue;
    std::string bytes;
    amqp::encode_value(bytes, value);
    amqp::Decoder decoder(bytes);
    HeaderValue wire = read_header_value(decoder);
    pattern.criteria.push_back({key, wire.tag, std::string(wire.data)});
  }
  std::stable_sort(pattern.criteria.begin(), pattern.criteria.end(),
                   [](const Criterion& a, const Criterion& b) { return a.key < b.key; });
  return pattern;
}

// Both lists are ascending by key: one walk over each.
bool HeadersExchange::matches(const Pattern& pattern, const HeaderList& headers) {
  auto header = headers.begin();
  for (const Criterion& criterion : pattern.criteria) {
    while (header != headers.end() && header->key < criterion.key) ++header;
    bool present = header != headers.end() && header->key == criterion.key;
    bool equal =
        present && (criterion.tag == 'V' || equal_headers(criterion.value(), header->value));
    if (equal == pattern.any) return pattern.any;
  }
  return !pattern.any;
}

std::uint64_t HeadersExchange::Criterion::place() const {
  return is_indexed(tag) ? place_of(key, value()) : place_of_key(key);
}

HeadersExchange::Places HeadersExchange::choose_places(const Pattern& pattern) const {
  Places places;
  for (const Criterion& criterion : pattern.criteria) places.push_back(criterion.place());
  std::ranges::sort(places);
  places.erase(std::unique(places.begin(), places.end()), places.end());
  if (pattern.any) return places;
  if (places.empty()) return {kEverywhere};
  auto crowd = [&](std::uint64_t place) {
    auto found = by_place_.find(place);
    return found == by_place_.end() ? 0 : found->second.size();
  };
  return {*std::ranges::min_element(places, {}, crowd)};
}

HeadersExchange::PatternId HeadersExchange::file(Pattern pattern) {
  pattern.places = choose_places(pattern);
  if (free_.empty()) {
    free_.push_back(static_cast<PatternId>(patterns_.size()));
    patterns_.emplace_back();
  }
  PatternId id = free_.back();
  free_.pop_back();
  for (std::uint64_t place : pattern.places) by_place_[place].push_back(id);
  patterns_[id] = std::move(pattern);
  return id;
}

void HeadersExchange::take_out(PatternId id) {
  for (std::uint64_t place : patterns_[id].places) {
    auto found = by_place_.find(place);
    std::erase(found->second, id);
    if (found->second.empty()) by_place_.erase(found);
  }
  patterns_[id] = {};
  free_.push_back(id);
}

}  // namespace coney
