#include "mgmt-ui/cli/output/cell_text.h"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace coney::cli {

namespace json = boost::json;

namespace {

std::string_view view(const json::string& text) {
  return {text.data(), text.size()};
}

// Inside of a list or an object's value.
std::string term(const json::value& value) {
  if (const json::string* text = value.if_string()) {
    return "\"" + escape_controls(view(*text)) + "\"";
  }
  return cell_text(value);
}

std::string list_text(const json::array& list) {
  std::string text;
  for (const json::value& item : list) {
    if (!text.empty()) text += ", ";
    text += cell_text(item);
  }
  return "[" + text + "]";
}

std::string object_text(const json::object& object) {
  std::string text;
  for (const auto& [key, value] : object) {
    if (!text.empty()) text += ",";
    text += "{\"" + escape_controls({key.data(), key.size()}) + "\"," + term(value) + "}";
  }
  return "[" + text + "]";
}

}  // namespace

std::string escape_controls(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '\n') {
      escaped += "\\n";
    } else if (c == '\t') {
      escaped += "\\t";
    } else if (c == '\r') {
      escaped += "\\r";
    } else if (code < 0x20 || code == 0x7f) {
      escaped += fmt::format("\\{:03o}", code);
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string cell_text(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "";
    case json::kind::string:
      return escape_controls(view(value.get_string()));
    case json::kind::array:
      return list_text(value.get_array());
    case json::kind::object:
      return object_text(value.get_object());
    case json::kind::double_:
      return fmt::format("{}", value.get_double());
    default:
      return json::serialize(value);
  }
}

}  // namespace coney::cli
