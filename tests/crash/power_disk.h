#pragma once
// A disk in memory behind a switch. While the power is off nothing works, and what was not synced
// when it went is gone, in parts. Syncs take a while, so that there is something to lose.

#include <cstdint>
#include <filesystem>
#include <optional>

#include "tests/support/fault_file_system.h"
#include "tests/support/guarded_file_system.h"

namespace coney::crash {

class PowerDisk final : public GuardedFileSystem {
 public:
  PowerDisk() : GuardedFileSystem(disk_) {}

  // `seed` as for FaultFileSystem::drop_unsynced().
  void power_off(std::uint64_t seed);
  // REQUIRES: nobody uses the files that were open.
  void power_on();
  // The files of a directory, to a real one. REQUIRES: as for power_on().
  void copy(const std::filesystem::path& directory, const std::filesystem::path& to);

 private:
  StorageResult<void> admit(DiskOperation operation, const std::filesystem::path& path) override;

  FaultFileSystem disk_;
  std::optional<std::uint64_t> loss_;  // while it is off: the seed
};

}  // namespace coney::crash
