#pragma once
// The policies of a vhost, or its operator policies, compiled and in the order in which they are
// tried: the highest priority first, of equal ones the name that sorts first. Used by one thread at
// a time; pointers live until the policy is put again or removed.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "broker/arguments/queue_type.h"
#include "broker/policy/policy_pattern.h"
#include "persistence/definitions/records.h"

namespace coney {

using PolicyPtr = std::shared_ptr<const PolicyRecord>;

// One policy, ready to be matched. A pattern that does not compile matches nothing.
class CompiledPolicy {
 public:
  explicit CompiledPolicy(PolicyPtr record);

  const PolicyPtr& record() const { return record_; }
  // A type that does not support one of its keys is not matched.
  bool matches_queue(std::string_view name, QueueType type) const;
  bool matches_exchange(std::string_view name) const;

 private:
  PolicyPtr record_;
  PolicyPattern pattern_;
  std::uint8_t types_;  // the queue types that it may match, bit 1 << QueueType
};

class PolicyList {
 public:
  // Adds the policy or replaces the one of its name.
  void put(PolicyPtr record);
  void remove(std::string_view name);

  // Null: none.
  const PolicyPtr* find(std::string_view name) const;
  const PolicyRecord* match_queue(std::string_view name, QueueType type) const;
  const PolicyRecord* match_exchange(std::string_view name) const;

  bool empty() const { return policies_.empty(); }
  auto begin() const { return policies_.begin(); }
  auto end() const { return policies_.end(); }

 private:
  std::vector<CompiledPolicy> policies_;
};

// What applies to one queue or exchange: at most one policy of each kind. Null: none.
struct PolicyMatch {
  const PolicyRecord* user = nullptr;
  const PolicyRecord* operators = nullptr;
  bool operator==(const PolicyMatch&) const = default;
};

struct VhostPolicies {
  PolicyList user;
  PolicyList operators;

  PolicyList& list(bool is_operator) { return is_operator ? operators : user; }
  const PolicyList& list(bool is_operator) const { return is_operator ? operators : user; }
  PolicyMatch match_queue(std::string_view name, QueueType type) const;
  PolicyMatch match_exchange(std::string_view name) const;
};

}  // namespace coney
