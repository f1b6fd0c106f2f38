#include "mgmt-ui/cli/command/erlang_arguments.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

std::string_view type_of(const json::value& value, std::string_view integer) {
  switch (value.kind()) {
    case json::kind::bool_:
      return "bool";
    case json::kind::int64:
    case json::kind::uint64:
      return integer;
    case json::kind::double_:
      return "double";
    case json::kind::array:
      return "array";
    case json::kind::object:
      return "table";
    case json::kind::null:
      return "void";
    default:
      return "longstr";
  }
}

}  // namespace

json::value typed_arguments(const json::value& arguments, std::string_view integer) {
  json::array typed;
  if (!arguments.is_object()) return typed;
  for (const auto& [name, value] : arguments.get_object()) {
    const json::value shown = value.is_object() ? typed_arguments(value, integer) : value;
    typed.push_back(json::array{name, type_of(value, integer), shown});
  }
  return typed;
}

}  // namespace coney::cli
