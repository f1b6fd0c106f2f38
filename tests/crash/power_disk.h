#pragma once
// A disk in memory behind a switch. While the power is off nothing works, and what was not synced
// when it went is gone, in parts. Syncs take a while, so that there is something to lose.

#include <atomic>
#include <cstdint>
#include <memory>
#include <shared_mutex>

#include "persistence/file/file.h"
#include "tests/support/fault_file_system.h"

namespace coney::crash {

class PowerDisk final : public FileSystem {
 public:
  // `seed` as for FaultFileSystem::drop_unsynced().
  void power_off(std::uint64_t seed);
  // REQUIRES: nobody uses the files that were open.
  void power_on();
  // The files of a directory, to a real one.
  void copy(const std::filesystem::path& directory, const std::filesystem::path& to);

  StorageResult<std::unique_ptr<File>> open(const std::filesystem::path& path,
                                            OpenMode mode) override;
  StorageResult<std::vector<std::string>> list(const std::filesystem::path& directory) override;
  StorageResult<void> make_directory(const std::filesystem::path& path) override;
  StorageResult<void> rename(const std::filesystem::path& from,
                             const std::filesystem::path& to) override;
  StorageResult<void> remove(const std::filesystem::path& path) override;
  StorageResult<void> sync_directory(const std::filesystem::path& directory) override;
  StorageResult<std::uint64_t> free_bytes(const std::filesystem::path& directory) override;

 private:
  friend class PowerFile;
  template <typename Operation>
  auto operate(Operation operation) -> decltype(operation());

  FaultFileSystem disk_;
  std::shared_mutex mutex_;  // of on_: no operation is half done when the power goes
  bool on_ = true;
};

}  // namespace coney::crash
