#include "mgmt-ui/api/stats/stats_tables.h"

#include <algorithm>
#include <charconv>

namespace coney::management {
namespace {

constexpr double kNewSample = 0.2;  // weight of the last second in consumer_capacity

std::string exchange_key(std::string_view vhost, std::string_view name) {
  std::string key;
  key.reserve(vhost.size() + 1 + name.size());
  key.append(vhost).append(1, '\0').append(name);
  return key;
}

bool all_zero(std::span<const std::uint64_t> values) {
  return std::ranges::all_of(values, [](std::uint64_t value) { return value == 0; });
}

}  // namespace

void StatsTables::apply(std::span<const StatsEvent> events, Millisecond now) {
  now_ = std::max(now_, now);
  for (const StatsEvent& event : events) {
    std::visit([this](const auto& each) { take(each); }, event);
  }
}

// ---- sums ----

TotalStats& StatsTables::vhost(std::string_view name) {
  const auto found = vhosts_.find(name);
  if (found != vhosts_.end()) return *found->second;
  auto totals = std::make_unique<TotalStats>(kVhostColumns, budget_);
  return *vhosts_.emplace(std::string(name), std::move(totals)).first->second;
}

void StatsTables::add(std::string_view vhost_name, Column column, std::uint64_t before,
                      std::uint64_t now) {
  if (before == now) return;
  vhost(vhost_name).totals[column] += now - before;
  node_.totals[column] += now - before;
}

void StatsTables::record(std::unique_ptr<History>& history, std::span<const std::uint64_t> values) {
  if (!history) {
    if (all_zero(values)) return;
    history = std::make_unique<History>(kBasicPlan, values.size(), budget_);
  }
  history->record(seconds(), values);
}

void StatsTables::sample(Millisecond now) {
  now_ = std::max(now_, now);
  node_.history.record(seconds(), node_.totals);
  for (auto& [name, vhost] : vhosts_) {
    vhost->history.record(seconds(), std::span(vhost->totals).first(kVhostColumns));
  }
}

void StatsTables::sweep(const Catalog& catalog, Millisecond now) {
  const Second second = now / 1000;
  std::erase_if(vhosts_, [&](const auto& each) { return !catalog.find_vhost(each.first); });
  std::erase_if(exchanges_, [&](const auto& each) {
    const Vhost* vhost = catalog.find_vhost(each.second.record->vhost);
    return !vhost || !vhost->find_exchange(each.second.record->name);
  });
  const auto trim = [second](const std::unique_ptr<History>& history) {
    if (history) history->trim(second);
  };
  for (auto& [key, exchange] : exchanges_) trim(exchange.history);
  for (auto& [id, queue] : queues_) {
    trim(queue.history);
    trim(queue.deaths);
  }
  for (auto& [id, connection] : connections_) trim(connection->history);
  for (auto& [id, channel] : channels_) trim(channel.history);
}

void StatsTables::forget_histories() {
  const auto forget = [](const std::unique_ptr<History>& history) {
    if (history) history->forget_past();
  };
  for (auto& [key, exchange] : exchanges_) forget(exchange.history);
  for (auto& [id, queue] : queues_) {
    forget(queue.history);
    forget(queue.deaths);
  }
  for (auto& [id, connection] : connections_) forget(connection->history);
  for (auto& [id, channel] : channels_) forget(channel.history);
  for (auto& [name, vhost] : vhosts_) vhost->history.forget_past();
  node_.history.forget_past();
}

const TotalStats* StatsTables::find_vhost(std::string_view name) const {
  const auto found = vhosts_.find(name);
  return found == vhosts_.end() ? nullptr : found->second.get();
}

// ---- queues ----

void StatsTables::take(const QueueOpened& event) {
  opened_at_[event.id] = now_;
}

void StatsTables::count(const QueueRecord& record, const QueueGauges& before,
                        const QueueGauges& now) {
  add(record.vhost, kReady, before.messages_ready, now.messages_ready);
  add(record.vhost, kUnacknowledged, before.messages_unacknowledged, now.messages_unacknowledged);
}

void StatsTables::count(const QueueRecord& record, const QueueCounts& before,
                        const QueueCounts& now) {
  QueueCounts& totals = queue_types_[record.type];
  for (std::size_t column = 0; column != kMessageColumns; ++column) {
    totals[column] += now[column] - before[column];
  }
}

const QueueCounts& StatsTables::queue_type_totals(std::string_view type) const {
  static const QueueCounts kNothing{};
  const auto found = queue_types_.find(type);
  return found == queue_types_.end() ? kNothing : found->second;
}

void StatsTables::take(const QueueUpdate& event) {
  vhost(event.record->vhost).had_queues = true;
  const auto [place, is_first] = queues_.try_emplace(event.id);
  if (is_first) opened_at_.erase(event.id);
  QueueStats& queue = place->second;
  count(*event.record, queue.gauges, event.gauges);
  const QueueCounts counts = queue_counts(event.counters, event.gauges);
  count(*event.record, queue.counts, counts);
  queue.record = event.record;
  queue.counts = counts;
  queue.gauges = event.gauges;
  queue.dead_letters = event.counters.dead_letters;
  const double served = event.gauges.serves ? 1 : 0;
  queue.consumer_capacity += kNewSample * (served - queue.consumer_capacity);
  if (event.gauges.consumers == 0) queue.consumer_capacity = served;
  queue.changed_at = now_;
  record(queue.history, queue.counts);
  record(queue.deaths, queue.dead_letters);
}

void StatsTables::take(const QueueGone& event) {
  opened_at_.erase(event.id);
  const QueueCounts counts = queue_counts(event.counters, {});
  const auto found = queues_.find(event.id);
  if (found == queues_.end()) return count(*event.record, QueueCounts{}, counts);
  count(*event.record, found->second.gauges, QueueGauges());
  count(*event.record, found->second.counts, counts);
  queues_.erase(found);
}

const QueueStats* StatsTables::find(QueueId id) const {
  const auto found = queues_.find(id);
  return found == queues_.end() ? nullptr : &found->second;
}

std::optional<Millisecond> StatsTables::opened_at(QueueId id) const {
  const auto found = opened_at_.find(id);
  if (found == opened_at_.end()) return std::nullopt;
  return found->second;
}

// ---- exchanges ----

void StatsTables::take(const ExchangeUpdate& event) {
  ExchangeStats& exchange = exchanges_[exchange_key(event.record->vhost, event.record->name)];
  exchange.record = event.record;
  exchange.publish_in += event.publish_in;
  exchange.publish_out += event.publish_out;
  routed_ += event.publish_out;
  record(exchange.history, std::array{exchange.publish_in, exchange.publish_out});
}

const ExchangeStats* StatsTables::find_exchange(std::string_view vhost,
                                                std::string_view name) const {
  const auto found = exchanges_.find(exchange_key(vhost, name));
  return found == exchanges_.end() ? nullptr : &found->second;
}

// ---- connections ----

void StatsTables::take(const ConnectionOpened& event) {
  ++node_.totals[kConnectionCreated];
  vhost(event.facts->vhost).had_connections = true;
  auto& connection = connections_[event.id];
  connection = std::make_unique<ConnectionStats>();
  connection->id = event.id;
  connection->facts = event.facts;
  connection->changed_at = now_;
  // A port that is used again: the end of the one before it, on another shard, is still to come.
  connections_by_name_.erase(event.facts->name);
  connections_by_name_.emplace(event.facts->name, connection.get());
}

void StatsTables::count(ConnectionStats& connection, const ConnectionCounters& counters) {
  add(connection.facts->vhost, kRecvOct, connection.last.counters.recv_oct, counters.recv_oct);
  add(connection.facts->vhost, kSendOct, connection.last.counters.send_oct, counters.send_oct);
}

void StatsTables::take(const ConnectionUpdate& event) {
  const auto found = connections_.find(event.id);
  if (found == connections_.end()) return;
  ConnectionStats& connection = *found->second;
  count(connection, event.counters);
  connection.last = event;
  connection.changed_at = now_;
  record(connection.history, std::array{event.counters.recv_oct, event.counters.send_oct});
}

void StatsTables::take(const ConnectionClosed& event) {
  const auto found = connections_.find(event.id);
  if (found == connections_.end()) return;
  ++node_.totals[kConnectionClosed];
  ConnectionStats& connection = *found->second;
  count(connection, event.counters);
  while (true) {
    const auto channel = channels_.lower_bound({event.id, 0});
    if (channel == channels_.end() || channel->first.connection != event.id) break;
    take(ChannelClosed{channel->first, {}});
  }
  const auto named = connections_by_name_.find(connection.facts->name);
  if (named != connections_by_name_.end() && named->second == &connection) {
    connections_by_name_.erase(named);
  }
  connections_.erase(found);
}

const ConnectionStats* StatsTables::find(ConnectionId id) const {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

const ConnectionStats* StatsTables::find_connection(std::string_view name) const {
  const auto found = connections_by_name_.find(name);
  return found == connections_by_name_.end() ? nullptr : found->second;
}

// ---- channels ----

void StatsTables::take(const ChannelOpened& event) {
  const ConnectionStats* connection = find(event.id.connection);
  if (!connection) return;
  ++node_.totals[kChannelCreated];
  ChannelStats& channel = channels_[event.id];
  channel = {};
  channel.id = event.id;
  channel.connection = connection;
  channel.changed_at = now_;
}

void StatsTables::count(ChannelStats& channel, const MessageCounts& counts) {
  for (std::size_t column = 0; column != kMessageColumns; ++column) {
    add(channel.connection->facts->vhost, static_cast<Column>(column), channel.counts[column],
        counts[column]);
  }
  channel.counts = counts;
}

void StatsTables::take(const ChannelUpdate& event) {
  const auto found = channels_.find(event.id);
  if (found == channels_.end()) return;
  ChannelStats& channel = found->second;
  if (event.gauges.confirm) {
    published_for_confirm_ += event.counters.publish - channel.counts[kPublish];
  }
  count(channel, message_counts(event.counters));
  channel.gauges = event.gauges;
  channel.changed_at = now_;
  record(channel.history, channel.counts);
}

void StatsTables::take(const ChannelClosed& event) {
  const auto found = channels_.find(event.id);
  if (found == channels_.end()) return;
  ++node_.totals[kChannelClosed];
  MessageCounts last = message_counts(event.counters);
  for (std::size_t column = 0; column != kMessageColumns; ++column) {
    last[column] = std::max(last[column], found->second.counts[column]);
  }
  count(found->second, last);
  channels_.erase(found);
  const ConsumerKey first{event.id.connection, event.id.number, 0};
  for (auto consumer = consumers_.lower_bound(first);
       consumer != consumers_.end() && consumer->first.connection == first.connection &&
       consumer->first.channel == first.channel;
       consumer = consumers_.lower_bound(first)) {
    take(ConsumerClosed{consumer->first});
  }
}

const ChannelStats* StatsTables::find(ChannelId id) const {
  const auto found = channels_.find(id);
  return found == channels_.end() ? nullptr : &found->second;
}

std::vector<const ChannelStats*> StatsTables::channels_of(ConnectionId id) const {
  std::vector<const ChannelStats*> found;
  for (auto at = channels_.lower_bound({id, 0});
       at != channels_.end() && at->first.connection == id; ++at) {
    found.push_back(&at->second);
  }
  return found;
}

std::vector<const ChannelStats*> StatsTables::channels() const {
  std::vector<const ChannelStats*> found;
  found.reserve(channels_.size());
  for (const auto& [name, connection] : connections_by_name_) {
    for (const ChannelStats* channel : channels_of(connection->id)) found.push_back(channel);
  }
  return found;
}

const ChannelStats* StatsTables::find_channel(std::string_view name) const {
  const auto open = name.rfind(" (");
  if (open == std::string_view::npos || !name.ends_with(')')) return nullptr;
  const ConnectionStats* connection = find_connection(name.substr(0, open));
  ChannelNumber number = 0;
  const char* const end = name.data() + name.size() - 1;
  const auto read = std::from_chars(name.data() + open + 2, end, number);
  if (!connection || read.ec != std::errc() || read.ptr != end) return nullptr;
  const auto found = channels_.find({connection->id, number});
  return found == channels_.end() ? nullptr : &found->second;
}

// ---- consumers ----

void StatsTables::take(const ConsumerOpened& event) {
  if (!consumers_.emplace(event.key, event.facts).second) return;
  consumers_by_queue_.emplace(event.facts->queue, event.key);
}

void StatsTables::take(const ConsumerClosed& event) {
  const auto found = consumers_.find(event.key);
  if (found == consumers_.end()) return;
  consumers_by_queue_.erase({found->second->queue, event.key});
  consumers_.erase(found);
}

std::vector<ConsumerStats> StatsTables::consumers() const {
  std::vector<ConsumerStats> found;
  found.reserve(consumers_.size());
  for (const auto& [key, facts] : consumers_) {
    if (const ConnectionStats* connection = find(key.connection)) {
      found.push_back({key, facts, connection});
    }
  }
  return found;
}

std::vector<ConsumerStats> StatsTables::consumers_of(QueueId queue) const {
  std::vector<ConsumerStats> found;
  for (auto at = consumers_by_queue_.lower_bound({queue, {}});
       at != consumers_by_queue_.end() && at->first == queue; ++at) {
    const ConnectionStats* connection = find(at->second.connection);
    if (connection) found.push_back({at->second, consumers_.at(at->second), connection});
  }
  return found;
}

std::vector<ConsumerStats> StatsTables::consumers_of(ChannelId channel) const {
  std::vector<ConsumerStats> found;
  const ConnectionStats* connection = find(channel.connection);
  if (!connection) return found;
  for (auto at = consumers_.lower_bound({channel.connection, channel.number, 0});
       at != consumers_.end() && at->first.connection == channel.connection &&
       at->first.channel == channel.number;
       ++at) {
    found.push_back({at->first, at->second, connection});
  }
  return found;
}

// ---- shards ----

void StatsTables::take(const ShardUpdate& event) {
  ShardUpdate& before = shards_[event.id];
  Totals& totals = node_.totals;
  totals[kQueueDeclared] += event.churn.queue_declared - before.churn.queue_declared;
  totals[kQueueCreated] += event.churn.queue_created - before.churn.queue_created;
  totals[kQueueDeleted] += event.churn.queue_deleted - before.churn.queue_deleted;
  totals[kDiskWrites] += event.disk_writes - before.disk_writes;
  totals[kDiskReads] += event.disk_reads - before.disk_reads;
  add(event.counters, before.counters);
  before = event;
}

void StatsTables::add(const ShardCounters& now, const ShardCounters& before) {
  ShardCounters& totals = shard_totals_;
  totals.consumer_timeouts += now.consumer_timeouts - before.consumer_timeouts;
  totals.message_bytes += now.message_bytes - before.message_bytes;
  totals.time_in_queue.add_difference(now.time_in_queue, before.time_in_queue);
  totals.confirm_latency.add_difference(now.confirm_latency, before.confirm_latency);
  for (std::size_t n = 0; n != now.message_sizes.size(); ++n) {
    totals.message_sizes[n] += now.message_sizes[n] - before.message_sizes[n];
  }
  for (std::size_t type = 0; type != now.dead_lettered.size(); ++type) {
    for (std::size_t n = 0; n != ShardCounters::kDeathReasons; ++n) {
      totals.dead_lettered[type][n] += now.dead_lettered[type][n] - before.dead_lettered[type][n];
    }
  }
}

}  // namespace coney::management
