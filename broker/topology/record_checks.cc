#include "broker/topology/record_checks.h"

#include "broker/arguments/resource_text.h"

namespace coney {
namespace {

using Fault = std::optional<std::string>;

std::string permission_text(std::string_view user, std::string_view vhost) {
  return "permission of user '" + std::string(user) + "' in vhost '" + std::string(vhost) + "'";
}

Fault pattern_fault(std::string_view expression) {
  auto pattern = PermissionPattern::compile(expression);
  if (pattern) return std::nullopt;
  return pattern.error().message;
}

}  // namespace

std::optional<std::string> check_patterns(const PermissionRecord& record) {
  for (const std::string* expression : {&record.configure, &record.write, &record.read}) {
    if (auto fault = pattern_fault(*expression)) {
      return permission_text(record.user, record.vhost) + ": " + *fault;
    }
  }
  return std::nullopt;
}

std::optional<std::string> check_patterns(const TopicPermissionRecord& record) {
  const TopicVariables variables{record.user, record.vhost, std::nullopt};
  for (const std::string* expression : {&record.write, &record.read}) {
    if (auto fault = pattern_fault(expand_topic_pattern(*expression, variables))) {
      return "topic " + permission_text(record.user, record.vhost) + ": " + *fault;
    }
  }
  return std::nullopt;
}

bool has_ends(const Catalog& catalog, const BindingRecord& binding) {
  const Vhost* vhost = catalog.find_vhost(binding.vhost);
  if (!vhost || !vhost->find_exchange(binding.source)) return false;
  return binding.destination_kind == DestinationKind::kQueue
             ? vhost->find_queue(binding.destination) != nullptr
             : vhost->find_exchange(binding.destination) != nullptr;
}

std::string binding_text(const BindingRecord& binding) {
  bool to_queue = binding.destination_kind == DestinationKind::kQueue;
  return "binding of " +
         resource_text(to_queue ? "queue" : "exchange", binding.destination, binding.vhost) +
         " to exchange '" + binding.source + "'";
}

}  // namespace coney
