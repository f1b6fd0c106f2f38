#include "mgmt-ui/api/resources/queue_order.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "broker/definitions/argument_json.h"
#include "broker/policy/explanation.h"
#include "mgmt-ui/api/listing/columns.h"
#include "mgmt-ui/api/resources/object_statistics.h"
#include "mgmt-ui/api/resources/rows.h"
#include "mgmt-ui/api/stats/statistics.h"

namespace coney::management {

namespace json = boost::json;

// ---- the columns ----

// Numbers that are counted; also with kRate behind the name.
struct QueueOrder::Count {
  std::string_view name;
  std::array<std::size_t, 4> columns;
  std::size_t size;
};
constexpr QueueOrder::Count QueueOrder::kCounts[] = {
    {"messages", {kReady, kUnacknowledged}, 2},
    {"messages_ready", {kReady}, 1},
    {"messages_unacknowledged", {kUnacknowledged}, 1},
    {"message_stats.ack", {kAck}, 1},
    {"message_stats.dead_letter", {kDeadLetter}, 1},
    {"message_stats.deliver", {kDeliver}, 1},
    {"message_stats.deliver_get", {kDeliver, kDeliverNoAck, kGet, kGetNoAck}, 4},
    {"message_stats.deliver_no_ack", {kDeliverNoAck}, 1},
    {"message_stats.get", {kGet}, 1},
    {"message_stats.get_empty", {kGetEmpty}, 1},
    {"message_stats.get_no_ack", {kGetNoAck}, 1},
    {"message_stats.publish", {kPublish}, 1},
    {"message_stats.redeliver", {kRedeliver}, 1},
};

namespace {

constexpr std::string_view kRate = "_details.rate";
constexpr std::string_view kArguments = "arguments.";

// Types of queues that show something.
constexpr unsigned kOfClassic = 1u << static_cast<unsigned>(QueueType::kClassic);
constexpr unsigned kOfQuorum = 1u << static_cast<unsigned>(QueueType::kQuorum);
constexpr unsigned kOfStream = 1u << static_cast<unsigned>(QueueType::kStream);
constexpr unsigned kOfBoth = kOfClassic | kOfQuorum;
constexpr unsigned kOfAll = kOfBoth | kOfStream;

double number(std::uint64_t value) {
  return static_cast<double>(value);
}

double unacknowledged_ram(const QueueGauges& gauges) {
  return number(std::min(gauges.messages_unacknowledged, gauges.messages_ram));
}

double capacity(const QueueStats& queue) {
  return queue.gauges.consumers == 0 ? 0 : queue.consumer_capacity;
}

SortKey name_of(const PolicyRecord* policy) {
  return policy ? SortKey(policy->name) : SortKey(0.0);
}

PolicyMatch policies_of(const QueueEntry& entry) {
  return entry.vhost->policies.match_queue(entry.queue->record->name, entry.queue->settings->type);
}

bool is(QueueType type, const QueueEntry& entry) {
  return entry.queue->settings->type == type;
}

}  // namespace

struct QueueOrder::Gauge {
  std::string_view name;
  unsigned types;
  double (*value)(const QueueStats&);
};
constexpr QueueOrder::Gauge QueueOrder::kGauges[] = {
    {"consumers", kOfAll, [](const QueueStats& q) { return number(q.gauges.consumers); }},
    {"memory", kOfAll, [](const QueueStats& q) { return number(q.gauges.memory); }},
    {"message_bytes", kOfBoth,
     [](const QueueStats& q) {
       return number(q.gauges.message_bytes_ready + q.gauges.message_bytes_unacknowledged);
     }},
    {"message_bytes", kOfStream,
     [](const QueueStats& q) { return number(q.gauges.message_bytes_ready); }},
    {"message_bytes_ready", kOfBoth,
     [](const QueueStats& q) { return number(q.gauges.message_bytes_ready); }},
    {"message_bytes_unacknowledged", kOfBoth,
     [](const QueueStats& q) { return number(q.gauges.message_bytes_unacknowledged); }},
    {"message_bytes_persistent", kOfBoth,
     [](const QueueStats& q) { return number(q.gauges.message_bytes_persistent); }},
    {"message_bytes_ram", kOfBoth,
     [](const QueueStats& q) { return number(q.gauges.message_bytes_ram); }},
    {"messages_persistent", kOfBoth,
     [](const QueueStats& q) { return number(q.gauges.messages_persistent); }},
    {"messages_ram", kOfBoth, [](const QueueStats& q) { return number(q.gauges.messages_ram); }},
    {"messages_unacknowledged_ram", kOfClassic,
     [](const QueueStats& q) { return unacknowledged_ram(q.gauges); }},
    {"messages_ready_ram", kOfClassic,
     [](const QueueStats& q) {
       return number(q.gauges.messages_ram) - unacknowledged_ram(q.gauges);
     }},
    {"head_message_timestamp", kOfClassic,
     [](const QueueStats& q) { return number(q.gauges.head_message_timestamp); }},
    {"storage_version", kOfClassic, [](const QueueStats&) { return 2.0; }},
    {"consumer_capacity", kOfBoth, capacity},
    {"consumer_utilisation", kOfBoth, capacity},
    {"first_timestamp", kOfStream,
     [](const QueueStats& q) { return number(q.gauges.first_timestamp); }},
    {"first_offset", kOfStream, [](const QueueStats& q) { return number(q.gauges.first_offset); }},
    {"next_offset", kOfStream, [](const QueueStats& q) { return number(q.gauges.next_offset); }},
    {"segments", kOfStream,
     [](const QueueStats& q) { return number(std::max<std::uint64_t>(q.gauges.segments, 1)); }},
};

constexpr QueueOrder::Field QueueOrder::kFields[] = {
    {"durable", &QueueOrder::durable},
    {"auto_delete", &QueueOrder::auto_delete},
    {"exclusive", &QueueOrder::exclusive},
    {"arguments", &QueueOrder::arguments},
    {"policy", &QueueOrder::policy},
    {"operator_policy", &QueueOrder::operator_policy},
    {"effective_policy_definition", &QueueOrder::effective_policy},
    {"leader", &QueueOrder::leader},
    {"members", &QueueOrder::members},
    {"online", &QueueOrder::members},
    {"delivery_limit", &QueueOrder::delivery_limit},
    {"delayed_retry", &QueueOrder::delayed_retry},
    {"idle_since", &QueueOrder::idle_since},
    {"oldest_ready_age_ms", &QueueOrder::oldest_ready_age},
    {"paused", &QueueOrder::paused},
    {"exclusive_consumer_tag", &QueueOrder::exclusive_consumer},
    {"single_active_consumer_tag", &QueueOrder::active_consumer},
};

QueueOrder::QueueOrder(const Call& call, std::string_view column)
    : call_(call),
      tables_(call.services.statistics().tables()),
      now_(call.services.statistics().now()),
      column_(column),
      details_(column.starts_with("messages") ? length_details(call) : message_details(call)) {
  for (const Field& each : kFields) {
    if (each.name == column) make_ = each.make;
  }
  if (column.starts_with(kArguments)) make_ = &QueueOrder::argument;
  if (without_statistics(call)) return;
  for (const Gauge& each : kGauges) {
    if (!gauge_ && each.name == column) gauge_ = &each;
  }
  if (gauge_) make_ = &QueueOrder::gauge;
  const bool by_rate = column.ends_with(kRate);
  if (by_rate) column.remove_suffix(kRate.size());
  for (const Count& each : kCounts) {
    if (each.name == column) count_ = &each;
  }
  if (count_) make_ = by_rate ? &QueueOrder::rate : &QueueOrder::count;
}

SortKey QueueOrder::key(const QueueEntry& entry) {
  return (this->*make_)(entry);
}

// Null: nothing is told of it.
const QueueStats* QueueOrder::stats_of(const QueueEntry& entry) const {
  return without_statistics(call_) ? nullptr : tables_.find(entry.queue->id);
}

// ---- of the definition ----

SortKey QueueOrder::durable(const QueueEntry& entry) {
  return entry.queue->record->durable;
}
SortKey QueueOrder::auto_delete(const QueueEntry& entry) {
  return entry.queue->record->auto_delete;
}
SortKey QueueOrder::exclusive(const QueueEntry& entry) {
  return entry.queue->record->exclusive;
}

SortKey QueueOrder::arguments(const QueueEntry& entry) {
  const amqp::Table& arguments = entry.queue->record->arguments;
  return arguments.empty() ? std::string("{}") : json::serialize(table_to_json(arguments));
}

// arguments.x-max-length
SortKey QueueOrder::argument(const QueueEntry& entry) {
  const amqp::Table& arguments = entry.queue->record->arguments;
  if (arguments.empty()) return 0.0;
  return sort_key(find_field(table_to_json(arguments), column_.substr(kArguments.size())));
}

SortKey QueueOrder::policy(const QueueEntry& entry) {
  return name_of(policies_of(entry).user);
}
SortKey QueueOrder::operator_policy(const QueueEntry& entry) {
  return name_of(policies_of(entry).operators);
}

SortKey QueueOrder::effective_policy(const QueueEntry& entry) {
  const PolicyMatch match = policies_of(entry);
  const auto [place, is_new] = definitions_.try_emplace({match.user, match.operators});
  if (is_new) {
    const Explanation explanation = explain(*entry.queue->record, entry.vhost->policies);
    place->second = json::serialize(table_to_json(explanation.effective_policy_definition));
  }
  return place->second;
}

SortKey QueueOrder::leader(const QueueEntry& entry) {
  return is(QueueType::kClassic, entry) ? SortKey(0.0) : SortKey(call_.config().node_name);
}
SortKey QueueOrder::members(const QueueEntry& entry) {
  return leader(entry);  // there is one
}
SortKey QueueOrder::delivery_limit(const QueueEntry& entry) {
  if (!is(QueueType::kQuorum, entry)) return 0.0;
  const auto limit = entry.queue->settings->delivery_limit;
  return static_cast<double>(limit.value_or(QueueSettings::kQuorumDeliveryLimit));
}
SortKey QueueOrder::delayed_retry(const QueueEntry& entry) {
  if (!is(QueueType::kQuorum, entry)) return 0.0;
  return std::string(delayed_retry_text(*entry.queue->settings));
}

// ---- of what it does ----

SortKey QueueOrder::idle_since(const QueueEntry& entry) {
  const Millisecond used_at = call_.services.statistics().used_at(entry.queue->id);
  return used_at + StatsTables::kIdleAfter < now_ ? number(used_at) : 0.0;
}

SortKey QueueOrder::oldest_ready_age(const QueueEntry& entry) {
  const QueueStats* stats = stats_of(entry);
  if (!stats || stats->gauges.oldest_ready_at == 0) return 0.0;
  return number(now_ - std::min(now_, stats->gauges.oldest_ready_at));
}

SortKey QueueOrder::paused(const QueueEntry& entry) {
  const QueueStats* stats = stats_of(entry);
  return stats && stats->gauges.paused ? SortKey(true) : SortKey(0.0);
}

SortKey QueueOrder::exclusive_consumer(const QueueEntry& entry) {
  const QueueStats* stats = stats_of(entry);
  if (!stats || stats->gauges.consumers == 0 || !is(QueueType::kClassic, entry)) return 0.0;
  const json::value tag = exclusive_consumer_tag(call_, *entry.queue);
  return sort_key(&tag);
}

SortKey QueueOrder::active_consumer(const QueueEntry& entry) {
  const QueueStats* stats = stats_of(entry);
  if (!stats || is(QueueType::kStream, entry)) return 0.0;
  const json::value tag = active_consumer_tag(call_, *entry.queue, *stats);
  return sort_key(&tag);
}

SortKey QueueOrder::gauge(const QueueEntry& entry) {
  const QueueStats* stats = stats_of(entry);
  if (!stats) return 0.0;
  const unsigned type = 1u << static_cast<unsigned>(entry.queue->settings->type);
  for (const Gauge* each = gauge_; each != std::end(kGauges) && each->name == gauge_->name;
       ++each) {
    if (each->types & type) return each->value(*stats);
  }
  return 0.0;
}

SortKey QueueOrder::count(const QueueEntry& entry) {
  const QueueStats* stats = stats_of(entry);
  std::uint64_t sum = 0;
  for (std::size_t n = 0; stats && n != count_->size; ++n) sum += stats->counts[count_->columns[n]];
  return number(sum);
}

SortKey QueueOrder::rate(const QueueEntry& entry) {
  const QueueStats* stats = stats_of(entry);
  if (!stats) return 0.0;
  return details_.rate(stats->history.get(), std::span(count_->columns).first(count_->size));
}

}  // namespace coney::management
