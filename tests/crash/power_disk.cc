#include "tests/crash/power_disk.h"

#include <chrono>
#include <fstream>
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

void PowerDisk::power_off(std::uint64_t seed) {
  disk_.stop();
  if (!loss_) loss_ = seed;
}

void PowerDisk::power_on() {
  if (const auto seed = std::exchange(loss_, std::nullopt)) disk_.drop_unsynced(*seed);
}

void PowerDisk::copy(const fs::path& directory, const fs::path& to) {
  power_on();
  const auto names = disk_.list(directory);
  for (const std::string& name : names.value()) {
    std::ofstream(to / name, std::ios::binary) << disk_.content(directory / name);
  }
}

StorageResult<void> PowerDisk::admit(DiskOperation operation, const fs::path&) {
  if (operation == DiskOperation::kSync || operation == DiskOperation::kSyncNames) take_time();
  return {};
}

}  // namespace coney::crash
