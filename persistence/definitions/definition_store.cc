#include "persistence/definitions/definition_store.h"

#include <sqlite3.h>

#include <optional>
#include <string>

#include "persistence/definitions/definition_rows.h"
#include "persistence/definitions/schema.h"
#include "persistence/definitions/sqlite.h"

namespace coney {
namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Statement;

// Write-ahead log pages after which they are moved into the database file (4 MiB).
constexpr int kCheckpointPages = 1000;

std::int64_t kind_column(DestinationKind kind) {
  return static_cast<std::int64_t>(kind);
}

bool is_failed_sync(int code) {
  return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

int note_log_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

StorageResult<void> configure(Database& database) {
  int code = database.run("PRAGMA journal_mode = WAL");
  if (code == SQLITE_OK) code = database.run("PRAGMA synchronous = FULL");
  if (code == SQLITE_OK) code = database.run("PRAGMA cache_size = -16384");
  if (code != SQLITE_OK) return database.error(code, "opening");
  return {};
}

// The statements that writes need, prepared once.
struct WriteStatements {
  explicit WriteStatements(Database& db) : database(db) {}

  Database& database;
  Statement begin{database, "BEGIN IMMEDIATE"};
  Statement commit{database, "COMMIT"};
  Statement rollback{database, "ROLLBACK"};

  Statement put_vhost{database, "INSERT OR REPLACE INTO vhosts VALUES (?, ?, ?, ?, ?, ?, ?)"};
  Statement put_user{database, "INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?, ?, ?)"};
  Statement put_permission{database, "INSERT OR REPLACE INTO permissions VALUES (?, ?, ?, ?, ?)"};
  Statement put_topic_permission{database,
                                 "INSERT OR REPLACE INTO topic_permissions VALUES (?, ?, ?, ?, ?)"};
  Statement put_exchange{database, "INSERT OR REPLACE INTO exchanges VALUES (?, ?, ?, ?, ?, ?, ?)"};
  Statement put_queue{
      database,
      "INSERT INTO queues VALUES (?, ?, ?, ?, ?, ?, "
      "(SELECT next FROM counters WHERE name = 'stored queue id')) "
      "ON CONFLICT (vhost, name) DO UPDATE SET type = excluded.type, durable = excluded.durable, "
      "auto_delete = excluded.auto_delete, arguments = excluded.arguments RETURNING stored_id"};
  // Nothing when the queue had its id before.
  Statement use_queue_id{database,
                         "UPDATE counters SET next = next + 1 "
                         "WHERE name = 'stored queue id' AND next = ?"};
  Statement skip_queue_ids{
      database, "UPDATE counters SET next = ?1 WHERE name = 'stored queue id' AND next < ?1"};
  Statement put_binding{database, "INSERT OR IGNORE INTO bindings VALUES (?, ?, ?, ?, ?, ?)"};
  Statement put_policy{database, "INSERT OR REPLACE INTO policies VALUES (?, ?, ?, ?, ?, ?, ?)"};
  Statement put_parameter{database, "INSERT OR REPLACE INTO parameters VALUES (?, ?, ?, ?)"};
  Statement put_global_parameter{database,
                                 "INSERT OR REPLACE INTO global_parameters VALUES (?, ?)"};

  Statement remove_vhost{database, "DELETE FROM vhosts WHERE name = ?"};
  Statement remove_vhost_permissions{database, "DELETE FROM permissions WHERE vhost = ?"};
  Statement remove_vhost_topics{database, "DELETE FROM topic_permissions WHERE vhost = ?"};
  Statement remove_vhost_exchanges{database, "DELETE FROM exchanges WHERE vhost = ?"};
  Statement remove_vhost_queues{database, "DELETE FROM queues WHERE vhost = ?"};
  Statement remove_vhost_bindings{database, "DELETE FROM bindings WHERE vhost = ?"};
  Statement remove_vhost_policies{database, "DELETE FROM policies WHERE vhost = ?"};
  Statement remove_vhost_parameters{database, "DELETE FROM parameters WHERE vhost = ?"};
  Statement remove_user{database, "DELETE FROM users WHERE name = ?"};
  Statement remove_user_permissions{database, "DELETE FROM permissions WHERE user = ?"};
  Statement remove_user_topics{database, "DELETE FROM topic_permissions WHERE user = ?"};
  Statement remove_permission{database, "DELETE FROM permissions WHERE user = ? AND vhost = ?"};
  Statement remove_topic_permission{
      database, "DELETE FROM topic_permissions WHERE user = ? AND vhost = ? AND exchange = ?"};
  Statement remove_topic_permissions{database,
                                     "DELETE FROM topic_permissions WHERE user = ? AND vhost = ?"};
  Statement remove_exchange{database, "DELETE FROM exchanges WHERE vhost = ? AND name = ?"};
  Statement remove_queue{database, "DELETE FROM queues WHERE vhost = ? AND name = ?"};
  Statement remove_bindings_from{database, "DELETE FROM bindings WHERE vhost = ? AND source = ?"};
  Statement remove_bindings_to{
      database,
      "DELETE FROM bindings WHERE vhost = ? AND destination_kind = ? AND destination = ?"};
  Statement remove_binding{
      database,
      "DELETE FROM bindings WHERE vhost = ? AND source = ? AND destination_kind = ? AND "
      "destination = ? AND routing_key = ? AND arguments = ?"};
  Statement remove_policy{database,
                          "DELETE FROM policies WHERE vhost = ? AND is_operator = ? AND name = ?"};
  Statement remove_parameter{
      database, "DELETE FROM parameters WHERE vhost = ? AND component = ? AND name = ?"};
  Statement remove_global_parameter{database, "DELETE FROM global_parameters WHERE name = ?"};
};

}  // namespace

// The connection and what the transaction has come to.
class DefinitionStore::Session {
 public:
  explicit Session(Database opened) : database_(std::move(opened)) {
    // In place of SQLite's own checkpoints, whose errors nobody would see.
    sqlite3_wal_hook(database_.handle(), note_log_pages, &log_pages_);
  }

  ~Session() {
    rollback();
    // Closing would move the log into the database file and delete it, as if the sync that failed
    // had succeeded. Left alone, the next start replays it.
    if (broken_) {
      sqlite3_db_config(database_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    }
  }

  Database& database() { return database_; }
  WriteStatements& sql() { return statements_; }

  StorageResult<void> begin() {
    if (broken_) return *broken_;
    if (int code = statements_.begin.run(); code != SQLITE_OK) {
      return database_.error(code, "writing");
    }
    open_ = true;
    return {};
  }

  template <typename... Values>
  StorageResult<void> write(Statement& statement, const Values&... values) {
    if (!open_) return no_transaction();
    if (failure_) return *failure_;
    statement.bind(values...);
    int code = statement.run();
    if (code == SQLITE_OK) return {};
    failure_ = database_.error(code, "writing");
    return *failure_;
  }

  // Of a statement that returns one integer.
  template <typename... Values>
  StorageResult<std::int64_t> write_returning(Statement& statement, const Values&... values) {
    if (!open_) return no_transaction();
    if (failure_) return *failure_;
    statement.bind(values...);
    int code = statement.next();
    std::int64_t result = code == SQLITE_ROW ? statement.integer(0) : 0;
    while (code == SQLITE_ROW) code = statement.next();
    if (code == SQLITE_DONE) return result;
    failure_ = database_.error(code, "writing");
    return *failure_;
  }

  StorageResult<void> commit() {
    if (!open_) return no_transaction();
    if (!failure_) {
      int code = statements_.commit.run();
      if (code != SQLITE_OK) note_failed_commit(code);
    }
    if (failure_) {
      StorageError error = *failure_;
      rollback();
      return error;
    }
    open_ = false;
    if (log_pages_ >= kCheckpointPages) checkpoint();
    return {};
  }

  void rollback() {
    // SQLite has rolled back already after some errors.
    if (open_ && !sqlite3_get_autocommit(database_.handle())) statements_.rollback.run();
    open_ = false;
    failure_.reset();
  }

 private:
  StorageError no_transaction() const {
    return {StorageErrorCode::kNoTransaction,
            "definitions database " + database_.path() + ": write outside of a transaction"};
  }

  void note_failed_commit(int code) {
    failure_ = database_.error(code, "writing");
    if (is_failed_sync(code)) broken_ = failure_;
  }

  // What was committed is safe in the log whether this succeeds or not; it is tried again after
  // the next commit, except after a failed sync of the database file.
  void checkpoint() {
    int code = sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                         nullptr, nullptr);
    if (is_failed_sync(code)) broken_ = database_.error(code, "checkpointing");
  }

  Database database_;
  WriteStatements statements_{database_};
  bool open_ = false;
  int log_pages_ = 0;
  std::optional<StorageError> failure_;  // of the open transaction
  std::optional<StorageError> broken_;   // until the file is opened again
};

DefinitionStore::DefinitionStore(std::unique_ptr<Session> session) : session_(std::move(session)) {}
DefinitionStore::~DefinitionStore() = default;

StorageResult<std::unique_ptr<DefinitionStore>> DefinitionStore::open(
    const std::filesystem::path& path, const char* vfs) {
  auto database = Database::open(path, vfs);
  if (!database) return database.error();
  if (auto migrated = migrate(*database, definition_migrations()); !migrated) {
    return migrated.error();
  }
  if (auto configured = configure(*database); !configured) return configured.error();
  auto session = std::make_unique<Session>(std::move(*database));
  return std::unique_ptr<DefinitionStore>(new DefinitionStore(std::move(session)));
}

StorageResult<StoredDefinitions> DefinitionStore::read(const std::filesystem::path& path,
                                                       const char* vfs) {
  auto copy = Database::copy_of(path, vfs);
  if (!copy) return copy.error();
  if (auto migrated = migrate(*copy, definition_migrations()); !migrated) return migrated.error();
  return read_all_rows(*copy);
}

StorageResult<StoredDefinitions> DefinitionStore::load() {
  return read_all_rows(session_->database());
}

StorageResult<void> DefinitionStore::begin() {
  return session_->begin();
}

StorageResult<void> DefinitionStore::commit() {
  return session_->commit();
}

void DefinitionStore::rollback() {
  session_->rollback();
}

StorageResult<void> DefinitionStore::put(const VhostRecord& vhost) {
  std::string tags = encode_column(vhost.tags);
  return session_->write(session_->sql().put_vhost, vhost.name, vhost.description, Blob{tags},
                         vhost.default_queue_type, vhost.max_connections, vhost.max_queues,
                         vhost.protected_from_deletion);
}

StorageResult<void> DefinitionStore::put(const UserRecord& user) {
  std::string tags = encode_column(user.tags);
  return session_->write(session_->sql().put_user, user.name, user.password_hash,
                         static_cast<std::int64_t>(user.hashing), Blob{tags}, user.max_connections,
                         user.max_channels);
}

StorageResult<void> DefinitionStore::put(const PermissionRecord& permission) {
  return session_->write(session_->sql().put_permission, permission.user, permission.vhost,
                         permission.configure, permission.write, permission.read);
}

StorageResult<void> DefinitionStore::put(const TopicPermissionRecord& permission) {
  return session_->write(session_->sql().put_topic_permission, permission.user, permission.vhost,
                         permission.exchange, permission.write, permission.read);
}

StorageResult<void> DefinitionStore::put(const ExchangeRecord& exchange) {
  std::string arguments = encode_column(exchange.arguments);
  return session_->write(session_->sql().put_exchange, exchange.vhost, exchange.name, exchange.type,
                         exchange.durable, exchange.auto_delete, exchange.internal,
                         Blob{arguments});
}

StorageResult<StoredQueueId> DefinitionStore::put(const QueueRecord& queue) {
  std::string arguments = encode_column(queue.arguments);
  auto id =
      session_->write_returning(session_->sql().put_queue, queue.vhost, queue.name, queue.type,
                                queue.durable, queue.auto_delete, Blob{arguments});
  if (!id) return id.error();
  auto used = session_->write(session_->sql().use_queue_id, *id);
  if (!used) return used.error();
  return StoredQueueId{static_cast<std::uint64_t>(*id)};
}

StorageResult<void> DefinitionStore::skip_queue_ids(StoredQueueId up_to) {
  return session_->write(session_->sql().skip_queue_ids, static_cast<std::int64_t>(up_to) + 1);
}

StorageResult<void> DefinitionStore::put(const BindingRecord& binding) {
  std::string arguments = encode_column(binding.arguments);
  return session_->write(session_->sql().put_binding, binding.vhost, binding.source,
                         kind_column(binding.destination_kind), binding.destination,
                         binding.routing_key, Blob{arguments});
}

StorageResult<void> DefinitionStore::put(const PolicyRecord& policy) {
  std::string definition = encode_column(policy.definition);
  return session_->write(session_->sql().put_policy, policy.vhost, policy.is_operator, policy.name,
                         policy.pattern, static_cast<std::int64_t>(policy.apply_to),
                         policy.priority, Blob{definition});
}

StorageResult<void> DefinitionStore::put(const ParameterRecord& parameter) {
  return session_->write(session_->sql().put_parameter, parameter.vhost, parameter.component,
                         parameter.name, parameter.value);
}

StorageResult<void> DefinitionStore::put(const GlobalParameterRecord& parameter) {
  return session_->write(session_->sql().put_global_parameter, parameter.name, parameter.value);
}

StorageResult<void> DefinitionStore::remove_vhost(std::string_view name) {
  WriteStatements& sql = session_->sql();
  for (Statement* statement :
       {&sql.remove_vhost_permissions, &sql.remove_vhost_topics, &sql.remove_vhost_exchanges,
        &sql.remove_vhost_queues, &sql.remove_vhost_bindings, &sql.remove_vhost_policies,
        &sql.remove_vhost_parameters}) {
    if (auto removed = session_->write(*statement, name); !removed) return removed;
  }
  return session_->write(sql.remove_vhost, name);
}

StorageResult<void> DefinitionStore::remove_user(std::string_view name) {
  WriteStatements& sql = session_->sql();
  for (Statement* statement : {&sql.remove_user_permissions, &sql.remove_user_topics}) {
    if (auto removed = session_->write(*statement, name); !removed) return removed;
  }
  return session_->write(sql.remove_user, name);
}

StorageResult<void> DefinitionStore::remove_permission(std::string_view user,
                                                       std::string_view vhost) {
  return session_->write(session_->sql().remove_permission, user, vhost);
}

StorageResult<void> DefinitionStore::remove_topic_permission(std::string_view user,
                                                             std::string_view vhost,
                                                             std::string_view exchange) {
  return session_->write(session_->sql().remove_topic_permission, user, vhost, exchange);
}

StorageResult<void> DefinitionStore::remove_topic_permissions(std::string_view user,
                                                              std::string_view vhost) {
  return session_->write(session_->sql().remove_topic_permissions, user, vhost);
}

StorageResult<void> DefinitionStore::remove_exchange(std::string_view vhost,
                                                     std::string_view name) {
  WriteStatements& sql = session_->sql();
  auto removed = session_->write(sql.remove_bindings_from, vhost, name);
  if (removed) {
    removed = session_->write(sql.remove_bindings_to, vhost,
                              kind_column(DestinationKind::kExchange), name);
  }
  if (removed) removed = session_->write(sql.remove_exchange, vhost, name);
  return removed;
}

StorageResult<void> DefinitionStore::remove_queue(std::string_view vhost, std::string_view name) {
  WriteStatements& sql = session_->sql();
  auto removed =
      session_->write(sql.remove_bindings_to, vhost, kind_column(DestinationKind::kQueue), name);
  if (removed) removed = session_->write(sql.remove_queue, vhost, name);
  return removed;
}

StorageResult<void> DefinitionStore::remove(const BindingRecord& binding) {
  std::string arguments = encode_column(binding.arguments);
  return session_->write(session_->sql().remove_binding, binding.vhost, binding.source,
                         kind_column(binding.destination_kind), binding.destination,
                         binding.routing_key, Blob{arguments});
}

StorageResult<void> DefinitionStore::remove_policy(std::string_view vhost, bool is_operator,
                                                   std::string_view name) {
  return session_->write(session_->sql().remove_policy, vhost, is_operator, name);
}

StorageResult<void> DefinitionStore::remove_parameter(std::string_view vhost,
                                                      std::string_view component,
                                                      std::string_view name) {
  return session_->write(session_->sql().remove_parameter, vhost, component, name);
}

StorageResult<void> DefinitionStore::remove_global_parameter(std::string_view name) {
  return session_->write(session_->sql().remove_global_parameter, name);
}

}  // namespace coney
