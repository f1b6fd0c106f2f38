#pragma once
// What a shard tells of its objects (stats_receiver.h): values, safe to keep and to read on any
// thread. Counters are those since the object was made, unless a comment says otherwise.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "amqp/table.h"
#include "broker/ids.h"
#include "broker/shard/shard_counters.h"
#include "broker/stats/counters.h"
#include "broker/transport/peer_identity.h"

namespace coney {

// ---- queues ----

// A queue has been declared; told at once.
struct QueueOpened {
  QueueId id;
};
struct QueueGauges {
  std::uint64_t messages_ready = 0;
  std::uint64_t messages_unacknowledged = 0;
  std::uint64_t messages_persistent = 0;  // of both
  std::uint64_t messages_ram = 0;         // whose content is in memory, of both
  std::uint64_t message_bytes_ready = 0;
  std::uint64_t message_bytes_unacknowledged = 0;
  std::uint64_t message_bytes_persistent = 0;
  std::uint64_t message_bytes_ram = 0;
  std::uint64_t memory = 0;                  // bytes, what is kept for the queue itself included
  std::uint64_t head_message_timestamp = 0;  // seconds since 1970; 0: there is none
  std::uint64_t segments = 0;                // of a stream: files' worth of chunks
  std::uint64_t first_timestamp = 0;         // of a stream: milliseconds since 1970
  std::uint64_t first_offset = 0, next_offset = 0;  // of a stream: what it holds lies in between
  // When the oldest ready message came, milliseconds since 1970; 0: there is none, or nobody knows.
  std::uint64_t oldest_ready_at = 0;
  std::uint32_t consumers = 0;
  bool serves = true;      // what is ready could be delivered at once, or nothing is ready
  bool restoring = false;  // its users wait for what a restart brings
  bool paused = false;
  std::optional<ConsumerKey> active_consumer;  // of a queue with a single active consumer
  bool operator==(const QueueGauges&) const = default;
};
struct QueueUpdate {
  QueueId id;
  std::shared_ptr<const QueueRecord> record;
  QueueCounters counters;
  QueueGauges gauges;
};
struct QueueGone {
  QueueId id;
  std::shared_ptr<const QueueRecord> record;
  QueueCounters counters;
};

// What has come since the last time.
struct ExchangeUpdate {
  std::shared_ptr<const ExchangeRecord> record;
  std::uint64_t publish_in = 0;
  std::uint64_t publish_out = 0;
};

// ---- connections ----

// What stays as it is while the connection is open.
struct ConnectionFacts {
  std::string name;
  std::string user;
  std::string vhost;
  std::string auth_mechanism;
  std::string host;  // the broker's end
  std::string peer_host;
  std::uint16_t port = 0;
  std::uint16_t peer_port = 0;
  std::uint16_t channel_max = 0;
  std::uint16_t timeout = 0;  // heartbeats, seconds
  std::uint32_t frame_max = 0;
  std::uint64_t connected_at = 0;  // milliseconds since 1970
  std::shared_ptr<const amqp::Table> client_properties;
  std::optional<PeerIdentity> tls;
};
enum class ConnectionState : std::uint8_t {
  kRunning,
  kBlocking,  // an alarm is on, it has not published yet
  kBlocked,   // an alarm is on, it is not read
  kFlow,      // it publishes faster than queues or the disk take it
  kClosing,
};
// It is open; told at once.
struct ConnectionOpened {
  ConnectionId id;
  std::shared_ptr<const ConnectionFacts> facts;
};
struct ConnectionUpdate {
  ConnectionId id;
  ConnectionCounters counters;
  ConnectionState state{};
  std::uint32_t channels = 0;
  std::uint64_t send_pend = 0;  // bytes that wait for the socket
};
struct ConnectionClosed {
  ConnectionId id;
  ConnectionCounters counters;
};

// ---- channels ----

struct ChannelId {
  ConnectionId connection;
  ChannelNumber number = 0;
  friend auto operator<=>(const ChannelId&, const ChannelId&) = default;
};
struct ChannelOpened {
  ChannelId id;
};
struct ChannelGauges {
  std::uint64_t messages_unacknowledged = 0;
  std::uint64_t messages_unconfirmed = 0;
  std::uint64_t messages_uncommitted = 0;
  std::uint64_t acks_uncommitted = 0;
  std::uint32_t consumers = 0;
  std::uint32_t prefetch_count = 0;
  std::uint32_t global_prefetch_count = 0;
  bool confirm = false;
  bool transactional = false;
  bool closing = false;
  bool operator==(const ChannelGauges&) const = default;
};
struct ChannelUpdate {
  ChannelId id;
  ChannelCounters counters;
  ChannelGauges gauges;
};
struct ChannelClosed {
  ChannelId id;
  ChannelCounters counters;
};

// ---- consumers ----

struct ConsumerFacts {
  std::string tag;
  QueueId queue;
  std::string queue_name;
  std::string vhost;
  amqp::Table arguments;
  std::uint32_t prefetch_count = 0;
  bool ack_required = true;
  bool exclusive = false;
  std::optional<std::int64_t> timeout;  // x-consumer-timeout, milliseconds
};
struct ConsumerOpened {
  ConsumerKey key;
  std::shared_ptr<const ConsumerFacts> facts;
};
struct ConsumerClosed {
  ConsumerKey key;
};

// ---- the shard ----

// Nothing is known yet of the queues that a restart brings; the first that is told.
struct ShardRestoring {
  ShardId id{};
};
// All of them have been told.
struct ShardRestored {
  ShardId id{};
};
struct ShardUpdate {
  ShardId id{};
  ChurnCounters churn;
  ShardCounters counters;
  std::uint64_t disk_writes = 0;  // messages
  std::uint64_t disk_reads = 0;
};

using StatsEvent =
    std::variant<QueueOpened, QueueUpdate, QueueGone, ExchangeUpdate, ConnectionOpened,
                 ConnectionUpdate, ConnectionClosed, ChannelOpened, ChannelUpdate, ChannelClosed,
                 ConsumerOpened, ConsumerClosed, ShardRestoring, ShardRestored, ShardUpdate>;

}  // namespace coney
