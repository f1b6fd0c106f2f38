#pragma once
// A disk in memory that can do what disks do when they are not well: refuse the n-th operation,
// write half of what it should, fail to sync, forget what was not synced, turn bits around.
// Thread-safe.
//
// What was written and what is safe are kept apart, in pages of 4096 bytes; names in a directory
// are safe after sync_directory(). A sync that fails loses what it should have synced: a later one
// that succeeds does not bring it to the disk, although reads still show it.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "persistence/file/file.h"

namespace coney {

class FaultFileSystem : public FileSystem {
 public:
  FaultFileSystem();
  ~FaultFileSystem() override;

  // --- what goes wrong ---
  enum class Fault : std::uint8_t {
    kIo,          // the disk failed
    kNoSpace,     // it is full
    kShortWrite,  // it is full after a part of what was to be written; nothing else refuses
  };
  // Operations are all calls that touch the disk, reads too; the next one is number operations().
  std::uint64_t operations() const;
  void fail_once(std::uint64_t operation, Fault fault = Fault::kIo);
  // From that one on, until heal().
  void fail_from(std::uint64_t operation, Fault fault = Fault::kIo);
  // Only these refuse, until heal().
  void fail_writes(Fault fault);
  void fail_syncs();
  void heal();
  // From now on every fourth read, write and sync takes some time, up to that; 0: none does.
  void slow_down(std::chrono::microseconds most) { slowest_ = most.count(); }
  std::uint64_t faults() const;  // how often something was refused

  // --- what is forgotten ---
  // Nothing works any more and nothing changes, until one of these two.
  void stop();
  // The power fails: of what was not synced a part is there, chosen by `seed`: any of the pages,
  // and of the names of each directory the first few changes. Seed 0: nothing that was not synced.
  // Open files are no use any more, and everything works again.
  void drop_unsynced(std::uint64_t seed);
  // The process ends and the machine goes on: open files are no use any more.
  void end_process();
  void flip_bit(const std::filesystem::path& path, std::uint64_t bit);

  // --- what can be looked at ---
  // sync() of files with this name waits between these; an empty name means all.
  void hold_syncs(std::string name);
  void release_syncs();
  void wait_for_held_sync();
  std::uint64_t syncs() const;  // that succeeded
  std::string content(const std::filesystem::path& path) const;
  std::uint64_t total_bytes() const;

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
  friend class FaultFile;
  static constexpr std::uint64_t kPage = 4096;

  struct Content {
    std::string written, safe;
    std::set<std::uint64_t> dirty;  // pages

    void write(std::uint64_t offset, std::string_view bytes);
    void make_safe(std::uint64_t page);
    void resize(std::uint64_t size);
  };
  using Names = std::map<std::string, std::shared_ptr<Content>>;
  // A change of one directory: these names now stand for this, or for nothing.
  struct Change {
    std::vector<std::pair<std::string, std::shared_ptr<Content>>> names;
  };
  struct Directory {
    Names now, safe;
    std::vector<Change> unsynced;

    void change(Change change);
  };
  enum class Kind : std::uint8_t { kRead, kWrite, kSync, kName };

  void take_time();  // without mutex_
  // nullopt: go on. REQUIRES: mutex_ is held.
  std::optional<StorageError> refuse(Kind kind, const std::filesystem::path& path);
  bool short_write_now();
  Directory& directory_of(const std::filesystem::path& path);

  mutable std::mutex mutex_;
  std::condition_variable sync_changed_;
  std::map<std::string, Directory> directories_;
  std::uint64_t life_ = 1;  // of the process; files of an earlier one are dead
  std::uint64_t operations_ = 0, faults_ = 0, syncs_ = 0;
  struct Plan {
    std::uint64_t from = 0, to = 0;  // operations
    Fault fault{};
  };
  std::optional<Plan> plan_;
  std::optional<Fault> write_fault_;
  bool stopped_ = false;
  bool sync_fault_ = false;
  std::optional<std::string> hold_syncs_;
  bool holds(const std::filesystem::path& path) const {
    return hold_syncs_ && (hold_syncs_->empty() || path.filename() == *hold_syncs_);
  }
  std::uint64_t held_ = 0;
  std::atomic<std::chrono::microseconds::rep> slowest_{0};
};

}  // namespace coney
