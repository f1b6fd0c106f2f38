#include "broker/policy/policy_list.h"

#include <algorithm>
#include <tuple>

#include "broker/policy/policy_key.h"

namespace coney {
namespace {

constexpr std::uint8_t bit(QueueType type) {
  return static_cast<std::uint8_t>(1 << static_cast<int>(type));
}
constexpr std::uint8_t kEvery =
    bit(QueueType::kClassic) | bit(QueueType::kQuorum) | bit(QueueType::kStream);

std::uint8_t types_of(PolicyTarget target) {
  switch (target) {
    case PolicyTarget::kAll:
    case PolicyTarget::kQueues:
      return kEvery;
    case PolicyTarget::kClassicQueues:
      return bit(QueueType::kClassic);
    case PolicyTarget::kQuorumQueues:
      return bit(QueueType::kQuorum);
    case PolicyTarget::kStreams:
      return bit(QueueType::kStream);
    case PolicyTarget::kExchanges:
      break;
  }
  return 0;
}

std::uint8_t types_of(const PolicyRecord& policy) {
  std::uint8_t types = types_of(policy.apply_to);
  for (const auto& [name, value] : policy.definition) {
    if (const PolicyKey* key = find_policy_key(name)) types &= key->types;
  }
  return types;
}

PolicyPattern compile(const std::string& expression) {
  auto pattern = PolicyPattern::compile(expression);
  return pattern ? std::move(*pattern) : PolicyPattern();
}

bool comes_first(const CompiledPolicy& one, const CompiledPolicy& other) {
  return std::make_tuple(-one.record()->priority, std::string_view(one.record()->name)) <
         std::make_tuple(-other.record()->priority, std::string_view(other.record()->name));
}

}  // namespace

CompiledPolicy::CompiledPolicy(PolicyPtr record)
    : record_(std::move(record)), pattern_(compile(record_->pattern)), types_(types_of(*record_)) {}

bool CompiledPolicy::matches_queue(std::string_view name, QueueType type) const {
  return (types_ & bit(type)) != 0 && pattern_.matches(name);
}

bool CompiledPolicy::matches_exchange(std::string_view name) const {
  const PolicyTarget target = record_->apply_to;
  return (target == PolicyTarget::kAll || target == PolicyTarget::kExchanges) &&
         pattern_.matches(name);
}

void PolicyList::put(PolicyPtr record) {
  remove(record->name);
  CompiledPolicy policy(std::move(record));
  policies_.insert(std::ranges::upper_bound(policies_, policy, comes_first), std::move(policy));
}

void PolicyList::remove(std::string_view name) {
  std::erase_if(policies_, [&](const CompiledPolicy& one) { return one.record()->name == name; });
}

const PolicyPtr* PolicyList::find(std::string_view name) const {
  for (const CompiledPolicy& one : policies_) {
    if (one.record()->name == name) return &one.record();
  }
  return nullptr;
}

const PolicyRecord* PolicyList::match_queue(std::string_view name, QueueType type) const {
  for (const CompiledPolicy& one : policies_) {
    if (one.matches_queue(name, type)) return one.record().get();
  }
  return nullptr;
}

const PolicyRecord* PolicyList::match_exchange(std::string_view name) const {
  for (const CompiledPolicy& one : policies_) {
    if (one.matches_exchange(name)) return one.record().get();
  }
  return nullptr;
}

PolicyMatch VhostPolicies::match_queue(std::string_view name, QueueType type) const {
  return {user.match_queue(name, type), operators.match_queue(name, type)};
}

PolicyMatch VhostPolicies::match_exchange(std::string_view name) const {
  return {user.match_exchange(name), operators.match_exchange(name)};
}

}  // namespace coney
