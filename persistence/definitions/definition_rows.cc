#include "persistence/definitions/definition_rows.h"

#include <sqlite3.h>

#include <cstdint>
#include <string_view>
#include <utility>

#include "amqp/wire.h"

namespace coney {
namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Statement;

constexpr std::size_t kLengthPrefix = 4;

bool decode(Blob blob, amqp::Table& table) {
  auto decoded = amqp::decode_table(blob.bytes);
  if (decoded) table = std::move(*decoded);
  return decoded.has_value();
}

bool decode(Blob blob, std::vector<std::string>& tags) {
  amqp::Decoder decoder(blob.bytes);
  while (!decoder.at_end()) tags.emplace_back(decoder.long_string());
  return decoder.ok();
}

// Of an enumeration from 0 to `last`.
template <typename Enumeration>
bool decode(std::int64_t column, Enumeration last, Enumeration& value) {
  value = static_cast<Enumeration>(column);
  return column >= 0 && column <= static_cast<std::int64_t>(last);
}

// Each reads the present row; false when the row contradicts the format.
bool read_row(const Statement& row, VhostRecord& vhost) {
  Blob tags;
  row.read(vhost.name, vhost.description, tags, vhost.default_queue_type, vhost.max_connections,
           vhost.max_queues, vhost.protected_from_deletion);
  return decode(tags, vhost.tags);
}

bool read_row(const Statement& row, UserRecord& user) {
  std::int64_t hashing = 0;
  Blob tags;
  row.read(user.name, user.password_hash, hashing, tags, user.max_connections, user.max_channels);
  return decode(hashing, PasswordHashing::kMd5, user.hashing) && decode(tags, user.tags);
}

bool read_row(const Statement& row, PermissionRecord& permission) {
  row.read(permission.user, permission.vhost, permission.configure, permission.write,
           permission.read);
  return true;
}

bool read_row(const Statement& row, TopicPermissionRecord& permission) {
  row.read(permission.user, permission.vhost, permission.exchange, permission.write,
           permission.read);
  return true;
}

bool read_row(const Statement& row, ExchangeRecord& exchange) {
  Blob arguments;
  row.read(exchange.vhost, exchange.name, exchange.type, exchange.durable, exchange.auto_delete,
           exchange.internal, arguments);
  return decode(arguments, exchange.arguments);
}

struct QueueRow {
  QueueRecord record;
  StoredQueueId id{};
};

bool read_row(const Statement& row, QueueRow& read) {
  QueueRecord& queue = read.record;
  Blob arguments;
  std::int64_t id = 0;
  row.read(queue.vhost, queue.name, queue.type, queue.durable, queue.auto_delete, arguments, id);
  read.id = StoredQueueId{static_cast<std::uint64_t>(id)};
  return decode(arguments, queue.arguments);
}

bool read_row(const Statement& row, BindingRecord& binding) {
  std::int64_t kind = 0;
  Blob arguments;
  row.read(binding.vhost, binding.source, kind, binding.destination, binding.routing_key,
           arguments);
  return decode(kind, DestinationKind::kExchange, binding.destination_kind) &&
         decode(arguments, binding.arguments);
}

bool read_row(const Statement& row, PolicyRecord& policy) {
  std::int64_t apply_to = 0;
  Blob definition;
  row.read(policy.vhost, policy.is_operator, policy.name, policy.pattern, apply_to, policy.priority,
           definition);
  return decode(apply_to, PolicyTarget::kExchanges, policy.apply_to) &&
         decode(definition, policy.definition);
}

bool read_row(const Statement& row, ParameterRecord& parameter) {
  row.read(parameter.vhost, parameter.component, parameter.name, parameter.value);
  return true;
}

bool read_row(const Statement& row, GlobalParameterRecord& parameter) {
  row.read(parameter.name, parameter.value);
  return true;
}

// `key`: the columns of the primary key, by number.
template <typename Record>
StorageResult<void> read_table(Database& database, std::string_view table, std::string_view key,
                               std::vector<Record>& records) {
  std::string sql = "SELECT * FROM " + std::string(table) + " ORDER BY " + std::string(key);
  Statement row(database, sql.c_str());
  int code;
  while ((code = row.next()) == SQLITE_ROW) {
    if (!read_row(row, records.emplace_back())) {
      return StorageError{StorageErrorCode::kCorrupt, "definitions database " + database.path() +
                                                          ": row " +
                                                          std::to_string(records.size()) + " of " +
                                                          std::string(table) + " is malformed"};
    }
  }
  if (code != SQLITE_DONE) return database.error(code, "reading");
  return {};
}

}  // namespace

std::string encode_column(const amqp::Table& table) {
  std::string bytes;
  amqp::encode_table(bytes, table);
  return bytes.erase(0, kLengthPrefix);
}

std::string encode_column(const std::vector<std::string>& tags) {
  std::string bytes;
  for (const std::string& tag : tags) amqp::Encoder(bytes).long_string(tag);
  return bytes;
}

StorageResult<StoredDefinitions> read_all_rows(Database& database) {
  StoredDefinitions stored;
  Definitions& all = stored.definitions;
  std::vector<QueueRow> queues;
  StorageResult<void> read = read_table(database, "vhosts", "1", all.vhosts);
  if (read) read = read_table(database, "users", "1", all.users);
  if (read) read = read_table(database, "permissions", "1, 2", all.permissions);
  if (read) read = read_table(database, "topic_permissions", "1, 2, 3", all.topic_permissions);
  if (read) read = read_table(database, "exchanges", "1, 2", all.exchanges);
  if (read) read = read_table(database, "queues", "1, 2", queues);
  if (read) read = read_table(database, "bindings", "1, 2, 3, 4, 5, 6", all.bindings);
  if (read) read = read_table(database, "policies", "1, 2, 3", all.policies);
  if (read) read = read_table(database, "parameters", "1, 2, 3", all.parameters);
  if (read) read = read_table(database, "global_parameters", "1", all.global_parameters);
  if (!read) return read.error();
  for (QueueRow& row : queues) {
    all.queues.push_back(std::move(row.record));
    stored.queue_ids.push_back(row.id);
  }
  return stored;
}

}  // namespace coney
