#pragma once
// Reads the recorded answers of a real RabbitMQ that the conformance suite replays, for tests that
// hold pure code against them without a broker.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "amqp/table.h"

namespace coney::recorded {

namespace json = boost::json;
using amqp::Table;
using amqp::Value;

// `path` starts with a slash and is seen from the repository.
inline json::value load(const std::string& path) {
  std::ifstream file(std::string(CONEY_SOURCE_DIR) + path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  json::error_code error;
  json::value value = json::parse(text, error);
  EXPECT_FALSE(error) << path;
  return value;
}

inline Table to_table(const json::object& object);

inline Value to_tagged(char tag, const json::value& value) {
  switch (tag) {
    case 'f':
    case 'd':
      return {tag, value.to_number<double>()};
    case 'T':
      return {tag, value.to_number<std::uint64_t>()};
    case 'x':
      return {tag, std::string(value.as_string())};
    default:
      return {tag, value.to_number<std::int64_t>()};
  }
}

inline Value to_value(const json::value& value) {
  if (value.is_null()) return Value::void_value();
  if (value.is_bool()) return Value::boolean(value.as_bool());
  if (value.is_string()) return Value::text(std::string_view(value.as_string()));
  if (value.is_number()) return Value::int32(value.to_number<std::int32_t>());
  if (value.is_array()) {
    amqp::Array array;
    for (const auto& item : value.as_array()) array.push_back(to_value(item));
    return Value::array(std::move(array));
  }
  const json::object& object = value.as_object();
  if (const auto* tag = object.if_contains("$t")) {
    return to_tagged(tag->as_string()[0], object.at("v"));
  }
  return Value::table(to_table(object));
}

inline Table to_table(const json::object& object) {
  Table table;
  for (const auto& [key, value] : object) table.append(std::string(key), to_value(value));
  return table;
}

// The fields of one method.
class Fields {
 public:
  explicit Fields(const json::object& step) {
    if (const auto* fields = step.if_contains("args")) fields_ = fields->as_object();
  }
  std::string text(std::string_view key) const {
    const auto* value = fields_.if_contains(key);
    return value ? std::string(value->as_string()) : std::string();
  }
  bool flag(std::string_view key) const {
    const auto* value = fields_.if_contains(key);
    return value && value->as_bool();
  }
  std::uint32_t number(std::string_view key) const {
    const auto* value = fields_.if_contains(key);
    return value ? value->to_number<std::uint32_t>() : 0;
  }
  Table arguments() const {
    const auto* value = fields_.if_contains("arguments");
    return value ? to_table(value->as_object()) : Table();
  }

 private:
  json::object fields_;
};

}  // namespace coney::recorded
