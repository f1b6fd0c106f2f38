#include "broker/definitions/definitions_export.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <functional>
#include <optional>
#include <utility>

#include "broker/auth/password_hash.h"
#include "broker/definitions/argument_json.h"
#include "broker/definitions/policy_json.h"

namespace coney {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 7> kPredeclared = {
    "", "amq.direct", "amq.fanout", "amq.headers", "amq.match", "amq.topic", "amq.rabbitmq.trace"};

bool is_predeclared(const ExchangeRecord& exchange) {
  return std::find(kPredeclared.begin(), kPredeclared.end(), exchange.name) != kPredeclared.end();
}

json::string text(std::string_view bytes) {
  return json::string(json_text(bytes));
}

json::array texts(const std::vector<std::string>& words) {
  json::array array;
  for (const std::string& word : words) array.push_back(text(word));
  return array;
}

void add_limit(json::object& limits, std::string_view key,
               const std::optional<std::int64_t>& limit) {
  if (limit) limits[key] = *limit;
}

json::object limits_of(const VhostRecord& vhost) {
  json::object limits;
  add_limit(limits, "max-connections", vhost.max_connections);
  add_limit(limits, "max-queues", vhost.max_queues);
  return limits;
}

json::object to_json(const VhostRecord& vhost) {
  std::string type = vhost.default_queue_type.empty() ? "classic" : vhost.default_queue_type;
  json::object metadata = {{"description", text(vhost.description)},
                           {"tags", texts(vhost.tags)},
                           {"default_queue_type", text(type)}};
  if (vhost.protected_from_deletion) metadata["protected_from_deletion"] = true;
  return {{"name", text(vhost.name)}, {"limits", limits_of(vhost)}, {"metadata", metadata}};
}

json::object to_json(const UserRecord& user) {
  json::object limits;
  add_limit(limits, "max-connections", user.max_connections);
  add_limit(limits, "max-channels", user.max_channels);
  return {{"name", text(user.name)},
          {"password_hash", text(user.password_hash)},
          {"hashing_algorithm", text(to_string(user.hashing))},
          {"tags", texts(user.tags)},
          {"limits", limits}};
}

json::object to_json(const PermissionRecord& permission) {
  return {{"user", text(permission.user)},
          {"vhost", text(permission.vhost)},
          {"configure", text(permission.configure)},
          {"write", text(permission.write)},
          {"read", text(permission.read)}};
}

json::object to_json(const TopicPermissionRecord& permission) {
  return {{"user", text(permission.user)},
          {"vhost", text(permission.vhost)},
          {"exchange", text(permission.exchange)},
          {"write", text(permission.write)},
          {"read", text(permission.read)}};
}

json::object to_json(const ExchangeRecord& exchange) {
  json::object object = {
      {"name", text(exchange.name)},         {"vhost", text(exchange.vhost)},
      {"type", text(exchange.type)},         {"durable", exchange.durable},
      {"auto_delete", exchange.auto_delete}, {"arguments", table_to_json(exchange.arguments)}};
  if (exchange.internal) object["internal"] = true;
  return object;
}

json::object to_json(const QueueRecord& queue) {
  amqp::Table arguments = queue.arguments;
  if (!arguments.find("x-queue-type")) {
    arguments.set("x-queue-type", amqp::Value::text(queue.type));
  }
  return {{"name", text(queue.name)},         {"vhost", text(queue.vhost)},
          {"type", text(queue.type)},         {"durable", queue.durable},
          {"auto_delete", queue.auto_delete}, {"arguments", table_to_json(arguments)}};
}

json::object to_json(const BindingRecord& binding) {
  bool to_queue = binding.destination_kind == DestinationKind::kQueue;
  return {{"source", text(binding.source)},
          {"vhost", text(binding.vhost)},
          {"destination", text(binding.destination)},
          {"destination_type", to_queue ? "queue" : "exchange"},
          {"routing_key", text(binding.routing_key)},
          {"arguments", table_to_json(binding.arguments)}};
}

json::object to_json(const PolicyRecord& policy) {
  json::object object = policy_to_json(policy);
  object["vhost"] = text(policy.vhost);
  object["name"] = text(policy.name);
  return object;
}

json::value value_of(const std::string& text) {
  boost::system::error_code code;
  json::value value = json::parse(text, code);
  return code ? json::value() : value;
}

json::object to_json(const GlobalParameterRecord& parameter) {
  return {{"name", text(parameter.name)}, {"value", value_of(parameter.value)}};
}

json::object parameter(std::string_view component, std::string_view name, std::string_view vhost,
                       json::value value) {
  return {{"component", text(component)},
          {"name", text(name)},
          {"vhost", text(vhost)},
          {"value", std::move(value)}};
}

bool every(const auto&) {
  return true;
}
bool is_named(const ExchangeRecord& exchange) {
  return !is_predeclared(exchange);
}
bool is_users(const PolicyRecord& policy) {
  return !policy.is_operator;
}
bool is_shared(const QueueRecord& queue) {
  return !queue.exclusive;
}

json::object head_of(std::string_view version, std::string_view format, std::string_view origin,
                     const std::string& name, const std::string& explanation) {
  return {{"rabbitmq_version", version},
          {"rabbit_version", version},
          {"product_name", "RabbitMQ"},
          {"product_version", version},
          {"rabbitmq_definition_format", format},
          {origin, name},
          {"explanation", explanation}};
}

// Open at its end.
std::string opened(const json::object& object) {
  std::string text = json::serialize(object);
  text.pop_back();
  return text;
}

}  // namespace

struct DefinitionsExport::Section {
  // An empty one is left out.
  using Make = std::function<json::object(std::size_t)>;

  std::string_view name;
  std::size_t size = 0;
  Make make;
};

namespace {

using Section = DefinitionsExport::Section;
using VhostName = std::optional<std::string>;  // all of them, or this one

template <typename Record, typename Keep = bool (*)(const Record&)>
Section section(std::string_view name, const SharedRecords<Record>& records, const VhostName& vhost,
                Keep keep = every<Record>) {
  return {name, records.size(), [&records, vhost, keep](std::size_t n) {
            const Record& record = *records[n];
            bool wanted = keep(record);
            if constexpr (requires { record.vhost; }) {
              wanted = wanted && (!vhost || record.vhost == *vhost);
            }
            return wanted ? to_json(record) : json::object();
          }};
}

json::object limits_parameter(const VhostRecord& vhost) {
  json::object limits = limits_of(vhost);
  if (limits.empty()) return {};
  return parameter("vhost-limits", "limits", vhost.name, std::move(limits));
}

json::object operator_policy(const PolicyRecord& policy) {
  if (!policy.is_operator) return {};
  return parameter("operator_policy", policy.name, policy.vhost, policy_to_json(policy));
}

json::object runtime_parameter(const ParameterRecord& one) {
  return parameter(one.component, one.name, one.vhost, value_of(one.value));
}

auto lasting_in(const DefinitionRecords& all) {
  return [&all](const BindingRecord& binding) { return all.is_lasting(binding); };
}

// Operator policies and limits are parameters, too.
Section parameters(const DefinitionRecords& all, const VhostName& vhost) {
  const std::size_t policies = all.policies.size();
  const std::size_t others = policies + all.parameters.size();
  const auto is_wanted = [vhost](const std::string& one) { return !vhost || one == *vhost; };
  return {"parameters", others + all.vhosts.size(),
          [&all, policies, others, is_wanted](std::size_t n) {
            if (n >= others) {
              const VhostRecord& one = *all.vhosts[n - others];
              return is_wanted(one.name) ? limits_parameter(one) : json::object();
            }
            if (n >= policies) {
              const ParameterRecord& one = *all.parameters[n - policies];
              return is_wanted(one.vhost) ? runtime_parameter(one) : json::object();
            }
            const PolicyRecord& one = *all.policies[n];
            return is_wanted(one.vhost) ? operator_policy(one) : json::object();
          }};
}

// With the name of the cluster, whether somebody has given it one or not.
Section global_parameters(const DefinitionRecords& all, const std::string& cluster_name) {
  const auto& records = all.global_parameters;
  const bool named =
      std::ranges::any_of(records, [](const auto& one) { return one->name == "cluster_name"; });
  return {"global_parameters", records.size() + (named ? 0 : 1),
          [&records, cluster_name](std::size_t n) {
            if (n < records.size()) return to_json(*records[n]);
            return json::object{{"name", "cluster_name"}, {"value", cluster_name}};
          }};
}

Section without_vhost(Section section) {
  section.make = [make = std::move(section.make)](std::size_t n) {
    json::object entry = make(n);
    entry.erase("vhost");
    return entry;
  };
  return section;
}

}  // namespace

DefinitionsExport::DefinitionsExport(Records records, const DefinitionsExportHeader& header)
    : records_(std::move(records)) {
  const DefinitionRecords& all = *records_;
  const std::string cluster = json_text(header.cluster_name);
  head_ = opened(head_of(header.version, "cluster", "original_cluster_name", cluster,
                         "Definitions of cluster '" + cluster + "'"));
  sections_.push_back(section("vhosts", all.vhosts, {}));
  sections_.push_back(section("users", all.users, {}));
  sections_.push_back(section("permissions", all.permissions, {}));
  sections_.push_back(section("topic_permissions", all.topic_permissions, {}));
  sections_.push_back(parameters(all, {}));
  sections_.push_back(global_parameters(all, cluster));
  sections_.push_back(section("policies", all.policies, {}, is_users));
  sections_.push_back(section("exchanges", all.exchanges, {}, is_named));
  sections_.push_back(section("queues", all.queues, {}, is_shared));
  sections_.push_back(section("bindings", all.bindings, {}, lasting_in(all)));
}

DefinitionsExport::DefinitionsExport(Records records, const DefinitionsExportHeader& header,
                                     const VhostRecord& vhost)
    : records_(std::move(records)) {
  const DefinitionRecords& all = *records_;
  const std::string shown = json_text(vhost.name);
  json::object head = head_of(header.version, "single_virtual_host", "original_vhost_name", shown,
                              "Definitions of virtual host '" + shown + "'");
  json::object described = to_json(vhost);
  head["description"] = text(vhost.description);
  head["metadata"] = described["metadata"];
  head["limits"] = described["limits"];
  head_ = opened(head);
  sections_.push_back(without_vhost(parameters(all, vhost.name)));
  sections_.push_back(without_vhost(section("policies", all.policies, vhost.name, is_users)));
  sections_.push_back(without_vhost(section("exchanges", all.exchanges, vhost.name, is_named)));
  sections_.push_back(without_vhost(section("queues", all.queues, vhost.name, is_shared)));
  sections_.push_back(
      without_vhost(section("bindings", all.bindings, vhost.name, lasting_in(all))));
}

DefinitionsExport::~DefinitionsExport() = default;

bool DefinitionsExport::write(std::string& to) {
  to += std::exchange(head_, {});
  const Section& current = sections_[section_];
  if (entry_ == 0) {
    to.append(",\"").append(current.name).append("\":[");
    begun_ = false;
  }
  write_entries(current, to);
  if (entry_ != current.size) return true;
  to += ']';
  entry_ = 0;
  if (++section_ != sections_.size()) return true;
  to += '}';
  return false;
}

void DefinitionsExport::write_entries(const Section& section, std::string& to) {
  constexpr std::size_t kWritten = 256, kSeen = 4096;  // at most
  std::size_t written = 0;
  const std::size_t end = std::min(entry_ + kSeen, section.size);
  for (; entry_ != end && written != kWritten; ++entry_) {
    const json::object entry = section.make(entry_);
    if (entry.empty()) continue;
    ++written;
    if (std::exchange(begun_, true)) to += ',';
    to += json::serialize(entry);
  }
}

std::string export_definitions(const Definitions& definitions,
                               const DefinitionsExportHeader& header) {
  DefinitionsExport whole(std::make_shared<const DefinitionRecords>(refer_to(definitions)), header);
  std::string text;
  while (whole.write(text)) continue;
  return text;
}

}  // namespace coney
