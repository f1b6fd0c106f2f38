#include "persistence/definitions/schema.h"

#include <sqlite3.h>

#include <array>

namespace coney {
namespace {

constexpr std::int64_t kApplicationId = 0x436f6e79;  // "Cony"

// Text is stored as the bytes that it came as, compared byte by byte. Argument columns hold the
// table as on the wire without its leading length; `tags` an array in the same coding.
// Every table is keyed by what identifies the object, so that loading yields sorted rows.
constexpr const char* kVersion1 = R"sql(
PRAGMA application_id = 0x436f6e79;
CREATE TABLE vhosts (
  name TEXT PRIMARY KEY,
  description TEXT NOT NULL,
  tags BLOB NOT NULL,
  default_queue_type TEXT NOT NULL,
  max_connections INTEGER,
  max_queues INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE users (
  name TEXT PRIMARY KEY,
  password_hash TEXT NOT NULL,
  hashing INTEGER NOT NULL,  -- 0 SHA-256, 1 SHA-512, 2 MD5
  tags BLOB NOT NULL,
  max_connections INTEGER,
  max_channels INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE permissions (
  user TEXT,
  vhost TEXT,
  configure TEXT NOT NULL,
  write TEXT NOT NULL,
  read TEXT NOT NULL,
  PRIMARY KEY (user, vhost)
) STRICT, WITHOUT ROWID;
CREATE TABLE topic_permissions (
  user TEXT,
  vhost TEXT,
  exchange TEXT,
  write TEXT NOT NULL,
  read TEXT NOT NULL,
  PRIMARY KEY (user, vhost, exchange)
) STRICT, WITHOUT ROWID;
CREATE TABLE exchanges (
  vhost TEXT,
  name TEXT,
  type TEXT NOT NULL,
  durable INTEGER NOT NULL,
  auto_delete INTEGER NOT NULL,
  internal INTEGER NOT NULL,
  arguments BLOB NOT NULL,
  PRIMARY KEY (vhost, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE queues (
  vhost TEXT,
  name TEXT,
  type TEXT NOT NULL,
  durable INTEGER NOT NULL,
  auto_delete INTEGER NOT NULL,
  arguments BLOB NOT NULL,
  PRIMARY KEY (vhost, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE bindings (
  vhost TEXT,
  source TEXT,
  destination_kind INTEGER,  -- 0 queue, 1 exchange
  destination TEXT,
  routing_key TEXT,
  arguments BLOB,
  PRIMARY KEY (vhost, source, destination_kind, destination, routing_key, arguments)
) STRICT, WITHOUT ROWID;
CREATE INDEX bindings_by_destination ON bindings (vhost, destination_kind, destination);
)sql";

// Durable messages name their queue by a number that no other queue of this database ever has:
// `counters` says which one is the next.
constexpr const char* kVersion2 = R"sql(
CREATE TABLE queues_with_ids (
  vhost TEXT,
  name TEXT,
  type TEXT NOT NULL,
  durable INTEGER NOT NULL,
  auto_delete INTEGER NOT NULL,
  arguments BLOB NOT NULL,
  stored_id INTEGER NOT NULL UNIQUE CHECK (stored_id > 0),
  PRIMARY KEY (vhost, name)
) STRICT, WITHOUT ROWID;
INSERT INTO queues_with_ids
  SELECT vhost, name, type, durable, auto_delete, arguments,
         row_number() OVER (ORDER BY vhost, name)
  FROM queues;
DROP TABLE queues;
ALTER TABLE queues_with_ids RENAME TO queues;
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters SELECT 'stored queue id', coalesce(max(stored_id), 0) + 1 FROM queues;
)sql";

constexpr const char* kVersion3 = R"sql(
ALTER TABLE vhosts ADD COLUMN protected_from_deletion INTEGER NOT NULL DEFAULT 0;
)sql";

// A definition is coded as the arguments of a queue are, a parameter's value is JSON.
constexpr const char* kVersion4 = R"sql(
CREATE TABLE policies (
  vhost TEXT,
  is_operator INTEGER,
  name TEXT,
  pattern TEXT NOT NULL,
  apply_to INTEGER NOT NULL,  -- 0 all, 1 queues, 2 classic, 3 quorum, 4 streams, 5 exchanges
  priority REAL NOT NULL,
  definition BLOB NOT NULL,
  PRIMARY KEY (vhost, is_operator, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE parameters (
  vhost TEXT,
  component TEXT,
  name TEXT,
  value TEXT NOT NULL,
  PRIMARY KEY (vhost, component, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE global_parameters (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array kMigrations = {kVersion1, kVersion2, kVersion3, kVersion4};

StorageResult<void> apply_step(sqlite::Database& database, std::size_t version, const char* step) {
  std::string mark = "PRAGMA user_version = " + std::to_string(version + 1);
  int code = database.run("BEGIN IMMEDIATE");
  if (code == SQLITE_OK) code = database.run(step);
  if (code == SQLITE_OK) code = database.run(mark.c_str());
  if (code == SQLITE_OK) code = database.run("COMMIT");
  if (code == SQLITE_OK) return {};
  StorageError error = database.error(code, "migrating");
  database.run("ROLLBACK");
  return error;
}

bool is_foreign(sqlite::Database& database, std::int64_t version) {
  auto application = database.integer("PRAGMA application_id");
  if (version > 0) return application != kApplicationId;
  return application != 0 || database.integer("SELECT count(*) FROM sqlite_schema") != 0;
}

}  // namespace

std::span<const char* const> definition_migrations() {
  return kMigrations;
}

StorageResult<void> migrate(sqlite::Database& database, std::span<const char* const> migrations) {
  auto version = database.integer("PRAGMA user_version");
  if (!version) return database.error(sqlite3_extended_errcode(database.handle()), "reading");
  if (*version < 0 || is_foreign(database, *version)) {
    return StorageError{StorageErrorCode::kCannotOpen,
                        database.path() + " is not a definitions database of Coney"};
  }
  if (*version > static_cast<std::int64_t>(migrations.size())) {
    return StorageError{StorageErrorCode::kNewerVersion,
                        "definitions database " + database.path() + " has schema version " +
                            std::to_string(*version) + ", this program knows versions up to " +
                            std::to_string(migrations.size()) + ": run the newer program"};
  }
  for (auto step = static_cast<std::size_t>(*version); step < migrations.size(); ++step) {
    if (auto done = apply_step(database, step, migrations[step]); !done) return done;
  }
  return {};
}

}  // namespace coney
