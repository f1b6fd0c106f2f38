#pragma once
// The real disk, whose folders can be made to fail while a broker uses them: also one in a child
// process, which shares the switches.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "tests/support/guarded_file_system.h"

namespace coney::test {

class FailingDisk final : public GuardedFileSystem {
 public:
  enum class Fault : std::uint8_t { kNone, kNoSpace, kIo };

  FailingDisk();
  ~FailingDisk() override;
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

  // ---- any process ----
  // Whatever needs space in the folder of this name ("wal", "segments") fails: writing, making
  // files.
  void fail_writes(std::string_view folder, Fault fault);
  // So many times the sync of a file fails there.
  void fail_syncs(std::string_view folder, std::uint64_t times);
  // How often something was refused.
  std::uint64_t refused() const;
  std::uint64_t failed_syncs() const;

 private:
  struct Folder {
    std::atomic<Fault> writes{Fault::kNone};
    std::atomic<std::uint64_t> syncs{0};  // that are to fail
  };
  struct Switches {
    Folder wal, segments, spill;
    std::atomic<std::uint64_t> refused{0}, failed_syncs{0};
  };

  StorageResult<void> admit(DiskOperation operation, const std::filesystem::path& path) override;
  // Null: nothing fails there.
  Folder* folder(std::string_view name) const;
  Folder* folder_of(const std::filesystem::path& path) const;
  StorageResult<void> refuse_write(Folder* folder) const;
  StorageResult<void> refuse_sync(Folder* folder) const;

  Switches* switches_;  // shared with child processes
};

}  // namespace coney::test
