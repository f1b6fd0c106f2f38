#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

#include "persistence/file/file.h"
#include "persistence/file/io_figures.h"
#include "persistence/system_error.h"

namespace coney {
namespace {

namespace fs = std::filesystem;

class Counter {
 public:
  void add(std::uint64_t bytes, std::chrono::steady_clock::duration took) {
    count_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
    nanoseconds_.fetch_add(static_cast<std::uint64_t>(std::chrono::nanoseconds(took).count()),
                           std::memory_order_relaxed);
  }
  IoFigure read() const {
    return {count_.load(std::memory_order_relaxed), bytes_.load(std::memory_order_relaxed),
            nanoseconds_.load(std::memory_order_relaxed) / 1000};
  }

 private:
  std::atomic<std::uint64_t> count_{0}, bytes_{0}, nanoseconds_{0};
};
Counter reads, writes, syncs;

// Counts what is done as long as it lives.
class Counted {
 public:
  explicit Counted(Counter& counter) : counter_(counter) {}
  ~Counted() { counter_.add(bytes, std::chrono::steady_clock::now() - begun_); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  std::uint64_t bytes = 0;

 private:
  Counter& counter_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

// The part of a gathered write that is still to do.
class Gather {
 public:
  explicit Gather(std::span<const std::string_view> pieces) : left_(pieces) { skip_empty(); }

  bool done() const { return left_.empty(); }

  std::span<iovec> next() {
    std::size_t count = std::min(left_.size(), vectors_.size());
    for (std::size_t i = 0; i < count; ++i) {
      vectors_[i] = {const_cast<char*>(left_[i].data()), left_[i].size()};
    }
    vectors_[0] = {const_cast<char*>(left_[0].data()) + taken_, left_[0].size() - taken_};
    return {vectors_.data(), count};
  }

  void advance(std::size_t written) {
    taken_ += written;
    while (!left_.empty() && taken_ >= left_[0].size()) {
      taken_ -= left_[0].size();
      left_ = left_.subspan(1);
    }
    skip_empty();
  }

 private:
  void skip_empty() {
    while (!left_.empty() && left_[0].empty()) left_ = left_.subspan(1);
  }

  std::span<const std::string_view> left_;
  std::size_t taken_ = 0;  // of the first piece
  std::array<iovec, IOV_MAX> vectors_;
};

class PosixFile : public File {
 public:
  PosixFile(int descriptor, fs::path path) : descriptor_(descriptor), path_(std::move(path)) {}
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;
  ~PosixFile() override { ::close(descriptor_); }

  StorageResult<void> write_at(std::uint64_t offset,
                               std::span<const std::string_view> pieces) override {
    Counted counted(writes);
    Gather gather(pieces);
    while (!gather.done()) {
      auto vectors = gather.next();
      ssize_t written = ::pwritev(descriptor_, vectors.data(), static_cast<int>(vectors.size()),
                                  static_cast<off_t>(offset));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return system_error(errno, "cannot write", path_);
      if (written == 0) return system_error(ENOSPC, "cannot write", path_);
      offset += static_cast<std::uint64_t>(written);
      counted.bytes += static_cast<std::uint64_t>(written);
      gather.advance(static_cast<std::size_t>(written));
    }
    return {};
  }

  StorageResult<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    Counted counted(reads);
    std::size_t done = 0;
    while (done < into.size()) {
      ssize_t got = ::pread(descriptor_, into.data() + done, into.size() - done,
                            static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error(errno, "cannot read", path_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
      counted.bytes = done;
    }
    return done;
  }

  StorageResult<void> sync() override {
    const Counted counted(syncs);
    if (::fdatasync(descriptor_) != 0) return system_error(errno, "cannot sync", path_);
    return {};
  }

  StorageResult<void> write_out(std::uint64_t offset, std::uint64_t bytes) override {
    constexpr unsigned kAndWait =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    const int done = ::sync_file_range(descriptor_, static_cast<off_t>(offset),
                                       static_cast<off_t>(bytes), kAndWait);
    if (done != 0 && (errno == EIO || errno == ENOSPC)) {
      return system_error(errno, "cannot write out", path_);
    }
    return {};  // or this file system has no such thing
  }

  StorageResult<void> allocate(std::uint64_t bytes) override {
    if (int error = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(bytes)); error != 0) {
      return system_error(error, "cannot allocate space for", path_);
    }
    return {};
  }

  StorageResult<void> truncate(std::uint64_t size) override {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
      return system_error(errno, "cannot truncate", path_);
    }
    return {};
  }

  StorageResult<std::uint64_t> size() override {
    struct stat status;
    if (::fstat(descriptor_, &status) != 0) return system_error(errno, "cannot look at", path_);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  int descriptor_;
  fs::path path_;
};

class PosixFileSystem : public FileSystem {
 public:
  StorageResult<std::unique_ptr<File>> open(const fs::path& path, OpenMode mode) override {
    int flags = mode == OpenMode::kRead ? O_RDONLY : O_RDWR;
    if (mode == OpenMode::kCreate) flags |= O_CREAT;
    int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (descriptor < 0) return system_error(errno, "cannot open", path);
    return std::unique_ptr<File>(std::make_unique<PosixFile>(descriptor, path));
  }

  StorageResult<std::vector<std::string>> list(const fs::path& directory) override {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator at(directory, error), end; !error && at != end;
         at.increment(error)) {
      std::error_code ignored;
      if (at->is_regular_file(ignored)) names.push_back(at->path().filename().string());
    }
    if (error && error != std::errc::no_such_file_or_directory) {
      return system_error(error.value(), "cannot list", directory);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  StorageResult<void> make_directory(const fs::path& path) override {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
      return system_error(errno, "cannot create", path);
    }
    return {};
  }

  StorageResult<void> rename(const fs::path& from, const fs::path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_error(errno, "cannot rename", from);
    return {};
  }

  StorageResult<void> remove(const fs::path& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
      return system_error(errno, "cannot remove", path);
    }
    return {};
  }

  StorageResult<void> sync_directory(const fs::path& directory) override {
    int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return system_error(errno, "cannot open", directory);
    int error = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    if (error != 0) return system_error(error, "cannot sync", directory);
    return {};
  }

  StorageResult<std::uint64_t> free_bytes(const fs::path& directory) override {
    struct statvfs status;
    if (::statvfs(directory.c_str(), &status) != 0) {
      return system_error(errno, "cannot look at", directory);
    }
    return std::uint64_t{status.f_bavail} * status.f_frsize;
  }
};

}  // namespace

IoFigures io_figures() {
  return {reads.read(), writes.read(), syncs.read()};
}

FileSystem& real_file_system() {
  static PosixFileSystem system;
  return system;
}

}  // namespace coney
