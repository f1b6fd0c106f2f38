#include "mgmt-ui/cli/command/http_action.h"

#include <fmt/format.h>

#include "mgmt-ui/api/http/request.h"
#include "mgmt-ui/cli/command/json_argument.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

using management::percent_encode;

std::string key_of(const HttpField& field) {
  std::string key(field.name);
  std::ranges::replace(key, '-', '_');
  return key;
}

// What was given for it; none: nothing.
std::optional<std::string> given(const HttpField& field, const Arguments& arguments) {
  if (field.argument != HttpField::kOption) {
    const auto& all = arguments.positional();
    if (field.argument < all.size()) return all[field.argument];
  } else {
    if (field.kind == FieldKind::kFlag && arguments.has(field.name)) return "true";
    if (const auto text = arguments.text(field.name)) return text;
  }
  if (field.otherwise.empty()) return std::nullopt;
  return std::string(field.otherwise);
}

// REQUIRES: check_action()
json::value value_of(const HttpField& field, const std::string& text) {
  switch (field.kind) {
    case FieldKind::kNumber:
      return *to_integer(text);
    case FieldKind::kFlag:
      return text == "true";
    case FieldKind::kJson:
      return *parse_json_argument(text);
    case FieldKind::kText:
      break;
  }
  return json::string(text);
}

std::string part_of(std::string_view part, const Context& context) {
  if (part == "{vhost}") return percent_encode(context.vhost());
  if (!part.starts_with('{')) return std::string(part);
  return percent_encode(context.argument(static_cast<std::size_t>(part[1] - '0')));
}

std::string target_of(const HttpAction& action, const Context& context) {
  std::string target = "/api";
  for (std::string_view part : action.path) {
    if (!part.empty()) target += "/" + part_of(part, context);
  }
  char before = '?';
  for (const HttpField& field : action.query) {
    const auto text = given(field, context.arguments);
    if (!text) continue;
    target += before + key_of(field) + "=" + percent_encode(*text);
    before = '&';
  }
  return target;
}

std::string body_of(const HttpAction& action, const Context& context) {
  if (action.body.empty()) return "";
  json::object body;
  for (const HttpField& field : action.body) {
    if (const auto text = given(field, context.arguments))
      body[key_of(field)] = value_of(field, *text);
  }
  return json::serialize(body);
}

// A line for each field, or each row.
std::string text_of(const json::value& answer) {
  std::string text;
  if (const json::array* rows = answer.if_array()) {
    for (const json::value& row : *rows) text += json::serialize(row) + "\n";
  } else if (const json::object* object = answer.if_object()) {
    for (const auto& [name, value] : *object) {
      const json::array* list = value.if_array();
      text += fmt::format("{}: {}\n", std::string_view(name.data(), name.size()),
                          list ? "\n" + text_of(value) : json::serialize(value));
    }
  } else {
    text = json::serialize(answer);
  }
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

std::optional<std::string> check_action(const HttpAction& action, const Arguments& arguments) {
  for (std::span<const HttpField> fields : {action.query, action.body}) {
    for (const HttpField& field : fields) {
      const auto text = given(field, arguments);
      if (!text) continue;
      if (field.kind == FieldKind::kNumber && !to_integer(*text)) {
        return fmt::format("{} has to be a whole number, not {}", field.name, *text);
      }
      if (field.kind == FieldKind::kJson && !parse_json_argument(*text)) {
        return fmt::format("{} has to be JSON, not {}", field.name, *text);
      }
    }
  }
  return std::nullopt;
}

Outcome run_action(const HttpAction& action, Context& context) {
  auto reply = context.node.send({.method = action.method,
                                  .target = target_of(action, context),
                                  .body = body_of(action, context)});
  if (!reply) return reply.error();
  boost::system::error_code error;
  json::value answer = json::parse(reply->body, error);
  if (reply->body.empty() || error) return Done{};
  std::string text = text_of(answer);
  return Document{std::move(answer), std::move(text)};
}

}  // namespace coney::cli
