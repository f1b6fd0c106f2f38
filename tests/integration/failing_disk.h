#pragma once
// The real disk, whose folders can be made to fail while a broker uses them: also one in a child
// process, which shares the switches.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "persistence/file/file.h"

namespace coney::test {

class FailingDisk final : public FileSystem {
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
  friend class FailingFile;
  struct Folder {
    std::atomic<Fault> writes{Fault::kNone};
    std::atomic<std::uint64_t> syncs{0};  // that are to fail
  };
  struct Switches {
    Folder wal, segments, spill;
    std::atomic<std::uint64_t> refused{0}, failed_syncs{0};
  };

  // Null: nothing fails there.
  Folder* folder(std::string_view name) const;
  Folder* folder_of(const std::filesystem::path& path) const;
  StorageResult<void> refuse_write(Folder* folder) const;
  StorageResult<void> refuse_sync(Folder* folder) const;

  FileSystem& real_ = real_file_system();
  Switches* switches_;  // shared with child processes
};

}  // namespace coney::test
