#include "broker/policy/policy_key.h"

#include <algorithm>
#include <initializer_list>
#include <limits>

#include "broker/arguments/max_age.h"
#include "broker/arguments/value_check.h"

namespace coney {
namespace {

using amqp::Value;
using namespace queue_types;

// Values ---------------------------------------------------------------------------------------

template <Reason (*check)(const Value&)>
bool passes(const Value& v) {
  return !check(v);
}

bool is_one_of(const Value& v, std::initializer_list<std::string_view> words) {
  const std::string* text = v.as_string();
  return text && std::ranges::find(words, *text) != words.end();
}

bool overflow(const Value& v) {
  return is_one_of(v, {"drop-head", "reject-publish", "reject-publish-dlx"});
}

bool strategy(const Value& v) {
  return is_one_of(v, {"at-most-once", "at-least-once"});
}

bool queue_mode(const Value& v) {
  return is_one_of(v, {"default", "lazy"});
}

bool queue_version(const Value& v) {
  return v.as_integer() == 1 || v.as_integer() == 2;
}

bool max_age(const Value& v) {
  return v.as_string() && parse_max_age(*v.as_string());
}

bool filter_size(const Value& v) {
  auto size = v.as_integer();
  return size && *size >= 16 && *size <= 255;
}

bool leader_locator(const Value& v) {
  return is_one_of(v, {"client-local", "balanced", "random", "least-leaders"});
}

bool master_locator(const Value& v) {
  return is_one_of(v, {"min-masters", "client-local", "random"});
}

bool retry_type(const Value& v) {
  return is_one_of(v, {"all", "failed", "returned", "disabled"});
}

// The ha-* keys depend on each other: ha_policy.h has their rules.
bool anything(const Value&) {
  return true;
}

// Who wins -------------------------------------------------------------------------------------

bool first(const Value&, const Value&) {
  return false;
}

bool second(const Value&, const Value&) {
  return true;
}

std::int64_t number(const Value& v) {
  return v.as_integer().value_or(std::numeric_limits<std::int64_t>::max());
}

bool smaller(const Value& one, const Value& other) {
  return number(other) < number(one);
}

// A negative number is no limit.
bool stricter(const Value& one, const Value& other) {
  auto limit = [](const Value& v) {
    return number(v) < 0 ? std::numeric_limits<std::int64_t>::max() : number(v);
  };
  return limit(other) < limit(one);
}

bool younger(const Value& one, const Value& other) {
  auto mine = one.as_string() ? parse_max_age(*one.as_string()) : std::nullopt;
  auto theirs = other.as_string() ? parse_max_age(*other.as_string()) : std::nullopt;
  return theirs && (!mine || *theirs < *mine);
}

// clang-format off
constexpr PolicyKey kKeys[] = {
    {"alternate-exchange", kEvery, false, passes<check_text>,
     " is not a valid alternate exchange name", first, first, ""},
    {"consumer-timeout", kEvery, true, passes<check_non_negative>,
     " is not a valid consumer timeout", smaller, smaller, "x-consumer-timeout"},
    {"dead-letter-exchange", kClassic | kQuorum, false, passes<check_text>,
     " is not a valid dead letter exchange name", first, first, "x-dead-letter-exchange"},
    {"dead-letter-routing-key", kClassic | kQuorum, false, passes<check_text>,
     " is not a valid dead letter routing key", first, first, "x-dead-letter-routing-key"},
    {"dead-letter-strategy", kQuorum, false, strategy,
     " is not a valid dead letter strategy", first, first, "x-dead-letter-strategy"},
    {"delayed-retry-max", kQuorum, true, passes<check_non_negative>,
     " is not a valid delayed retry max", smaller, first, "x-delayed-retry-max"},
    {"delayed-retry-min", kQuorum, true, passes<check_non_negative>,
     " is not a valid delayed retry min", smaller, first, "x-delayed-retry-min"},
    {"delayed-retry-type", kQuorum, true, retry_type,
     " is not a valid delayed retry type. Must be one of: all, failed, returned, disabled",
     second, first, "x-delayed-retry-type"},
    // RabbitMQ has it for quorum queues alone.
    {"delivery-limit", kEvery, true, passes<check_integer>,
     " is not a valid delivery limit", stricter, stricter, "x-delivery-limit"},
    {"expires", kClassic | kQuorum, true, passes<check_positive>,
     " is not a valid queue expiry", smaller, smaller, "x-expires"},
    {"federation-upstream", kEvery, false, passes<check_text>,
     " is not a valid federation upstream name", first, first, ""},
    {"federation-upstream-pattern", kEvery, false, passes<check_text>,
     " is not a valid federation upstream pattern", first, first, ""},
    {"federation-upstream-set", kEvery, false, passes<check_text>,
     " is not a valid federation upstream set name", first, first, ""},
    {"ha-mode", kClassic, false, anything, "", first, first, ""},
    {"ha-params", kClassic, false, anything, "", first, first, ""},
    {"ha-promote-on-failure", kClassic, false, anything, "", first, first, ""},
    {"ha-promote-on-shutdown", kClassic, false, anything, "", first, first, ""},
    {"ha-sync-batch-size", kClassic, false, anything, "", first, first, ""},
    {"ha-sync-mode", kClassic, false, anything, "", first, first, ""},
    {"initial-cluster-size", kStream, false, passes<check_non_negative>,
     " is not a valid cluster size", first, first, "x-initial-cluster-size"},
    {"max-age", kStream, false, max_age,
     " is not a valid max age", first, younger, "x-max-age"},
    {"max-in-memory-bytes", kQuorum, true, passes<check_non_negative>,
     " is not a valid maximum memory in bytes", smaller, smaller, "x-max-in-memory-bytes"},
    {"max-in-memory-length", kQuorum, true, passes<check_non_negative>,
     " is not a valid maximum memory in bytes", smaller, smaller, "x-max-in-memory-length"},
    {"max-length", kClassic | kQuorum, true, passes<check_non_negative>,
     " is not a valid maximum length", smaller, smaller, "x-max-length"},
    {"max-length-bytes", kEvery, true, passes<check_non_negative>,
     " is not a valid maximum length in bytes", smaller, smaller, "x-max-length-bytes"},
    {"message-ttl", kClassic | kQuorum, true, passes<check_non_negative>,
     " is not a valid message TTL", smaller, smaller, "x-message-ttl"},
    {"overflow", kClassic | kQuorum, true, overflow,
     " is not a valid overflow value", second, first, "x-overflow"},
    {"queue-leader-locator", kEvery, false, leader_locator,
     " is not a valid queue leader locator value", first, first, "x-queue-leader-locator"},
    {"queue-master-locator", kClassic, false, master_locator,
     " invalid queue-master-locator value", first, first, "x-queue-master-locator"},
    {"queue-mode", kClassic, false, queue_mode,
     " is not a valid queue-mode value", first, first, "x-queue-mode"},
    {"queue-version", kEvery, true, queue_version,
     " is not a valid queue version", second, first, "x-queue-version"},
    {"stream-filter-size-bytes", kStream, false, filter_size,
     " is not a valid filter size", first, first, "x-stream-filter-size-bytes"},
    {"stream-max-segment-size-bytes", kStream, false, passes<check_non_negative>,
     " is not a valid segment size", first, first, "x-stream-max-segment-size-bytes"},
    {"target-group-size", kQuorum, true, passes<check_non_negative>,
     " is not a valid target group size", smaller, first, ""},
};
// clang-format on

}  // namespace

std::span<const PolicyKey> policy_keys() {
  return kKeys;
}

const PolicyKey* find_policy_key(std::string_view name) {
  auto found = std::ranges::lower_bound(kKeys, name, {}, &PolicyKey::name);
  return found != std::end(kKeys) && found->name == name ? found : nullptr;
}

const PolicyKey* find_policy_key_of_argument(std::string_view argument) {
  auto found = std::ranges::find(kKeys, argument, &PolicyKey::argument);
  return found != std::end(kKeys) && !argument.empty() ? found : nullptr;
}

}  // namespace coney
