#include "broker/definitions/json_object_reader.h"

#include <utility>

#include "broker/definitions/argument_json.h"

namespace coney {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxName = 255;  // a short string of AMQP

const json::object& empty_object() {
  static const json::object empty;
  return empty;
}

const json::array& empty_array() {
  static const json::array empty;
  return empty;
}

std::string_view trimmed(std::string_view word) {
  while (word.starts_with(' ')) word.remove_prefix(1);
  while (word.ends_with(' ')) word.remove_suffix(1);
  return word;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    std::size_t comma = std::min(text.find(','), text.size());
    std::string_view word = trimmed(text.substr(0, comma));
    if (!word.empty()) words.emplace_back(word);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return words;
}

bool is_empty_array(const json::value& value) {
  return value.is_array() && value.get_array().empty();
}

}  // namespace

JsonObjectReader::JsonObjectReader(const json::value& value, const JsonPlace& place,
                                   JsonErrors& errors)
    : place_(place), errors_(errors), object_(value.if_object()) {
  if (object_) return;
  if (!value.is_null() && !is_empty_array(value)) errors_.report(place_, "must be an object");
  object_ = &empty_object();
}

const json::value* JsonObjectReader::find(std::string_view key) const {
  const json::value* value = object_->if_contains(key);
  return value && !value->is_null() ? value : nullptr;
}

const json::string* JsonObjectReader::string(std::string_view key) const {
  const json::value* value = find(key);
  if (!value) return nullptr;
  if (!value->is_string()) report(key, "must be a string");
  return value->if_string();
}

std::string JsonObjectReader::text(std::string_view key) const {
  if (!has(key)) report(key, "is missing");
  return text_or(key, "");
}

std::string JsonObjectReader::text_or(std::string_view key, std::string_view otherwise) const {
  const json::string* text = string(key);
  return text ? std::string(*text) : std::string(otherwise);
}

std::string JsonObjectReader::name(std::string_view key) const {
  return checked_name(key, text(key));
}

std::string JsonObjectReader::name_or(std::string_view key, std::string_view otherwise) const {
  return checked_name(key, text_or(key, otherwise));
}

std::string JsonObjectReader::checked_name(std::string_view key, std::string text) const {
  if (text.size() > kMaxName) report(key, "is longer than 255 bytes");
  return text;
}

bool JsonObjectReader::flag(std::string_view key, bool otherwise) const {
  const json::value* value = find(key);
  if (!value) return otherwise;
  if (!value->is_bool()) report(key, "must be true or false");
  return value->is_bool() ? value->get_bool() : otherwise;
}

std::optional<std::int64_t> JsonObjectReader::integer(std::string_view key) const {
  const json::value* value = find(key);
  if (!value) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  report(key, "must be an integer");
  return std::nullopt;
}

double JsonObjectReader::number(std::string_view key, double otherwise) const {
  const json::value* value = find(key);
  if (!value) return otherwise;
  if (!value->is_number()) report(key, "must be a number");
  return value->is_number() ? value->to_number<double>() : otherwise;
}

std::string JsonObjectReader::json(std::string_view key) const {
  const json::value* value = find(key);
  return value ? json::serialize(*value) : "null";
}

std::vector<std::string> JsonObjectReader::words(std::string_view key) const {
  const json::value* value = find(key);
  if (!value) return {};
  if (value->is_string()) return split(value->get_string());
  const JsonPlace list(place_, key);
  const json::array& values = array(key, list);
  std::vector<std::string> words;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].is_string()) {
      errors_.report(JsonPlace(list, i), "must be a string");
      continue;
    }
    words.emplace_back(values[i].get_string());
  }
  return words;
}

amqp::Table JsonObjectReader::arguments(std::string_view key) const {
  const json::value* value = find(key);
  if (!value || is_empty_array(*value)) return {};
  const JsonPlace place(place_, key);
  if (value->is_object()) return table_from_json(value->get_object(), place, errors_);
  errors_.report(place, "must be an object");
  return {};
}

JsonObjectReader JsonObjectReader::object(std::string_view key) const {
  static const json::value kMissing;
  const json::value* value = find(key);
  return {value ? *value : kMissing, JsonPlace(place_, key), errors_};
}

const json::array& JsonObjectReader::array(std::string_view key, const JsonPlace& place) const {
  const json::value* value = find(key);
  if (!value) return empty_array();
  if (value->is_array()) return value->get_array();
  errors_.report(place, "must be an array");
  return empty_array();
}

void JsonObjectReader::report(std::string_view key, std::string message) const {
  errors_.report(JsonPlace(place_, key), std::move(message));
}

}  // namespace coney
