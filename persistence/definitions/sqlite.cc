#include "persistence/definitions/sqlite.h"

#include <sqlite3.h>

#include <utility>

namespace coney::sqlite {
namespace {

// How long another program (a backup, the sqlite3 shell) may hold the file before a write fails.
constexpr int kBusyMilliseconds = 1000;

StorageErrorCode classify(int code) {
  switch (code & 0xff) {
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return StorageErrorCode::kCannotOpen;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StorageErrorCode::kLocked;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StorageErrorCode::kCorrupt;
    case SQLITE_FULL:
      return StorageErrorCode::kNoSpace;
    default:
      return StorageErrorCode::kIo;
  }
}

StorageError make_error(int code, sqlite3* handle, const std::string& path,
                        std::string_view while_doing) {
  std::string message(while_doing);
  message += " definitions database " + path + ": ";
  message += handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  message += " (SQLite code " + std::to_string(code) + ")";
  return {classify(code), std::move(message)};
}

// SQLite takes a null pointer for NULL, and an empty view may hold one.
const char* not_null(std::string_view bytes) {
  return bytes.data() ? bytes.data() : "";
}

std::string_view view(const void* data, int size) {
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

}  // namespace

StorageResult<Database> Database::open(const std::filesystem::path& path, const char* vfs) {
  sqlite3* handle = nullptr;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  int code = sqlite3_open_v2(path.c_str(), &handle, kFlags, vfs);
  Database database(handle, path.string());
  if (code != SQLITE_OK) return database.error(code, "opening");
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  if (sqlite3_db_readonly(handle, "main") == 1) {
    return StorageError{StorageErrorCode::kCannotOpen,
                        "definitions database " + database.path() + " is not writable"};
  }
  return database;
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), path_(std::move(other.path_)) {}

Database::~Database() {
  sqlite3_close_v2(handle_);
}

int Database::run(const char* sql) {
  return sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
}

std::optional<std::int64_t> Database::integer(const char* sql) {
  Statement statement(*this, sql);
  if (statement.next() != SQLITE_ROW) return std::nullopt;
  return statement.integer(0);
}

StorageError Database::error(int code, std::string_view while_doing) const {
  return make_error(code, handle_, path_, while_doing);
}

Statement::Statement(Database& database, const char* sql)
    : prepare_code_(sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT,
                                       &statement_, nullptr)) {}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

int Statement::run() {
  if (!statement_) return prepare_code_;
  int code = sqlite3_step(statement_);
  sqlite3_reset(statement_);
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

int Statement::next() {
  if (!statement_) return prepare_code_;
  int code = sqlite3_step(statement_);
  if (code != SQLITE_ROW) sqlite3_reset(statement_);
  return code;
}

std::string_view Statement::text(int column) const {
  const void* data = sqlite3_column_text(statement_, column);
  return view(data, sqlite3_column_bytes(statement_, column));
}

std::string_view Statement::blob(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  return view(data, sqlite3_column_bytes(statement_, column));
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

void Statement::bind_one(int index, std::string_view text) {
  sqlite3_bind_text64(statement_, index, not_null(text), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind_one(int index, Blob blob) {
  sqlite3_bind_blob64(statement_, index, not_null(blob.bytes), blob.bytes.size(), SQLITE_STATIC);
}

void Statement::bind_one(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_, index, value);
}

void Statement::bind_one(int index, const std::optional<std::int64_t>& value) {
  if (value) {
    sqlite3_bind_int64(statement_, index, *value);
  } else {
    sqlite3_bind_null(statement_, index);
  }
}

}  // namespace coney::sqlite
