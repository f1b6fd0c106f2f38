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

// As SQLite reads a file: URI, in which some characters have a meaning.
std::string as_uri(const std::filesystem::path& path) {
  constexpr std::string_view kHexDigits = "0123456789ABCDEF";
  std::string uri = "file:";
  for (char c : path.string()) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '?' || c == '#' || c == '%') {
      uri.append({'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]});
    } else {
      uri += c;
    }
  }
  return uri;
}

std::string_view view(const void* data, int size) {
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

}  // namespace

// `name` is SQLite's, `path` what errors say.
StorageResult<Database> Database::open(const std::string& name, const std::filesystem::path& path,
                                       int flags, const char* vfs) {
  sqlite3* handle = nullptr;
  int code = sqlite3_open_v2(name.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, vfs);
  Database database(handle, path.string());
  if (code != SQLITE_OK) return database.error(code, "opening");
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  return database;
}

StorageResult<Database> Database::open(const std::filesystem::path& path, const char* vfs) {
  auto database = open(path.string(), path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs);
  if (database && sqlite3_db_readonly(database->handle(), "main") == 1) {
    return StorageError{StorageErrorCode::kCannotOpen,
                        "definitions database " + path.string() + " is not writable"};
  }
  return database;
}

// Without a log nobody has the file open, and it is read as if it could not change: SQLite would
// otherwise leave files beside it that it could not remove again, and could not read it in a
// directory that it may not write to. With a log SQLite reads both, as each of its readers does.
StorageResult<Database> Database::copy_of(const std::filesystem::path& path, const char* vfs) {
  const std::filesystem::path log = path.string() + "-wal";
  std::error_code error;
  if (!std::filesystem::exists(log, error)) {
    auto copy = copy_of(as_uri(path) + "?immutable=1", path, vfs);
    if (!std::filesystem::exists(log, error)) return copy;
  }
  return copy_of(as_uri(path), path, vfs);
}

StorageResult<Database> Database::copy_of(const std::string& name,
                                          const std::filesystem::path& path, const char* vfs) {
  auto source = open(name, path, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, vfs);
  if (!source) return source;
  auto copy = open(":memory:", path, SQLITE_OPEN_READWRITE, nullptr);
  if (!copy) return copy;
  sqlite3_backup* backup = sqlite3_backup_init(copy->handle(), "main", source->handle(), "main");
  if (backup) sqlite3_backup_step(backup, -1);  // finish() returns its error
  int code = backup ? sqlite3_backup_finish(backup) : sqlite3_errcode(copy->handle());
  if (code != SQLITE_OK) return copy->error(code, "reading");
  return copy;
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

double Statement::number(int column) const {
  return sqlite3_column_double(statement_, column);
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

void Statement::bind_one(int index, double value) {
  sqlite3_bind_double(statement_, index, value);
}

void Statement::bind_one(int index, const std::optional<std::int64_t>& value) {
  if (value) {
    sqlite3_bind_int64(statement_, index, *value);
  } else {
    sqlite3_bind_null(statement_, index);
  }
}

}  // namespace coney::sqlite
