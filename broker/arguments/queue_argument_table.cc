#include "broker/arguments/queue_argument_table.h"

#include <fmt/format.h>

#include "broker/arguments/max_age.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;
using namespace queue_types;

// Values ---------------------------------------------------------------------------------------

template <Reason (*check)(const Value&)>
Reason alone(const Value& v, const Table&) {
  return check(v);
}

Reason anything(const Value&, const Table&) {
  return std::nullopt;
}

Reason dead_letter_routing_key(const Value& v, const Table& arguments) {
  if (auto reason = check_text(v)) return reason;
  if (!arguments.find("x-dead-letter-exchange")) return "routing_key_but_no_dlx_defined";
  return std::nullopt;
}

Reason dead_letter_strategy(const Value& v, const Table&) {
  return check_word(v, {"at-most-once", "at-least-once"}, "invalid_dlx_strategy");
}

Reason overflow(const Value& v, const Table&) {
  return check_word(v, {"drop-head", "reject-publish", "reject-publish-dlx"}, "invalid_overflow");
}

// Both versions of RabbitMQ's index format are taken, although 4.x knows only 2: what the files
// look like is ours.
Reason queue_version(const Value& v, const Table&) {
  if (auto reason = check_integer(v)) return reason;
  std::int64_t version = *v.as_integer();
  if (version == 1 || version == 2) return std::nullopt;
  return fmt::format("\"unsupported queue version '{}'\"", version);
}

// Absent, empty and "undefined" mean the default type.
Reason queue_type(const Value& v, const Table&) {
  if (auto reason = check_text(v)) return reason;
  const std::string& name = *v.as_string();
  if (name.empty() || name == "undefined" || parse_queue_type(name)) return std::nullopt;
  return fmt::format("\"unsupported queue type '{}'\"", name);
}

Reason max_age(const Value& v, const Table&) {
  if (auto reason = check_text(v)) return reason;
  if (!parse_max_age(*v.as_string())) return "invalid_max_age";
  return std::nullopt;
}

Reason leader_locator(const Value& v, const Table&) {
  return check_word(v, {"client-local", "balanced", "random", "least-leaders", "min-masters"},
                    "invalid_queue_locator_arg");
}

// Places ---------------------------------------------------------------------------------------

template <auto member>
void integer(QueueSettings& into, const Value& v) {
  if (auto value = v.as_integer()) into.*member = *value;
}

template <auto member>
void text(QueueSettings& into, const Value& v) {
  into.*member = *v.as_string();
}

void store_overflow(QueueSettings& into, const Value& v) {
  const std::string& word = *v.as_string();
  if (word == "reject-publish") into.overflow = Overflow::kRejectPublish;
  if (word == "reject-publish-dlx") into.overflow = Overflow::kRejectPublishDlx;
}

void store_strategy(QueueSettings& into, const Value& v) {
  into.dead_letter_at_least_once = *v.as_string() == "at-least-once";
}

void store_max_age(QueueSettings& into, const Value& v) {
  into.max_age = parse_max_age(*v.as_string())->count();
}

// Any other value asks for nothing.
void store_delayed_retry(QueueSettings& into, const Value& v) {
  const std::string* word = v.as_string();
  if (!word) return;
  if (*word == "all") into.delayed_retry = DelayedRetry::kAll;
  if (*word == "failed") into.delayed_retry = DelayedRetry::kFailed;
  if (*word == "returned") into.delayed_retry = DelayedRetry::kReturned;
}

void store_single_active(QueueSettings& into, const Value& v) {
  into.single_active_consumer = *v.as_bool();
}

// clang-format off
constexpr QueueArgumentRow kRows[] = {
    {"x-expires", kClassic | kQuorum, alone<check_expiry>,
     integer<&QueueSettings::expires>},
    {"x-message-ttl", kClassic | kQuorum, alone<check_duration>,
     integer<&QueueSettings::message_ttl>},
    {"x-dead-letter-exchange", kClassic | kQuorum, alone<check_text>,
     text<&QueueSettings::dead_letter_exchange>},
    {"x-dead-letter-routing-key", kClassic | kQuorum, dead_letter_routing_key,
     text<&QueueSettings::dead_letter_routing_key>},
    {"x-dead-letter-strategy", kQuorum, dead_letter_strategy, store_strategy},
    {"x-max-length", kClassic | kQuorum, alone<check_non_negative>,
     integer<&QueueSettings::max_length>},
    {"x-max-length-bytes", kEvery, alone<check_non_negative>,
     integer<&QueueSettings::max_length_bytes>},
    {"x-max-in-memory-length", kQuorum, alone<check_non_negative>, nullptr},
    {"x-max-in-memory-bytes", kQuorum, alone<check_non_negative>, nullptr},
    {"x-max-priority", kClassic, alone<check_priorities>,
     integer<&QueueSettings::max_priority>},
    {"x-overflow", kClassic | kQuorum, overflow, store_overflow},
    {"x-queue-mode", kClassic, anything, nullptr},
    {"x-queue-version", kClassic, queue_version, nullptr},
    {"x-single-active-consumer", kClassic | kQuorum, alone<check_bool>,
     store_single_active},
    {"x-queue-type", kEvery, queue_type, nullptr},
    {"x-max-age", kStream, max_age, store_max_age},
    {"x-stream-max-segment-size-bytes", kStream, alone<check_non_negative>,
     integer<&QueueSettings::max_segment_bytes>},
    {"x-stream-filter-size-bytes", kStream, anything,
     integer<&QueueSettings::filter_bytes>},
    {"x-initial-cluster-size", kStream, alone<check_positive>, nullptr},
    {"x-queue-leader-locator", kEvery, leader_locator, nullptr},
    {"x-queue-master-locator", kClassic, anything, nullptr},
    {"x-quorum-initial-group-size", kQuorum, alone<check_positive>, nullptr},
    {"x-delivery-limit", kClassic | kQuorum, anything,
     integer<&QueueSettings::delivery_limit>},
    {"x-consumer-timeout", kQuorum, alone<check_non_negative>,
     integer<&QueueSettings::consumer_timeout>},
    // About consumers on nodes that cannot be reached.
    {"x-consumer-disconnected-timeout", kQuorum, alone<check_non_negative>, nullptr},
    {"x-delayed-retry-type", kQuorum, anything, store_delayed_retry},
    {"x-delayed-retry-min", kQuorum, alone<check_non_negative>,
     integer<&QueueSettings::delayed_retry_min>},
    {"x-delayed-retry-max", kQuorum, alone<check_non_negative>,
     integer<&QueueSettings::delayed_retry_max>},
};
// clang-format on

}  // namespace

std::span<const QueueArgumentRow> queue_argument_rows() {
  return kRows;
}

const QueueArgumentRow* find_queue_argument(std::string_view key) {
  for (const QueueArgumentRow& row : kRows) {
    if (row.key == key) return &row;
  }
  return nullptr;
}

const Value* valid_argument(const QueueArgumentRow& row, QueueType type, const Table& arguments) {
  const Value* value = arguments.find(row.key);
  return value && row.known_to(type) && !row.check(*value, arguments) ? value : nullptr;
}

}  // namespace coney
