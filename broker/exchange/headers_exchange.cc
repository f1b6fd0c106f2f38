#include "broker/exchange/headers_exchange.h"

#include <algorithm>
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
    found = by_arguments_.emplace(std::move(key), place_for(compile(arguments))).first;
  }
  patterns_[found->second].destinations.add(destination);
}

void HeadersExchange::remove(std::string_view, const amqp::Table& arguments,
                             DestinationIndex destination) {
  auto found = by_arguments_.find(encoded(arguments));
  if (found == by_arguments_.end()) return;
  Pattern& pattern = patterns_[found->second];
  pattern.destinations.remove(destination);
  if (!pattern.destinations.empty()) return;
  pattern = {};
  free_.push_back(found->second);
  by_arguments_.erase(found);
}

void HeadersExchange::match(std::string_view, std::string_view headers,
                            std::vector<DestinationIndex>& out) const {
  if (empty()) return;
  const HeaderList list = read_headers(headers);
  for (const Pattern& pattern : patterns_) {
    if (!pattern.destinations.empty() && matches(pattern, list)) {
      pattern.destinations.append_to(out);
    }
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
    bool equal = present && (criterion.tag == 'V' ||
                             equal_headers({criterion.tag, criterion.data}, header->value));
    if (equal == pattern.any) return pattern.any;
  }
  return !pattern.any;
}

std::size_t HeadersExchange::place_for(Pattern pattern) {
  if (free_.empty()) {
    patterns_.push_back(std::move(pattern));
    return patterns_.size() - 1;
  }
  std::size_t place = free_.back();
  free_.pop_back();
  patterns_[place] = std::move(pattern);
  return place;
}

}  // namespace coney
