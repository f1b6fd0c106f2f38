#pragma once
// What the shards have told, by object, with its history: what the API shows of queues, exchanges,
// connections, channels and consumers beside their definitions, and the sums over them. Used by the
// management's thread. Pointers live until the next apply().
//
// A queue or an exchange that has never been used has no row: its numbers are 0.

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/stats/stats_event.h"
#include "broker/topology/catalog.h"
#include "mgmt-ui/api/stats/counts.h"
#include "mgmt-ui/api/stats/history.h"

namespace coney::management {

using Millisecond = std::uint64_t;  // since 1970

struct QueueStats {
  std::shared_ptr<const QueueRecord> record;
  QueueCounts counts{};
  QueueGauges gauges;
  std::array<std::uint64_t, 4> dead_letters{};  // in the order of DeathReason
  double consumer_capacity = 0;                 // of the time, could be delivered at once
  Millisecond changed_at = 0;
  std::unique_ptr<History> history;  // kQueueColumns wide; null: all was 0 ever since
  std::unique_ptr<History> deaths;   // of dead_letters; null: none ever since
};

struct ExchangeStats {
  std::shared_ptr<const ExchangeRecord> record;
  std::uint64_t publish_in = 0, publish_out = 0;
  std::unique_ptr<History> history;  // publish_in, publish_out
};

struct ConnectionStats {
  ConnectionId id;
  std::shared_ptr<const ConnectionFacts> facts;
  ConnectionUpdate last;
  Millisecond changed_at = 0;
  std::unique_ptr<History> history;  // recv_oct, send_oct
};

struct ChannelStats {
  ChannelId id;
  const ConnectionStats* connection = nullptr;
  MessageCounts counts{};
  ChannelGauges gauges;
  Millisecond changed_at = 0;
  std::unique_ptr<History> history;  // kMessageColumns wide
};

struct ConsumerStats {
  ConsumerKey key;
  std::shared_ptr<const ConsumerFacts> facts;
  const ConnectionStats* connection = nullptr;
};

// Sums; they only grow but for kReady and kUnacknowledged.
struct TotalStats {
  TotalStats(std::size_t width, HistoryBudget& budget) : history(kGlobalPlan, width, budget) {}
  Totals totals{};
  History history;
  bool had_queues = false;  // some queue of it has been used
  bool had_connections = false;
};

class StatsTables {
 public:
  static constexpr std::size_t kHistoryBytes = std::size_t{128} << 20;
  // RabbitMQ says nothing of a queue's messages before it is so old.
  static constexpr Millisecond kFirstStats = 5000;
  // Unchanged for so long it is idle.
  static constexpr Millisecond kIdleAfter = 5000;

  explicit StatsTables(std::size_t history_bytes = kHistoryBytes) : budget_(history_bytes) {}

  void apply(std::span<const StatsEvent> events, Millisecond now);
  // Once a second: samples the sums.
  void sample(Millisecond now);
  // Once a minute or so: forgets what is not in the catalog any more, and long histories of what
  // is idle.
  void sweep(const Catalog& catalog, Millisecond now);
  // Rates and samples begin anew; what was counted stays.
  void forget_histories();

  // ---- queues and exchanges: null when there is nothing to tell ----
  const QueueStats* find(QueueId id) const;
  template <typename Visit>
  void for_each_queue(Visit&& visit) const {
    for (const auto& [id, queue] : queues_) visit(queue);
  }
  const ExchangeStats* find_exchange(std::string_view vhost, std::string_view name) const;
  // When a queue was declared that has not been used; none: it is used, or was there at the start.
  std::optional<Millisecond> opened_at(QueueId id) const;
  // Whether the counts of some queues of the shard, or of any, are not known yet after a restart.
  bool restoring(ShardId shard) const { return restoring_.contains(shard); }
  bool restoring() const { return !restoring_.empty(); }

  // ---- connections, channels, consumers: in the order of lists ----
  using ConnectionsByName = std::map<std::string_view, const ConnectionStats*>;
  const ConnectionsByName& connections() const { return connections_by_name_; }
  const ConnectionStats* find_connection(std::string_view name) const;
  const ConnectionStats* find(ConnectionId id) const;
  const ChannelStats* find(ChannelId id) const;
  std::vector<const ChannelStats*> channels() const;
  std::vector<const ChannelStats*> channels_of(ConnectionId id) const;
  // "127.0.0.1:56789 -> 127.0.0.1:5672 (1)"
  const ChannelStats* find_channel(std::string_view name) const;
  std::size_t channel_count() const { return channels_.size(); }
  std::vector<ConsumerStats> consumers() const;
  std::vector<ConsumerStats> consumers_of(QueueId queue) const;
  std::vector<ConsumerStats> consumers_of(ChannelId channel) const;
  std::size_t consumer_count() const { return consumers_.size(); }

  template <typename Visit>
  void for_each_channel(Visit&& visit) const {
    for (const auto& [id, channel] : channels_) visit(channel);
  }
  template <typename Visit>
  void for_each_exchange(Visit&& visit) const {
    for (const auto& [key, exchange] : exchanges_) visit(exchange);
  }

  // ---- sums; all only grow ----
  // What queues of a type ("classic") have done, gone ones included; not how many messages they
  // hold.
  const QueueCounts& queue_type_totals(std::string_view type) const;
  const ShardCounters& shard_totals() const { return shard_totals_; }
  std::uint64_t published_for_confirm() const { return published_for_confirm_; }
  std::uint64_t routed() const { return routed_; }
  const TotalStats& node() const { return node_; }
  const TotalStats* find_vhost(std::string_view name) const;  // null: nothing to tell

  const HistoryBudget& budget() const { return budget_; }

 private:
  struct IdHash {
    template <typename Tag>
    std::size_t operator()(const SlotId<Tag>& id) const {
      return (std::size_t{id.slot} << 8 | static_cast<std::size_t>(id.shard)) ^
             std::size_t{id.generation} << 40;
    }
  };

  void take(const QueueOpened& event);
  void take(const QueueUpdate& event);
  void take(const QueueGone& event);
  void take(const ExchangeUpdate& event);
  void take(const ConnectionOpened& event);
  void take(const ConnectionUpdate& event);
  void take(const ConnectionClosed& event);
  void take(const ChannelOpened& event);
  void take(const ChannelUpdate& event);
  void take(const ChannelClosed& event);
  void take(const ConsumerOpened& event);
  void take(const ConsumerClosed& event);
  void take(const ShardRestoring& event) { restoring_.insert(event.id); }
  void take(const ShardRestored& event) { restoring_.erase(event.id); }
  void take(const ShardUpdate& event);

  TotalStats& vhost(std::string_view name);
  void add(std::string_view vhost_name, Column column, std::uint64_t before, std::uint64_t now);
  void add(const ShardCounters& now, const ShardCounters& before);
  void count(ConnectionStats& connection, const ConnectionCounters& counters);
  void count(ChannelStats& channel, const MessageCounts& counts);
  void count(const QueueRecord& record, const QueueCounts& before, const QueueCounts& now);
  void count(const QueueRecord& record, const QueueGauges& before, const QueueGauges& now);
  void record(std::unique_ptr<History>& history, std::span<const std::uint64_t> values);
  Second seconds() const { return now_ / 1000; }

  HistoryBudget budget_;
  Millisecond now_ = 0;
  std::unordered_map<QueueId, QueueStats, IdHash> queues_;
  std::unordered_map<QueueId, Millisecond, IdHash> opened_at_;  // of unused queues
  std::unordered_map<std::string, ExchangeStats> exchanges_;    // by vhost, a zero byte and name
  std::unordered_map<ConnectionId, std::unique_ptr<ConnectionStats>, IdHash> connections_;
  ConnectionsByName connections_by_name_;
  std::map<ChannelId, ChannelStats> channels_;
  std::map<ConsumerKey, std::shared_ptr<const ConsumerFacts>> consumers_;
  std::set<std::pair<QueueId, ConsumerKey>> consumers_by_queue_;
  std::map<ShardId, ShardUpdate> shards_;
  std::set<ShardId> restoring_;
  ShardCounters shard_totals_;
  std::map<std::string, QueueCounts, std::less<>> queue_types_;
  std::uint64_t published_for_confirm_ = 0, routed_ = 0;
  std::map<std::string, std::unique_ptr<TotalStats>, std::less<>> vhosts_;
  TotalStats node_{kColumns, budget_};
};

}  // namespace coney::management
