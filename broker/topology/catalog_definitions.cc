#include "broker/topology/catalog_definitions.h"

#include <algorithm>
#include <compare>
#include <tuple>

namespace coney {
namespace {

void add(const Exchange& exchange, DefinitionRecords& all) {
  if (exchange.is_default()) return;
  all.exchanges.push_back(exchange.record);
  for (const auto& [identity, binding] : exchange.outgoing) all.bindings.push_back(binding);
}

void add(const Vhost& vhost, DefinitionRecords& all) {
  all.vhosts.push_back(vhost.record);
  for (const auto& [name, exchange] : vhost.exchanges) add(*exchange, all);
  for (const auto& [name, queue] : vhost.queues) all.queues.push_back(queue->record);
  for (bool is_operator : {false, true}) {
    for (const CompiledPolicy& policy : vhost.policies.list(is_operator)) {
      all.policies.push_back(policy.record());
    }
  }
  for (const auto& [key, parameter] : vhost.parameters) all.parameters.push_back(parameter);
}

void add(const User& user, DefinitionRecords& all) {
  all.users.push_back(user.record);
  for (const auto& [vhost, permissions] : user.permissions) {
    all.permissions.push_back(permissions.record);
  }
  for (const auto& [vhost, topics] : user.topic_permissions) {
    for (const auto& [exchange, topic] : topics) all.topic_permissions.push_back(topic.record);
  }
}

std::string encoded(const amqp::Table& table) {
  std::string bytes;
  amqp::encode_table(bytes, table);
  return bytes;
}

bool goes_before(const BindingRecord& a, const BindingRecord& b) {
  auto key = [](const BindingRecord& one) {
    return std::tie(one.vhost, one.source, one.destination_kind, one.destination, one.routing_key);
  };
  const auto order = key(a) <=> key(b);
  return order != 0 ? order < 0 : encoded(a.arguments) < encoded(b.arguments);
}

void sort(DefinitionRecords& all) {
  auto named = [](const auto& one) { return std::tie(one->name); };
  auto in_vhost = [](const auto& one) { return std::tie(one->vhost, one->name); };
  std::ranges::sort(all.vhosts, {}, named);
  std::ranges::sort(all.users, {}, named);
  std::ranges::sort(all.global_parameters, {}, named);
  std::ranges::sort(all.exchanges, {}, in_vhost);
  std::ranges::sort(all.queues, {}, in_vhost);
  std::ranges::sort(all.permissions, {},
                    [](const auto& one) { return std::tie(one->user, one->vhost); });
  std::ranges::sort(all.topic_permissions, {},
                    [](const auto& one) { return std::tie(one->user, one->vhost, one->exchange); });
  std::ranges::sort(all.policies, {}, [](const auto& one) {
    return std::tie(one->vhost, one->is_operator, one->name);
  });
  std::ranges::sort(all.parameters, {}, [](const auto& one) {
    return std::tie(one->vhost, one->component, one->name);
  });
  std::ranges::sort(all.bindings, [](const auto& a, const auto& b) { return goes_before(*a, *b); });
}

}  // namespace

DefinitionRecords records_of(const Catalog& catalog) {
  DefinitionRecords all;
  for (const auto& [name, vhost] : catalog.vhosts()) add(*vhost, all);
  for (const auto& [name, user] : catalog.users()) add(user, all);
  for (const auto& [name, parameter] : catalog.global_parameters()) {
    all.global_parameters.push_back(parameter);
  }
  return all;
}

void arrange(DefinitionRecords& all) {
  sort(all);
  for (const auto& queue : all.queues) {
    if (queue->exclusive) all.exclusive.emplace(queue->vhost, queue->name);
  }
}

Definitions definitions_of(const Catalog& catalog) {
  DefinitionRecords all = records_of(catalog);
  arrange(all);
  return copy_of(all);
}

}  // namespace coney
