#include "tests/crash/power_disk.h"

#include <chrono>
#include <fstream>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

namespace coney::crash {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kSlowestSync = 3000;  // microseconds

void take_time() {
  thread_local std::minstd_rand random(std::random_device{}());
  std::this_thread::sleep_for(std::chrono::microseconds(random() % kSlowestSync));
}

}  // namespace

template <typename Operation>
auto PowerDisk::operate(Operation operation) -> decltype(operation()) {
  const std::shared_lock lock(mutex_);
  if (!on_) return StorageError{StorageErrorCode::kIo, "the power is off"};
  return operation();
}

class PowerFile final : public File {
 public:
  PowerFile(PowerDisk& disk, std::unique_ptr<File> file) : disk_(disk), file_(std::move(file)) {}

  using File::write_at;
  StorageResult<void> write_at(std::uint64_t offset,
                               std::span<const std::string_view> pieces) override {
    return disk_.operate([&] { return file_->write_at(offset, pieces); });
  }
  StorageResult<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    return disk_.operate([&] { return file_->read_at(offset, into); });
  }
  StorageResult<void> sync() override {
    take_time();
    return disk_.operate([&] { return file_->sync(); });
  }
  StorageResult<void> allocate(std::uint64_t bytes) override {
    return disk_.operate([&] { return file_->allocate(bytes); });
  }
  StorageResult<void> truncate(std::uint64_t size) override {
    return disk_.operate([&] { return file_->truncate(size); });
  }
  StorageResult<std::uint64_t> size() override {
    return disk_.operate([&] { return file_->size(); });
  }

 private:
  PowerDisk& disk_;
  std::unique_ptr<File> file_;
};

void PowerDisk::power_off(std::uint64_t seed) {
  const std::unique_lock lock(mutex_);
  if (std::exchange(on_, false)) disk_.drop_unsynced(seed);
}

void PowerDisk::power_on() {
  const std::unique_lock lock(mutex_);
  on_ = true;
}

void PowerDisk::copy(const fs::path& directory, const fs::path& to) {
  const auto names = disk_.list(directory);
  for (const std::string& name : names.value()) {
    std::ofstream(to / name, std::ios::binary) << disk_.content(directory / name);
  }
}

StorageResult<std::unique_ptr<File>> PowerDisk::open(const fs::path& path, OpenMode mode) {
  return operate([&]() -> StorageResult<std::unique_ptr<File>> {
    auto file = disk_.open(path, mode);
    if (!file) return file;
    return std::unique_ptr<File>(std::make_unique<PowerFile>(*this, std::move(*file)));
  });
}

StorageResult<std::vector<std::string>> PowerDisk::list(const fs::path& directory) {
  return operate([&] { return disk_.list(directory); });
}
StorageResult<void> PowerDisk::make_directory(const fs::path& path) {
  return operate([&] { return disk_.make_directory(path); });
}
StorageResult<void> PowerDisk::rename(const fs::path& from, const fs::path& to) {
  return operate([&] { return disk_.rename(from, to); });
}
StorageResult<void> PowerDisk::remove(const fs::path& path) {
  return operate([&] { return disk_.remove(path); });
}
StorageResult<void> PowerDisk::sync_directory(const fs::path& directory) {
  take_time();
  return operate([&] { return disk_.sync_directory(directory); });
}
StorageResult<std::uint64_t> PowerDisk::free_bytes(const fs::path& directory) {
  return operate([&] { return disk_.free_bytes(directory); });
}

}  // namespace coney::crash
