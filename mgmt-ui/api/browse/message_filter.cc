#include "mgmt-ui/api/browse/message_filter.h"

#include <re2/re2.h>

#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "mgmt-ui/api/body/query_values.h"
#include "mgmt-ui/api/resources/message_json.h"

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr std::size_t kLongestExpression = 1000;
constexpr std::size_t kMostNamed = 32;

using Kind = TextMatch::Kind;

std::optional<TextMatch> text_match(std::string_view text, Kind kind, std::string_view parameter,
                                    Faults& faults) {
  auto match = TextMatch::make(std::string(text), kind);
  if (!match) faults.report(json_pointer(parameter), "not a regular expression (RE2)");
  return match;
}

std::optional<double> seconds(const Request& request, std::string_view name, Faults& faults) {
  const auto text = request.parameter(name);
  if (!text) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error == std::errc() && end == text->data() + text->size() && std::isfinite(value) &&
      value >= 0) {
    return value;
  }
  faults.report(json_pointer(name), "not a number of seconds");
  return std::nullopt;
}

// A value as a user would type it.
std::string plain_text(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

}  // namespace

// ---- one text ----

std::optional<TextMatch> TextMatch::make(std::string text, Kind kind) {
  TextMatch match;
  match.kind_ = kind;
  if (kind == Kind::kExpression) {
    if (text.size() > kLongestExpression) return std::nullopt;
    RE2::Options options(RE2::Quiet);
    options.set_never_capture(true);
    auto expression = std::make_shared<RE2>(re2::StringPiece(text.data(), text.size()), options);
    if (!expression->ok()) return std::nullopt;
    match.expression_ = std::move(expression);
  }
  match.text_ = std::move(text);
  return match;
}

bool TextMatch::matches(std::string_view text) const {
  switch (kind_) {
    case Kind::kEqual:
      return text == text_;
    case Kind::kContained:
      return text.find(text_) != std::string_view::npos;
    case Kind::kExpression:
      return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression_);
  }
  return false;
}

// ---- all of a message ----

MessageFilter MessageFilter::parse(const Request& request, Faults& faults) {
  MessageFilter filter;
  const bool expressions = read_flag(request, "use_regex", false, faults);
  const Kind kind = expressions ? Kind::kExpression : Kind::kEqual;
  if (const auto text = request.parameter("routing_key")) {
    filter.routing_key_ = text_match(*text, kind, "routing_key", faults);
  }
  if (const auto text = request.parameter("exchange")) {
    filter.exchange_ = text_match(*text, kind, "exchange", faults);
  }
  if (const auto text = request.parameter("body")) {
    filter.body_ =
        text_match(*text, expressions ? Kind::kExpression : Kind::kContained, "body", faults);
  }
  filter.least_age_ = seconds(request, "min_age", faults);
  filter.most_age_ = seconds(request, "max_age", faults);
  for (const auto& [parameter, text] : request.query) {
    if (parameter != "header" && parameter != "property") continue;
    auto& named = parameter == "header" ? filter.headers_ : filter.properties_;
    if (named.size() == kMostNamed) {
      faults.report(json_pointer(parameter), "too many of them");
      break;
    }
    const std::size_t equals = text.find('=');
    Named one{text.substr(0, equals), std::nullopt};
    if (equals != std::string::npos) {
      one.value = text_match(std::string_view(text).substr(equals + 1), kind, parameter, faults);
    }
    named.push_back(std::move(one));
  }
  return filter;
}

bool MessageFilter::is_empty() const {
  return !routing_key_ && !exchange_ && !body_ && headers_.empty() && properties_.empty() &&
         !least_age_ && !most_age_;
}

bool MessageFilter::matches_age(const std::optional<std::uint64_t>& age) const {
  if (!least_age_ && !most_age_) return true;
  if (!age) return false;
  const double seconds = static_cast<double>(*age) / 1000;
  return seconds >= least_age_.value_or(0) && (!most_age_ || seconds <= *most_age_);
}

bool MessageFilter::matches_properties(const Message& message) const {
  if (headers_.empty() && properties_.empty()) return true;
  const json::value all = properties_to_json(message);
  const auto has = [](const json::object* object, const Named& named) {
    const json::value* value = object ? object->if_contains(named.name) : nullptr;
    return value && (!named.value || named.value->matches(plain_text(*value)));
  };
  const json::object* properties = all.if_object();
  const json::value* table = properties ? properties->if_contains("headers") : nullptr;
  const json::object* headers = table ? table->if_object() : nullptr;
  return std::ranges::all_of(properties_,
                             [&](const Named& each) { return has(properties, each); }) &&
         std::ranges::all_of(headers_, [&](const Named& each) { return has(headers, each); });
}

bool MessageFilter::matches(const BrowsedMessage& message) const {
  return matches_age(message.age) &&
         (!routing_key_ || routing_key_->matches(message.message->routing_key())) &&
         (!exchange_ || exchange_->matches(message.message->exchange())) &&
         matches_properties(*message.message) &&
         (!body_ || body_->matches(message.message->body()));
}

}  // namespace coney::management
