#pragma once
// What exists in a broker, as plain values: the rows of the definitions database, the content of a
// RabbitMQ definitions file, and what the topology tables on every shard are built from.
// Names and meanings are RabbitMQ's. Argument tables are canonical (amqp::Table::canonicalize).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "amqp/table.h"

namespace coney {

struct VhostRecord {
  std::string name;
  std::string description;
  std::vector<std::string> tags;
  std::string default_queue_type;               // empty: classic
  std::optional<std::int64_t> max_connections;  // vhost-limits; none or negative: unlimited
  std::optional<std::int64_t> max_queues;
  bool protected_from_deletion = false;
  bool operator==(const VhostRecord&) const = default;
};

enum class PasswordHashing : std::uint8_t { kSha256, kSha512, kMd5 };

struct UserRecord {
  std::string name;
  std::string
      password_hash;  // base64 of salt (4 bytes) and digest; empty: cannot log in by password
  PasswordHashing hashing = PasswordHashing::kSha256;
  std::vector<std::string> tags;
  std::optional<std::int64_t> max_connections;
  std::optional<std::int64_t> max_channels;
  bool operator==(const UserRecord&) const = default;
};

// Regular expressions as the user wrote them; an empty one matches only the empty name.
struct PermissionRecord {
  std::string user;
  std::string vhost;
  std::string configure;
  std::string write;
  std::string read;
  bool operator==(const PermissionRecord&) const = default;
};

struct TopicPermissionRecord {
  std::string user;
  std::string vhost;
  std::string exchange;
  std::string write;
  std::string read;
  bool operator==(const TopicPermissionRecord&) const = default;
};

struct ExchangeRecord {
  std::string vhost;
  std::string name;
  std::string type;  // "direct", "fanout", "topic", "headers", ...
  bool durable = false;
  bool auto_delete = false;
  bool internal = false;
  amqp::Table arguments;
  bool operator==(const ExchangeRecord&) const = default;
};

struct QueueRecord {
  std::string vhost;
  std::string name;
  std::string type = "classic";  // "classic", "quorum", "stream"
  bool durable = false;
  bool auto_delete = false;
  bool exclusive = false;  // to the connection that declared it; never stored
  amqp::Table arguments;
  bool operator==(const QueueRecord&) const = default;
};

enum class DestinationKind : std::uint8_t { kQueue, kExchange };

struct BindingRecord {
  std::string vhost;
  std::string source;  // exchange
  DestinationKind destination_kind = DestinationKind::kQueue;
  std::string destination;
  std::string routing_key;
  amqp::Table arguments;
  bool operator==(const BindingRecord&) const = default;
};

// What a policy may match, in RabbitMQ's words: all, queues, classic_queues, ...
enum class PolicyTarget : std::uint8_t {
  kAll,  // queues of every type, and exchanges
  kQueues,
  kClassicQueues,
  kQuorumQueues,
  kStreams,
  kExchanges,
};

struct PolicyRecord {
  std::string vhost;
  bool is_operator = false;  // operator policies have names of their own
  std::string name;
  std::string pattern;  // a regular expression as the user wrote it, searched for in the name
  PolicyTarget apply_to = PolicyTarget::kAll;
  double priority = 0;  // the highest that matches applies
  amqp::Table definition;
  bool operator==(const PolicyRecord&) const = default;
};

// Runtime parameters; a value is JSON as text.
struct ParameterRecord {
  std::string vhost;
  std::string component;
  std::string name;
  std::string value;
  bool operator==(const ParameterRecord&) const = default;
};
struct GlobalParameterRecord {
  std::string name;
  std::string value;
  bool operator==(const GlobalParameterRecord&) const = default;
};

// Everything that a definitions file or the database describes.
struct Definitions {
  std::vector<VhostRecord> vhosts;
  std::vector<UserRecord> users;
  std::vector<PermissionRecord> permissions;
  std::vector<TopicPermissionRecord> topic_permissions;
  std::vector<ExchangeRecord> exchanges;
  std::vector<QueueRecord> queues;
  std::vector<BindingRecord> bindings;
  std::vector<PolicyRecord> policies;  // operator policies too
  std::vector<ParameterRecord> parameters;
  std::vector<GlobalParameterRecord> global_parameters;
  bool operator==(const Definitions&) const = default;
};

}  // namespace coney
