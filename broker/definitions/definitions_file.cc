#include "broker/definitions/definitions_file.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <stdexcept>
#include <utility>

#include "broker/definitions/json_object_reader.h"
#include "broker/policy/policy_target.h"

namespace coney {
namespace {

namespace json = boost::json;

// Deeper documents are refused before they are built; arguments then always fit a field table.
constexpr std::size_t kMaxDepth = 32;
static_assert(kMaxDepth <= amqp::kMaxNesting);

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

class DefinitionsReader {
 public:
  DefinitionsReader(const json::value& document, const DefinitionsReadOptions& options,
                    JsonErrors& errors)
      : options_(options), root_(document, JsonPlace(), errors) {}

  DefinitionsFile read() {
    read_single_vhost();
    root_.each("vhosts", [&](const auto& entry) { read_vhost(entry, entry.name("name")); });
    root_.each("users", [&](const auto& entry) { read_user(entry); });
    root_.each("permissions", [&](const auto& entry) { read_permission(entry); });
    root_.each("topic_permissions", [&](const auto& entry) { read_topic_permission(entry); });
    root_.each("global_parameters", [&](const auto& entry) { read_global_parameter(entry); });
    root_.each("parameters", [&](const auto& entry) { read_parameter(entry); });
    root_.each("policies", [&](const auto& entry) {
      read_policy(entry, {.vhost = vhost_of(entry), .name = entry.name("name")});
    });
    root_.each("exchanges", [&](const auto& entry) { read_exchange(entry); });
    root_.each("queues", [&](const auto& entry) { read_queue(entry); });
    root_.each("bindings", [&](const auto& entry) { read_binding(entry); });
    for (const auto& [component, count] : without_effect_) {
      warn("kept but without effect yet: parameters of component " + component + " (" +
           std::to_string(count) + ")");
    }
    return std::move(file_);
  }

 private:
  void warn(std::string text) { file_.warnings.push_back(std::move(text)); }

  // The vhost that entries belong to which do not say it themselves.
  void read_single_vhost() {
    if (root_.has("original_vhost_name")) single_vhost_ = root_.name("original_vhost_name");
    if (options_.vhost) single_vhost_ = options_.vhost;
    bool single = root_.text_or("rabbitmq_definition_format", "") == "single_virtual_host";
    if (single && single_vhost_) read_vhost(root_, *single_vhost_);
  }

  std::string vhost_of(const JsonObjectReader& entry) const {
    if (options_.vhost) return *options_.vhost;
    if (single_vhost_) return entry.name_or("vhost", *single_vhost_);
    return entry.name("vhost");
  }

  void read_vhost(const JsonObjectReader& entry, std::string name) {
    JsonObjectReader metadata = entry.object("metadata");
    VhostRecord vhost{.name = std::move(name)};
    vhost.description = entry.text_or("description", metadata.text_or("description", ""));
    vhost.tags = entry.has("tags") ? entry.words("tags") : metadata.words("tags");
    vhost.default_queue_type =
        entry.text_or("default_queue_type", metadata.text_or("default_queue_type", ""));
    if (vhost.default_queue_type == "undefined") vhost.default_queue_type.clear();
    vhost.protected_from_deletion =
        entry.flag("protected_from_deletion", metadata.flag("protected_from_deletion", false));
    read_vhost_limits(entry.object("limits"), vhost);
    file_.definitions.vhosts.push_back(std::move(vhost));
  }

  void read_vhost_limits(const JsonObjectReader& limits, VhostRecord& vhost) {
    if (auto limit = limits.integer("max-connections")) vhost.max_connections = limit;
    if (auto limit = limits.integer("max-queues")) vhost.max_queues = limit;
  }

  void read_user(const JsonObjectReader& entry) {
    UserRecord user{.name = entry.name("name")};
    user.hashing = hashing_of(entry);
    if (entry.has("password") && entry.has("password_hash")) {
      entry.report("password", "cannot be given together with password_hash");
    }
    user.password_hash =
        entry.has("password") ? hash_of_password(entry, user) : entry.text_or("password_hash", "");
    if (!is_password_hash(user.password_hash, user.hashing)) {
      warn("user '" + user.name + "' cannot log in by password: password_hash is not one of " +
           std::string(to_string(user.hashing)));
    }
    user.tags = entry.words("tags");
    JsonObjectReader limits = entry.object("limits");
    user.max_connections = limits.integer("max-connections");
    user.max_channels = limits.integer("max-channels");
    file_.definitions.users.push_back(std::move(user));
  }

  std::string hash_of_password(const JsonObjectReader& entry, const UserRecord& user) {
    auto hash = hash_password(entry.text("password"), user.hashing, options_.salt());
    if (!hash) warn("user '" + user.name + "' cannot log in by password: it is empty");
    return hash.value_or("");
  }

  PasswordHashing hashing_of(const JsonObjectReader& entry) const {
    std::string name = entry.text_or("hashing_algorithm", "");
    if (name.empty()) return default_hashing();
    auto hashing = password_hashing_from(name);
    if (!hashing) entry.report("hashing_algorithm", "unknown algorithm '" + name + "'");
    return hashing.value_or(PasswordHashing::kSha256);
  }

  // Before 3.6 the algorithm was MD5 and did not have to be told.
  PasswordHashing default_hashing() const {
    std::string version = root_.text_or("rabbit_version", "");
    bool old = version.size() > 4 && version.starts_with("3.") && version[2] >= '0' &&
               version[2] <= '5' && version[3] == '.';
    return old ? PasswordHashing::kMd5 : PasswordHashing::kSha256;
  }

  void read_permission(const JsonObjectReader& entry) {
    file_.definitions.permissions.push_back({.user = entry.name("user"),
                                             .vhost = vhost_of(entry),
                                             .configure = entry.text("configure"),
                                             .write = entry.text("write"),
                                             .read = entry.text("read")});
  }

  void read_topic_permission(const JsonObjectReader& entry) {
    file_.definitions.topic_permissions.push_back({.user = entry.name("user"),
                                                   .vhost = vhost_of(entry),
                                                   .exchange = entry.name("exchange"),
                                                   .write = entry.text("write"),
                                                   .read = entry.text("read")});
  }

  void read_global_parameter(const JsonObjectReader& entry) {
    file_.definitions.global_parameters.push_back({entry.text("name"), entry.json("value")});
  }

  void read_parameter(const JsonObjectReader& entry) {
    ParameterRecord parameter{.component = entry.text("component"), .name = entry.name("name")};
    parameter.vhost = vhost_of(entry);
    parameter.value = entry.json("value");
    if (parameter.component == "operator_policy") {
      return read_policy(entry.object("value"), {.vhost = std::move(parameter.vhost),
                                                 .is_operator = true,
                                                 .name = std::move(parameter.name)});
    }
    if (parameter.component == "vhost-limits") {
      VhostRecord* vhost = find_vhost(parameter.vhost);
      if (vhost) return read_vhost_limits(entry.object("value"), *vhost);
    } else {
      ++without_effect_[parameter.component];
    }
    file_.definitions.parameters.push_back(std::move(parameter));
  }

  void read_policy(const JsonObjectReader& entry, PolicyRecord policy) {
    policy.pattern = entry.text("pattern");
    policy.priority = entry.number("priority", 0);
    policy.definition = entry.arguments("definition");
    auto target = parse_policy_target(entry.text_or("apply-to", "all"));
    if (!target) {
      entry.report("apply-to", unrecognised_policy_target(entry.text_or("apply-to", "")));
    }
    policy.apply_to = target.value_or(PolicyTarget::kAll);
    file_.definitions.policies.push_back(std::move(policy));
  }

  VhostRecord* find_vhost(std::string_view name) {
    auto& vhosts = file_.definitions.vhosts;
    auto found = std::find_if(vhosts.rbegin(), vhosts.rend(),
                              [&](const VhostRecord& vhost) { return vhost.name == name; });
    return found == vhosts.rend() ? nullptr : &*found;
  }

  void read_exchange(const JsonObjectReader& entry) {
    ExchangeRecord exchange{.vhost = vhost_of(entry),
                            .name = entry.name("name"),
                            .type = entry.text("type"),
                            .durable = entry.flag("durable", true),
                            .auto_delete = entry.flag("auto_delete", false),
                            .internal = entry.flag("internal", false),
                            .arguments = entry.arguments("arguments")};
    // The default exchange is there anyway.
    if (!exchange.name.empty()) file_.definitions.exchanges.push_back(std::move(exchange));
  }

  void read_queue(const JsonObjectReader& entry) {
    QueueRecord queue{.vhost = vhost_of(entry),
                      .name = entry.name("name"),
                      .durable = entry.flag("durable", true),
                      .auto_delete = entry.flag("auto_delete", false),
                      .arguments = entry.arguments("arguments")};
    if (queue.name.empty() && entry.has("name")) entry.report("name", "must not be empty");
    queue.type = type_of_queue(entry, queue);
    file_.definitions.queues.push_back(std::move(queue));
  }

  std::string type_of_queue(const JsonObjectReader& entry, const QueueRecord& queue) {
    const amqp::Value* argument = queue.arguments.find("x-queue-type");
    if (argument && argument->as_string()) return *argument->as_string();
    if (entry.has("type")) return entry.text("type");
    const VhostRecord* vhost = find_vhost(queue.vhost);
    bool has_default = vhost && !vhost->default_queue_type.empty();
    return has_default ? vhost->default_queue_type : "classic";
  }

  void read_binding(const JsonObjectReader& entry) {
    BindingRecord binding{.vhost = vhost_of(entry),
                          .source = entry.name("source"),
                          .destination = entry.name("destination"),
                          .routing_key = entry.name_or("routing_key", ""),
                          .arguments = entry.arguments("arguments")};
    std::string kind = entry.text_or("destination_type", "queue");
    if (kind == "exchange") binding.destination_kind = DestinationKind::kExchange;
    if (kind != "exchange" && kind != "queue") {
      entry.report("destination_type", "must be \"queue\" or \"exchange\"");
    }
    // Every queue is bound to the default exchange anyway.
    if (!binding.source.empty()) file_.definitions.bindings.push_back(std::move(binding));
  }

  const DefinitionsReadOptions& options_;
  JsonObjectReader root_;
  DefinitionsFile file_;
  std::optional<std::string> single_vhost_;
  std::map<std::string, std::size_t> without_effect_;
};

std::string line_and_column(std::string_view text, std::size_t offset) {
  std::string_view before = text.substr(0, offset);
  auto line = std::count(before.begin(), before.end(), '\n') + 1;
  std::size_t start = before.rfind('\n');
  std::size_t column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

JsonErrors syntax_error(std::string_view text, std::size_t offset,
                        const boost::system::error_code& code) {
  JsonErrors errors;
  errors.report({}, "not JSON at " + line_and_column(text, offset) + ": " + code.message());
  return errors;
}

}  // namespace

boost::system::result<DefinitionsFile, JsonErrors> parse_definitions(
    std::string_view document, const DefinitionsReadOptions& options) {
  if (document.starts_with(kByteOrderMark)) document.remove_prefix(kByteOrderMark.size());
  json::parse_options limits;
  limits.max_depth = kMaxDepth;
  json::stream_parser parser(json::make_shared_resource<json::monotonic_resource>(), limits);
  boost::system::error_code code;
  std::size_t consumed = parser.write_some(document.data(), document.size(), code);
  if (!code && consumed < document.size()) code = json::error::extra_data;
  if (!code) parser.finish(code);
  if (code) return syntax_error(document, consumed, code);
  json::value parsed = parser.release();
  JsonErrors errors;
  if (!parsed.is_object()) errors.report(JsonPlace(), "must be an object");
  DefinitionsFile file = DefinitionsReader(parsed, options, errors).read();
  if (errors.any()) return errors;
  return file;
}

void throw_exception_from_error(const JsonErrors& errors, const boost::source_location&) {
  throw std::logic_error(errors.first().pointer + ": " + errors.first().message);
}

}  // namespace coney
