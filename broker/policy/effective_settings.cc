#include "broker/policy/effective_settings.h"

#include <algorithm>
#include <optional>

#include "broker/arguments/exchange_arguments.h"
#include "broker/arguments/queue_argument_table.h"
#include "broker/arguments/value_check.h"
#include "broker/policy/effective_value.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;

// Policies take longer times than arguments do.
void limit(std::optional<std::int64_t>& milliseconds) {
  if (milliseconds) milliseconds = std::min(*milliseconds, kMaxMilliseconds);
}

}  // namespace

QueueSettings effective_settings(QueueType type, const Table& arguments,
                                 const PolicyMatch& policies) {
  QueueSettings settings{.type = type};
  const bool has_policy = policies != PolicyMatch{};
  for (const QueueArgumentRow& row : queue_argument_rows()) {
    if (!row.store) continue;
    const Value* value = valid_argument(row, type, arguments);
    const PolicyKey* key = has_policy ? find_policy_key_of_argument(row.key) : nullptr;
    if (key) value = choose_value(*key, value, policies).value;
    if (value) row.store(settings, *value);
  }
  limit(settings.message_ttl);
  limit(settings.expires);
  limit(settings.consumer_timeout);
  return settings;
}

std::string effective_alternate(const ExchangeRecord& exchange, const PolicyMatch& policies) {
  if (const std::string* name = alternate_exchange(exchange.arguments)) return *name;
  const Value* value =
      policies.user ? policies.user->definition.find(kAlternateExchangeKey) : nullptr;
  return value && value->as_string() ? *value->as_string() : std::string();
}

}  // namespace coney
