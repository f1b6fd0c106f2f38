#include "mgmt-ui/cli/node/node.h"

#include <fmt/format.h>

#include "mgmt-ui/api/http/request.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr unsigned kNotFound = 404;

json::value parse(const std::string& body) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 128;
  json::value value = json::parse(body, error, {}, options);
  return error ? json::value(body) : value;
}

bool is_refused(const NodeReply& reply) {
  return reply.status < 200 || reply.status >= 300;
}

// A text, or a list of the codes of its characters.
std::string characters(const json::value& value) {
  std::string text;
  if (const json::string* string = value.if_string()) return {string->data(), string->size()};
  if (!value.is_array()) return json::serialize(value);
  for (const json::value& code : value.get_array()) {
    if (!code.is_int64()) return json::serialize(value);
    text += static_cast<char>(code.get_int64());
  }
  return text;
}

// ["invalid_regexp", expression, [why, where]] as RabbitMQ's tools print it.
std::optional<std::string> invalid_expression(const json::value& reason) {
  const json::array* parts = reason.if_array();
  if (!parts || parts->size() != 3 || (*parts)[0] != "invalid_regexp") return std::nullopt;
  const json::array* fault = (*parts)[2].if_array();
  if (!fault || fault->size() != 2) return std::nullopt;
  return fmt::format("{{:invalid_regexp, ~c\"{}\", {{~c\"{}\", {}}}}}", characters((*parts)[1]),
                     characters((*fault)[0]), json::serialize((*fault)[1]));
}

// The app is stopped and has to run, or the other way round.
bool is_wrong_state(const NodeReply& reply) {
  if (reply.status != 503 && reply.status != 409) return false;
  const json::value body = parse(reply.body);
  const json::value* error = body.is_object() ? body.get_object().if_contains("error") : nullptr;
  return error && *error == "wrong_state";
}

std::string reason_text(const NodeReply& reply) {
  const json::value body = parse(reply.body);
  const json::value* reason = body.is_object() ? body.get_object().if_contains("reason") : nullptr;
  if (!reason) return "The node answered with HTTP status " + std::to_string(reply.status);
  if (const json::string* text = reason->if_string()) return {text->data(), text->size()};
  return invalid_expression(*reason).value_or(json::serialize(*reason));
}

}  // namespace

std::string api_path(std::initializer_list<std::string_view> parts) {
  std::string path = "/api";
  for (std::string_view part : parts) path.append("/").append(management::percent_encode(part));
  return path;
}

Failure refusal(const NodeReply& reply) {
  if (reply.status == 401) {
    return error(ExitCode::kNoPermission,
                 reason_text(reply) +
                     "\nThe node does not accept these credentials; see --url and "
                     "--password-file.");
  }
  if (is_wrong_state(reply)) return {ExitCode::kUsage, "Error: " + reason_text(reply)};
  if (reply.status == 403) return error(ExitCode::kNoPermission, reason_text(reply));
  return error(ExitCode::kUnavailable, reason_text(reply));
}

Result<NodeReply> NodeLink::follow(const NodeRequest& request,
                                   std::optional<std::chrono::milliseconds>,
                                   const std::function<void(std::string_view)>& take) {
  auto reply = send(request);
  if (reply && !is_refused(*reply)) take(reply->body);
  return reply;
}

Result<NodeReply> Node::send(const NodeRequest& request) {
  auto reply = link_->send(request);
  if (reply && is_refused(*reply)) return refusal(*reply);
  return reply;
}

Result<json::value> Node::find(const std::string& path) {
  auto reply = link_->send({.target = path});
  if (!reply) return reply.error();
  if (reply->status == kNotFound) return json::value();
  if (is_refused(*reply)) return refusal(*reply);
  return parse(reply->body);
}

Result<json::value> Node::get(const std::string& path) {
  auto reply = send({.target = path});
  if (!reply) return reply.error();
  return parse(reply->body);
}

Result<std::vector<json::object>> Node::list(const std::string& path) {
  auto value = get(path);
  if (!value) return value.error();
  std::vector<json::object> rows;
  if (!value->is_array()) return rows;
  for (json::value& row : value->get_array()) {
    if (row.is_object()) rows.push_back(std::move(row.get_object()));
  }
  return rows;
}

Result<void> Node::put(const std::string& path, const json::value& body) {
  auto reply = send({.method = "PUT", .target = path, .body = json::serialize(body)});
  if (!reply) return reply.error();
  return {};
}

Result<json::value> Node::post(const std::string& path, const json::value& body) {
  auto reply = send({.method = "POST", .target = path, .body = json::serialize(body)});
  if (!reply) return reply.error();
  return reply->body.empty() ? json::value() : parse(reply->body);
}

Result<bool> Node::remove(const std::string& path, std::string_view reason) {
  NodeRequest request{.method = "DELETE", .target = path};
  if (!reason.empty()) request.headers.emplace_back("x-reason", reason);
  auto reply = link_->send(request);
  if (!reply) return reply.error();
  if (reply->status == kNotFound) return false;
  if (is_refused(*reply)) return refusal(*reply);
  return true;
}

Result<void> Node::follow(const std::string& path, std::optional<std::chrono::milliseconds> most,
                          const std::function<void(std::string_view)>& take) {
  const auto reply = link_->follow({.target = path}, most, take);
  if (!reply) return reply.error();
  if (is_refused(*reply)) return refusal(*reply);
  return {};
}

Result<std::string> Node::name() {
  if (name_) return *name_;
  auto node = get("/api/coney/node");
  if (!node) return node.error();
  const json::value* name = node->is_object() ? node->get_object().if_contains("name") : nullptr;
  name_ = name && name->is_string() ? std::string(name->get_string()) : "unknown";
  return *name_;
}

}  // namespace coney::cli
