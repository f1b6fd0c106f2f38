#pragma once
// As little of SQLite's C interface as the definitions database needs: a connection and a kept
// prepared statement. Used by one thread at a time. Codes are SQLite's result codes.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "persistence/storage_error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace coney::sqlite {

class Database {
 public:
  // `vfs`: name of a registered SQLite VFS, null for the system's (tests pass one that fails).
  static StorageResult<Database> open(const std::filesystem::path& path, const char* vfs);

  // What the file and the log beside it hold now, as a database in memory of the same path. Changes
  // neither; other programs may be using them.
  static StorageResult<Database> copy_of(const std::filesystem::path& path, const char* vfs);

  Database(Database&& other) noexcept;
  Database& operator=(Database&&) = delete;
  ~Database();

  sqlite3* handle() const { return handle_; }
  const std::string& path() const { return path_; }

  // Runs any number of statements and drops what they return.
  int run(const char* sql);
  // First column of the first row; none when there is no row or an error.
  std::optional<std::int64_t> integer(const char* sql);
  // The error value for `code`, the result of the latest call on this connection.
  StorageError error(int code, std::string_view while_doing) const;

 private:
  static StorageResult<Database> copy_of(const std::string& name, const std::filesystem::path& path,
                                         const char* vfs);
  static StorageResult<Database> open(const std::string& name, const std::filesystem::path& path,
                                      int flags, const char* vfs);
  Database(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}

  sqlite3* handle_;
  std::string path_;
};

struct Blob {
  std::string_view bytes;
};

// A statement that could not be prepared answers every run() and next() with that error.
class Statement {
 public:
  Statement(Database& database, const char* sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Binds ?1, ?2, ... The values must live until run() or the last next().
  template <typename... Values>
  void bind(const Values&... values) {
    int index = 0;
    (bind_one(++index, values), ...);
  }

  // Executes a statement without rows. SQLITE_OK or an error.
  int run();
  // SQLITE_ROW, SQLITE_DONE or an error; after the latter two the statement may be used again.
  int next();

  // The present row, from its first column on. Blobs live until the next call of next().
  template <typename... Values>
  void read(Values&... values) const {
    int column = -1;
    (read_one(++column, values), ...);
  }
  // Of the present row; columns count from 0. Views live until the next call of next().
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  std::int64_t integer(int column) const;
  std::optional<std::int64_t> optional_integer(int column) const;
  double number(int column) const;

 private:
  void bind_one(int index, std::string_view text);
  void bind_one(int index, Blob blob);
  void bind_one(int index, std::int64_t value);
  void bind_one(int index, double value);
  void bind_one(int index, const std::optional<std::int64_t>& value);
  void bind_one(int index, bool value) { bind_one(index, std::int64_t{value}); }
  void read_one(int column, std::string& value) const { value = text(column); }
  void read_one(int column, Blob& value) const { value.bytes = blob(column); }
  void read_one(int column, std::int64_t& value) const { value = integer(column); }
  void read_one(int column, double& value) const { value = number(column); }
  void read_one(int column, bool& value) const { value = integer(column) != 0; }
  void read_one(int column, std::optional<std::int64_t>& value) const {
    value = optional_integer(column);
  }

  sqlite3_stmt* statement_ = nullptr;
  int prepare_code_;
};

}  // namespace coney::sqlite
