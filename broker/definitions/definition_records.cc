#include "broker/definitions/definition_records.h"

namespace coney {
namespace {

template <typename Record>
SharedRecords<Record> refer(const std::vector<Record>& records) {
  SharedRecords<Record> all;
  all.reserve(records.size());
  for (const Record& record : records) all.emplace_back(std::shared_ptr<void>(), &record);
  return all;
}

template <typename Record>
std::vector<Record> copied(const SharedRecords<Record>& records) {
  std::vector<Record> all;
  all.reserve(records.size());
  for (const auto& record : records) all.push_back(*record);
  return all;
}

}  // namespace

DefinitionRecords refer_to(const Definitions& all) {
  return {.vhosts = refer(all.vhosts),
          .users = refer(all.users),
          .permissions = refer(all.permissions),
          .topic_permissions = refer(all.topic_permissions),
          .exchanges = refer(all.exchanges),
          .queues = refer(all.queues),
          .bindings = refer(all.bindings),
          .policies = refer(all.policies),
          .parameters = refer(all.parameters),
          .global_parameters = refer(all.global_parameters)};
}

Definitions copy_of(const DefinitionRecords& all) {
  Definitions copy{.vhosts = copied(all.vhosts),
                   .users = copied(all.users),
                   .permissions = copied(all.permissions),
                   .topic_permissions = copied(all.topic_permissions),
                   .exchanges = copied(all.exchanges),
                   .queues = copied(all.queues),
                   .bindings = copied(all.bindings),
                   .policies = copied(all.policies),
                   .parameters = copied(all.parameters),
                   .global_parameters = copied(all.global_parameters)};
  if (all.exclusive.empty()) return copy;
  std::erase_if(copy.queues, [](const QueueRecord& queue) { return queue.exclusive; });
  std::erase_if(copy.bindings, [&](const BindingRecord& one) { return !all.is_lasting(one); });
  return copy;
}

}  // namespace coney
