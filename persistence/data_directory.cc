#include "persistence/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "persistence/system_error.h"

namespace coney {
namespace {

namespace fs = std::filesystem;

constexpr int kFormatVersion = 2;
constexpr std::string_view kFormatWord = "coney-data ";

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  bool ok() const { return number_ >= 0; }
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

// Like mkdir -p, but only the owner may look in: password hashes and messages are in there.
StorageResult<void> create_owner_only(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return {};
  if (path.has_parent_path() && path.parent_path() != path) {
    if (auto parent = create_owner_only(path.parent_path()); !parent) return parent;
  }
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  int error = errno;
  if (error == EEXIST && fs::is_directory(path, ignored)) return {};
  return system_error(error == EEXIST ? ENOTDIR : error, "cannot create data directory", path);
}

std::optional<std::string> read_small_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string content(256, '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(in.gcount()));
  return content;
}

std::string holder(const fs::path& lock_path) {
  std::string content = read_small_file(lock_path).value_or("");
  int pid = 0;
  auto [end, error] = std::from_chars(content.data(), content.data() + content.size(), pid);
  return error == std::errc{} && pid > 0 ? "process " + std::to_string(pid) : "another process";
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

StorageResult<int> take_lock(const fs::path& directory) {
  fs::path path = directory / "lock";
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.ok()) return system_error(errno, "cannot open", path);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error(errno, "cannot lock", path);
    return StorageError{StorageErrorCode::kLocked,
                        "data directory " + directory.string() + " is in use by " + holder(path)};
  }
  std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file.get(), 0) != 0 || !write_all(file.get(), pid)) {
    return system_error(errno, "cannot write", path);
  }
  return file.release();
}

bool sync_directory(const fs::path& path) {
  Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory.ok() && ::fsync(directory.get()) == 0;
}

// Complete or not there at all, whenever the machine stops.
StorageResult<void> write_format(const fs::path& directory) {
  fs::path path = directory / "format";
  fs::path draft = directory / "format.new";
  Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  std::string line = std::string(kFormatWord) + std::to_string(kFormatVersion) + "\n";
  bool written = file.ok() && write_all(file.get(), line) && ::fsync(file.get()) == 0 &&
                 ::rename(draft.c_str(), path.c_str()) == 0 && sync_directory(directory);
  if (!written) return system_error(errno, "cannot write", path);
  return {};
}

std::optional<int> parse_format(std::string_view line) {
  if (!line.starts_with(kFormatWord) || !line.ends_with('\n')) return std::nullopt;
  line.remove_prefix(kFormatWord.size());
  line.remove_suffix(1);
  int version = 0;
  auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), version);
  if (error != std::errc{} || end != line.data() + line.size() || version < 1) return std::nullopt;
  return version;
}

// None: the directory is new.
StorageResult<std::optional<int>> read_format(const fs::path& directory) {
  fs::path path = directory / "format";
  std::error_code error;
  if (!fs::exists(path, error) && !error) return std::optional<int>();
  auto content = read_small_file(path);
  if (error || !content) {
    return StorageError{StorageErrorCode::kCannotOpen, "cannot read " + path.string()};
  }
  auto version = parse_format(*content);
  if (!version) {
    return StorageError{StorageErrorCode::kCorrupt,
                        path.string() + " does not hold the format of a data directory"};
  }
  if (*version > kFormatVersion) {
    return StorageError{StorageErrorCode::kNewerVersion,
                        "data directory " + directory.string() + " has format " +
                            std::to_string(*version) + ", this program knows formats up to " +
                            std::to_string(kFormatVersion) + ": run the newer program"};
  }
  return version;
}

StorageResult<void> create_folders(const DataDirectoryPaths& paths) {
  for (const fs::path& folder :
       {paths.wal_path(), paths.segments_path(), paths.spill_path(), paths.quarantine_path()}) {
    if (auto created = create_owner_only(folder); !created) return created;
  }
  if (!sync_directory(paths.path())) return system_error(errno, "cannot sync", paths.path());
  return {};
}

// `format` is written last: a directory that says it has the present version is complete.
StorageResult<void> bring_up_to_date(const DataDirectoryPaths& paths) {
  auto version = read_format(paths.path());
  if (!version) return version.error();
  if (auto created = create_folders(paths); !created) return created;
  if (*version == kFormatVersion) return {};
  return write_format(paths.path());
}

StorageResult<fs::path> absolute_path(const fs::path& path) {
  if (path.empty()) {
    return StorageError{StorageErrorCode::kCannotOpen, "the data directory has no name"};
  }
  std::error_code error;
  fs::path absolute = fs::absolute(path, error).lexically_normal();
  if (error) return system_error(error.value(), "cannot find data directory", path);
  if (!absolute.has_filename()) absolute = absolute.parent_path();
  return absolute;
}

}  // namespace

StorageResult<DataDirectory> DataDirectory::open(const fs::path& path) {
  auto absolute = absolute_path(path);
  if (!absolute) return absolute.error();
  if (auto created = create_owner_only(*absolute); !created) return created.error();
  auto lock = take_lock(*absolute);
  if (!lock) return lock.error();
  DataDirectory directory(std::move(*absolute), *lock);
  if (auto done = bring_up_to_date(directory); !done) return done.error();
  return directory;
}

StorageResult<void> DataDirectory::clear() {
  const std::string definitions = definitions_path().string();
  for (const fs::path& path : {wal_path(), segments_path(), spill_path(), deliveries_path(),
                               fs::path(definitions + "-wal"), fs::path(definitions + "-shm"),
                               fs::path(definitions + "-journal"), definitions_path()}) {
    std::error_code error;
    fs::remove_all(path, error);
    if (error) return system_error(error.value(), "cannot remove", path);
  }
  return create_folders(*this);
}

StorageResult<DataDirectoryPaths> DataDirectory::inspect(const fs::path& path) {
  auto absolute = absolute_path(path);
  if (!absolute) return absolute.error();
  auto version = read_format(*absolute);
  if (!version) return version.error();
  if (!*version) {
    return StorageError{StorageErrorCode::kCannotOpen,
                        absolute->string() + " is not a data directory of Coney"};
  }
  return DataDirectoryPaths(std::move(*absolute));
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : DataDirectoryPaths(std::move(other)), lock_(std::exchange(other.lock_, -1)) {}

DataDirectory::~DataDirectory() {
  // The file stays: removing it would let two processes lock two different files of this name.
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace coney
