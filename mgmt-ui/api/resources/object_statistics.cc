#include "mgmt-ui/api/resources/object_statistics.h"

#include <fmt/format.h>

#include <ctime>

#include "broker/dead_letter/death.h"
#include "mgmt-ui/api/resources/client_rows.h"
#include "mgmt-ui/api/stats/message_stats.h"
#include "mgmt-ui/api/stats/statistics.h"

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kLargestText = 64;

Details details_of(const Call& call, std::string_view prefix) {
  return {call.services.statistics().now() / 1000, sample_range(call.request, prefix)};
}

const QueueStats& stats_of(const Call& call, const CatalogQueue& queue) {
  static const QueueStats kNothing;
  const QueueStats* found = call.services.statistics().tables().find(queue.id);
  return found ? *found : kNothing;
}

CountSource source_of(const QueueStats& stats, const History* const& history) {
  return {stats.counts, std::span(&history, 1)};
}

json::object queue_message_stats(const Call& call, const QueueStats& stats) {
  json::object result;
  const History* const history = stats.history.get();
  const CountSource source = source_of(stats, history);
  const Details details = message_details(call);
  if (stats.counts[kPublish] != 0) put_publish(result, source, details);
  if (any(stats.counts, kDeliver, kAck)) put_deliveries(result, source, details);
  constexpr std::size_t kLetters[] = {kDeadLetter};
  if (stats.counts[kDeadLetter] != 0) {
    put_count(result, "dead_letter", source.counts, kLetters, source.histories, details);
  }
  return result;
}

void put(json::object& to, std::string_view name, json::value value, bool with_null) {
  if (with_null || !value.is_null()) to[name] = std::move(value);
}

// How many, by why they died, and how fast.
void put_dead_letters(const QueueStats& stats, const Details& details, json::object& to) {
  json::object reasons, rates;
  for (std::size_t reason = 0; reason != stats.dead_letters.size(); ++reason) {
    if (stats.dead_letters[reason] == 0) continue;
    const std::string_view name = death_reason_name(static_cast<DeathReason>(reason));
    reasons[name] = stats.dead_letters[reason];
    rates[name] = details.of(stats.deaths.get(), reason);
  }
  to["dead_letters"] = std::move(reasons);
  to["dead_letters_details"] = std::move(rates);
}

void put_message_bytes(const QueueGauges& gauges, json::object& to) {
  to["message_bytes"] = gauges.message_bytes_ready + gauges.message_bytes_unacknowledged;
  to["message_bytes_ready"] = gauges.message_bytes_ready;
  to["message_bytes_unacknowledged"] = gauges.message_bytes_unacknowledged;
  to["message_bytes_persistent"] = gauges.message_bytes_persistent;
  to["message_bytes_ram"] = gauges.message_bytes_ram;
  to["messages_persistent"] = gauges.messages_persistent;
  to["messages_ram"] = gauges.messages_ram;
}

void put_consumer_capacity(const QueueStats& stats, json::object& to) {
  const bool any = stats.gauges.consumers != 0;
  const json::value capacity = any ? json::value(stats.consumer_capacity) : json::value(0);
  to["consumer_capacity"] = capacity;
  to["consumer_utilisation"] = capacity;
}

void put_classic(const Call& call, const CatalogQueue& queue, const QueueStats& stats,
                 bool with_null, json::object& to) {
  const QueueGauges& gauges = stats.gauges;
  put_consumer_capacity(stats, to);
  put_message_bytes(gauges, to);
  const std::uint64_t in_memory = gauges.messages_ram;
  const std::uint64_t unacknowledged = std::min(gauges.messages_unacknowledged, in_memory);
  to["messages_unacknowledged_ram"] = unacknowledged;
  to["messages_ready_ram"] = in_memory - unacknowledged;
  to["storage_version"] = 2;
  const std::uint64_t head = gauges.head_message_timestamp;
  put(to, "head_message_timestamp", head == 0 ? json::value() : json::value(head), with_null);
  put(to, "exclusive_consumer_tag", exclusive_consumer_tag(call, queue), with_null);
  put(to, "single_active_consumer_tag", active_consumer_tag(call, queue, stats), with_null);
}

void put_quorum(const Call& call, const CatalogQueue& queue, const QueueStats& stats,
                bool with_null, json::object& to) {
  const std::string& node = call.config().node_name;
  put_consumer_capacity(stats, to);
  put_message_bytes(stats.gauges, to);
  to["message_bytes_dlx"] = 0;
  to["messages_dlx"] = 0;
  to["messages_active_priorities"] = 0;
  to["messages_by_priority"] = json::object();
  to["messages_delayed"] = 0;
  to["messages_ready_returned"] = 0;
  to["open_files"] = json::object{{node, 0}};
  to["publishers"] = 0;
  put(to, "single_active_consumer_tag", active_consumer_tag(call, queue, stats), with_null);
}

void put_stream(const Call& call, const QueueStats& stats, json::object& to) {
  const std::string& node = call.config().node_name;
  to["first_timestamp"] = stats.gauges.first_timestamp;
  to["readers"] = json::object{{node, stats.gauges.consumers}};
  to["first_offset"] = stats.gauges.first_offset;
  to["next_offset"] = stats.gauges.next_offset;
  to["message_bytes"] = stats.gauges.message_bytes_ready;
  to["segments"] = std::max<std::uint64_t>(stats.gauges.segments, 1);
}

void put_consumers(const Call& call, const CatalogQueue& queue, json::object& to) {
  json::array consumers;
  for (const auto& consumer : call.services.statistics().tables().consumers_of(queue.id)) {
    consumers.push_back(consumer_row(call, consumer));
  }
  to["consumer_details"] = std::move(consumers);
  to["deliveries"] = json::array();
  to["incoming"] = json::array();
}

void put_owner(const Call& call, const CatalogQueue& queue, json::object& to) {
  if (!queue.owner.valid()) return;
  const ConnectionStats* owner = call.services.statistics().tables().find(queue.owner);
  if (owner) to["owner_pid_details"] = connection_details(*owner);
}

}  // namespace

bool without_statistics(const Call& call) {
  return call.config().management.disable_stats || call.request.flag("disable_stats");
}

Details message_details(const Call& call) {
  return details_of(call, "msg_rates");
}
Details length_details(const Call& call) {
  return details_of(call, "lengths");
}
Details data_details(const Call& call) {
  return details_of(call, "data_rates");
}

std::string time_text(std::uint64_t milliseconds) {
  const auto seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char date[kLargestText];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  return fmt::format("{}.{:03}+00:00", date, milliseconds % 1000);
}

json::object no_garbage_collection() {
  return {{"max_heap_size", -1},
          {"min_bin_vheap_size", -1},
          {"min_heap_size", -1},
          {"fullsweep_after", -1},
          {"minor_gcs", -1}};
}

namespace {

void put_no_reductions(json::object& to) {
  to["reductions"] = 0;
  to["reductions_details"] = json::object{{"rate", 0.0}};
}

void leave_out_null(json::object& to) {
  for (std::string_view name : {"policy", "operator_policy"}) {
    const json::value* value = to.if_contains(name);
    if (value && value->is_null()) to.erase(name);
  }
}

}  // namespace

void put_no_process(json::object& to, const Columns& columns) {
  if (columns.wants("garbage_collection")) to["garbage_collection"] = no_garbage_collection();
  put_no_reductions(to);
}

// ---- queues ----

json::value active_consumer_tag(const Call& call, const CatalogQueue& queue,
                                const QueueStats& stats) {
  if (!stats.gauges.active_consumer) return nullptr;
  for (const auto& consumer : call.services.statistics().tables().consumers_of(queue.id)) {
    if (consumer.key == *stats.gauges.active_consumer) return json::string(consumer.facts->tag);
  }
  return nullptr;
}

json::value exclusive_consumer_tag(const Call& call, const CatalogQueue& queue) {
  for (const auto& consumer : call.services.statistics().tables().consumers_of(queue.id)) {
    if (consumer.facts->exclusive) return json::string(consumer.facts->tag);
  }
  return nullptr;
}

void put_queue_statistics(const Call& call, const CatalogQueue& queue, const Columns& columns,
                          QueueView view, json::object& to) {
  const Statistics& statistics = call.services.statistics();
  const bool in_full = view != QueueView::kShort;
  if (!in_full) leave_out_null(to);
  if (view == QueueView::kAlone) {
    put_owner(call, queue, to);
    put_consumers(call, queue, to);
  }
  if (in_full) to["garbage_collection"] = no_garbage_collection();
  if (statistics.is_new(queue.id)) return;
  const QueueStats& stats = stats_of(call, queue);
  const QueueType type = queue.settings->type;
  put_no_reductions(to);
  to["consumers"] = stats.gauges.consumers;
  to["memory"] = stats.gauges.memory;
  if (stats.gauges.paused) to["paused"] = true;
  if (stats.gauges.oldest_ready_at != 0) {
    const std::uint64_t now = statistics.now();
    to["oldest_ready_age_ms"] = now - std::min(now, stats.gauges.oldest_ready_at);
  }
  if (type == QueueType::kClassic) put_classic(call, queue, stats, in_full, to);
  if (type == QueueType::kQuorum) put_quorum(call, queue, stats, in_full, to);
  if (type == QueueType::kStream) put_stream(call, stats, to);
  const History* const history = stats.history.get();
  put_lengths(to, source_of(stats, history), length_details(call));
  const bool has_age = view == QueueView::kAlone && type != QueueType::kStream;
  if (has_age && sample_range(call.request, "lengths")) {
    to["oldest_ready_age_ms_details"] = length_details(call).ages(history, kOldestReadyAt);
  }
  if (stats.counts[kDeadLetter] != 0) put_dead_letters(stats, message_details(call), to);
  if (columns.wants("message_stats")) {
    json::object messages = queue_message_stats(call, stats);
    if (!messages.empty()) to["message_stats"] = std::move(messages);
  }
  const Millisecond used_at = statistics.used_at(queue.id);
  if (used_at + StatsTables::kIdleAfter < statistics.now()) to["idle_since"] = time_text(used_at);
}

void put_queue_totals(const Call& call, const CatalogQueue& queue, json::object& to) {
  if (call.services.statistics().is_restoring(queue.id)) return;
  const QueueGauges& gauges = stats_of(call, queue).gauges;
  to["messages"] = gauges.messages_ready + gauges.messages_unacknowledged;
  to["messages_ready"] = gauges.messages_ready;
  to["messages_unacknowledged"] = gauges.messages_unacknowledged;
}

// ---- exchanges and vhosts ----

namespace {

void put_no_lengths(json::object& to) {
  for (std::string name : {"messages", "messages_ready", "messages_unacknowledged"}) {
    to[name] = 0;
    to[name + "_details"] = json::object{{"rate", 0.0}};
  }
}

}  // namespace

void put_exchange_statistics(const Call& call, const Vhost& vhost, const Exchange& exchange,
                             json::object& to) {
  const ExchangeStats* stats =
      call.services.statistics().tables().find_exchange(vhost.record->name, exchange.record->name);
  if (!stats) return;
  const std::array<std::uint64_t, 2> counts{stats->publish_in, stats->publish_out};
  const History* const history = stats->history.get();
  const Details details = message_details(call);
  constexpr std::string_view kNames[] = {"publish_in", "publish_out"};
  json::object messages;
  for (std::size_t n = 0; n != counts.size(); ++n) {
    if (counts[n] == 0) continue;
    put_count(messages, kNames[n], counts, std::span(&n, 1), std::span(&history, 1), details);
  }
  if (!messages.empty()) to["message_stats"] = std::move(messages);
}

void put_vhost_statistics(const Call& call, const Vhost& vhost, json::object& to) {
  const TotalStats* stats = call.services.statistics().tables().find_vhost(vhost.record->name);
  // Queues that nothing has happened to since the start.
  if (!vhost.queues.empty() && (!stats || !stats->had_queues)) put_no_lengths(to);
  if (!stats) return;
  const History* const history = &stats->history;
  const CountSource source{stats->totals, std::span(&history, 1)};
  if (stats->had_queues) put_lengths(to, source, length_details(call));
  if (stats->had_connections) {
    constexpr std::pair<std::string_view, std::size_t> kBytes[] = {{"recv_oct", kRecvOct},
                                                                   {"send_oct", kSendOct}};
    for (const auto& [name, column] : kBytes) {
      put_count(to, name, source.counts, std::span(&column, 1), source.histories,
                data_details(call));
    }
  }
  json::object messages = message_stats(source, message_details(call));
  if (!messages.empty()) to["message_stats"] = std::move(messages);
}

}  // namespace coney::management
