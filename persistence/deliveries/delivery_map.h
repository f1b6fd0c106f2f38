#pragma once
// deliveries.map: for every stored queue, how far it has delivered. A file in memory (mmap), so
// that a mark costs one store and survives the end of the process; the operating system writes it
// to the disk when it likes, so that power loss may bring back older marks: then some messages that
// had been delivered come without the redelivered flag. persistence/FORMAT.md has the bytes.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "persistence/deliveries/delivery_mark.h"
#include "persistence/storage_error.h"
#include "persistence/stored_ids.h"

namespace coney {

// A queue's place in the map, to be copied at will. The queue's shard only. Without a place (a
// default-constructed one) marking does nothing. REQUIRES: the map is there, and the queue was not
// released.
class DeliverySlot {
 public:
  DeliverySlot() = default;

  // Everything below `next` may have been seen by a consumer. Never lower it.
  void mark(QueuePosition next) const {
    if (!word_) return;
    std::atomic_ref(*word_).store(encode_mark(queue_, next), std::memory_order_relaxed);
  }
  explicit operator bool() const { return word_ != nullptr; }

 private:
  friend class DeliveryMap;
  DeliverySlot(StoredQueueId queue, std::uint64_t* word) : queue_(queue), word_(word) {}

  StoredQueueId queue_{};
  std::uint64_t* word_ = nullptr;
};

class DeliveryMap {
 public:
  struct Report {
    std::uint64_t queues = 0;
    std::uint64_t damaged = 0;  // slots; their queues have no mark
    bool damaged_header =
        false;  // the file was not a map: it is in quarantine/, and a new one begun
  };

  // Creates the file when there is none. `quarantine` is the directory for one that is damaged.
  // Errors: kCannotOpen, kNewerVersion, kNoSpace, kIo.
  static StorageResult<std::unique_ptr<DeliveryMap>> open(const std::filesystem::path& path,
                                                          const std::filesystem::path& quarantine);
  // What open() would report of the file; changes nothing. No file: nothing. Errors: kCannotOpen,
  // kNewerVersion, kIo.
  static StorageResult<Report> inspect(const std::filesystem::path& path);
  DeliveryMap(const DeliveryMap&) = delete;
  DeliveryMap& operator=(const DeliveryMap&) = delete;
  ~DeliveryMap();

  const Report& report() const { return report_; }

  // Any thread, as are the following. The queue's mark; nullopt when it has none, because it is new
  // or its slot was damaged: if it has messages, any of them may have been delivered.
  std::optional<QueuePosition> find(StoredQueueId queue) const;
  // The queue's slot; a new one is marked 0. Errors: kNoSpace, kIo: the queue then does without.
  // REQUIRES: queue != 0.
  StorageResult<DeliverySlot> slot(StoredQueueId queue);
  // The queue was deleted; another one may get its slot. No matter if it has none.
  void release(StoredQueueId queue);
  // All queues and lanes that have a slot.
  std::vector<StoredQueueId> queues() const;
  // Keeps these and their lanes and releases all others: queues that were deleted and whose release
  // did not reach the disk.
  void keep_only(std::span<const StoredQueueId> queues);
  // Brings the marks to the disk. At a stop; blocks.
  StorageResult<void> sync();

 private:
  struct Slot {
    std::uint64_t queue;
    std::uint64_t word;
  };
  // The file is mapped piece by piece: what has been handed out never moves.
  static constexpr std::uint64_t kHeaderBytes = 4096;
  static constexpr std::uint64_t kPieceBytes = 64 * 1024;
  static constexpr std::uint64_t kPieceSlots = kPieceBytes / sizeof(Slot);

  DeliveryMap(std::filesystem::path path, int file) : path_(std::move(path)), file_(file) {}

  StorageResult<void> load();
  StorageResult<bool> check_header();
  StorageResult<void> write_header();
  StorageResult<void> map_piece();
  void load_piece(Slot* piece);
  void take(Slot& slot);
  static void clear(Slot& slot);

  const std::filesystem::path path_;
  const int file_;
  Report report_;
  mutable std::mutex mutex_;
  std::vector<Slot*> pieces_;
  std::vector<Slot*> free_;
  std::unordered_map<StoredQueueId, Slot*> slots_;
};

}  // namespace coney
