#include "broker/definitions/argument_json.h"

#include <boost/json.hpp>
#include <cmath>

namespace coney {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxKey = 255;
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

class TableReader {
 public:
  explicit TableReader(JsonErrors& errors) : errors_(errors) {}

  amqp::Table table(const json::object& object, const JsonPlace& place, int depth) {
    amqp::Table table;
    if (!fits(place, depth)) return table;
    for (const auto& [key, value] : object) {
      JsonPlace inner(place, key);
      if (key.size() > kMaxKey) errors_.report(inner, "the key is longer than 255 bytes");
      table.append(std::string(key), convert(value, inner, depth + 1));
    }
    table.canonicalize();
    return table;
  }

 private:
  bool fits(const JsonPlace& place, int depth) {
    if (depth <= amqp::kMaxNesting) return true;
    errors_.report(place, "nested too deeply");
    return false;
  }

  amqp::Array array(const json::array& values, const JsonPlace& place, int depth) {
    amqp::Array array;
    if (!fits(place, depth)) return array;
    for (std::size_t i = 0; i < values.size(); ++i) {
      array.push_back(convert(values[i], JsonPlace(place, i), depth + 1));
    }
    return array;
  }

  amqp::Value convert(const json::value& value, const JsonPlace& place, int depth) {
    switch (value.kind()) {
      case json::kind::null:
        return amqp::Value::void_value();
      case json::kind::bool_:
        return amqp::Value::boolean(value.get_bool());
      case json::kind::int64:
        return amqp::Value::int64(value.get_int64());
      case json::kind::uint64:  // only what does not fit into int64
        errors_.report(place, "the integer does not fit into 64 bits");
        return {};
      case json::kind::double_:
        return amqp::Value::number(value.get_double());
      case json::kind::string:
        return amqp::Value::text(value.get_string());
      case json::kind::array:
        return amqp::Value::array(array(value.get_array(), place, depth));
      case json::kind::object:
        return amqp::Value::table(table(value.get_object(), place, depth));
    }
    return {};
  }

  JsonErrors& errors_;
};

json::value number_to_json(double number) {
  if (!std::isfinite(number)) return nullptr;
  return number;
}

json::value value_to_json(const amqp::Value& value);

struct ToJson {
  json::value operator()(std::monostate) const { return nullptr; }
  json::value operator()(bool value) const { return value; }
  json::value operator()(std::int64_t value) const { return value; }
  json::value operator()(std::uint64_t value) const { return value; }
  json::value operator()(double value) const { return number_to_json(value); }
  json::value operator()(const amqp::Decimal& value) const {
    return number_to_json(value.value / std::pow(10.0, value.scale));
  }
  json::value operator()(const std::string& value) const { return json::string(json_text(value)); }
  json::value operator()(const amqp::Array& values) const {
    json::array array;
    for (const amqp::Value& value : values) array.push_back(value_to_json(value));
    return array;
  }
  json::value operator()(const amqp::Table& table) const { return table_to_json(table); }
};

json::value value_to_json(const amqp::Value& value) {
  return std::visit(ToJson{}, value.data);
}

// Bytes of the well-formed character that the text starts with; 0 when there is none.
std::size_t character_size(std::string_view text) {
  for (std::size_t size = 1; size <= 4 && size <= text.size(); ++size) {
    if (amqp::is_utf8(text.substr(0, size))) return size;
  }
  return 0;
}

}  // namespace

amqp::Table table_from_json(const json::object& object, const JsonPlace& place,
                            JsonErrors& errors) {
  return TableReader(errors).table(object, place, 0);
}

json::object table_to_json(const amqp::Table& table) {
  json::object object;
  for (const auto& [key, value] : table) object[json_text(key)] = value_to_json(value);
  return object;
}

std::string json_text(std::string_view bytes) {
  if (amqp::is_utf8(bytes)) return std::string(bytes);
  std::string out;
  while (!bytes.empty()) {
    std::size_t size = character_size(bytes);
    out += size > 0 ? bytes.substr(0, size) : kReplacement;
    bytes.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

}  // namespace coney
