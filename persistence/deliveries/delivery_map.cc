#include "persistence/deliveries/delivery_map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "persistence/file/crc32c.h"
#include "persistence/system_error.h"

namespace coney {
namespace {

namespace fs = std::filesystem;

// The header: magic, version, checksum of both; zeros up to the first slot.
constexpr std::string_view kMagic = "CONEYDLV";
constexpr std::uint32_t kVersion = 1;
struct Header {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t crc;
};
static_assert(sizeof(Header) == 16);

std::uint32_t header_crc(const Header& header) {
  return crc32c({reinterpret_cast<const char*>(&header), offsetof(Header, crc)});
}

void store(std::uint64_t& word, std::uint64_t value) {
  std::atomic_ref(word).store(value, std::memory_order_release);
}

struct Descriptor {
  const int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

enum class Kind : std::uint8_t { kMap, kEmpty, kSomethingElse };

StorageResult<Kind> kind_of(int file, const fs::path& path) {
  Header header{};
  const ssize_t read = ::pread(file, &header, sizeof header, 0);
  if (read < 0) return system_error(errno, "cannot read", path);
  const auto* bytes = reinterpret_cast<const char*>(&header);
  if (std::all_of(bytes, bytes + sizeof header, [](char byte) { return byte == 0; })) {
    return Kind::kEmpty;
  }
  if (std::string_view(header.magic.data(), header.magic.size()) != kMagic) {
    return Kind::kSomethingElse;
  }
  if (header.crc != header_crc(header)) return Kind::kSomethingElse;
  if (header.version <= kVersion) return Kind::kMap;
  return StorageError{
      StorageErrorCode::kNewerVersion,
      path.string() + " has format " + std::to_string(header.version) + ": run the newer program"};
}

}  // namespace

// --- opening -------------------------------------------------------------------------------------

StorageResult<std::unique_ptr<DeliveryMap>> DeliveryMap::open(const fs::path& path,
                                                              const fs::path& quarantine) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return system_error(errno, "cannot open", path);
  std::unique_ptr<DeliveryMap> map(new DeliveryMap(path, file));
  const auto ours = map->check_header();
  if (!ours) return ours.error();
  if (*ours) {
    if (auto loaded = map->load(); !loaded) return loaded.error();
    return map;
  }
  std::error_code error;
  fs::create_directories(quarantine, error);
  if (!error) fs::rename(path, quarantine / path.filename(), error);
  if (error) return system_error(error.value(), "cannot put into quarantine", path);
  auto fresh = open(path, quarantine);
  if (fresh) (*fresh)->report_.damaged_header = true;
  return fresh;
}

// False when the file is something else.
StorageResult<bool> DeliveryMap::check_header() {
  const auto kind = kind_of(file_, path_);
  if (!kind) return kind.error();
  if (*kind == Kind::kEmpty) {
    if (auto written = write_header(); !written) return written.error();
  }
  return *kind != Kind::kSomethingElse;
}

StorageResult<void> DeliveryMap::write_header() {
  std::array<char, kHeaderBytes> page{};
  Header header{};
  kMagic.copy(header.magic.data(), header.magic.size());
  header.version = kVersion;
  header.crc = header_crc(header);
  std::memcpy(page.data(), &header, sizeof header);
  const ssize_t written = ::pwrite(file_, page.data(), page.size(), 0);
  if (written != static_cast<ssize_t>(page.size())) {
    return system_error(written < 0 ? errno : ENOSPC, "cannot write", path_);
  }
  if (::fsync(file_) != 0) return system_error(errno, "cannot sync", path_);
  return {};
}

StorageResult<void> DeliveryMap::load() {
  struct stat status {};
  if (::fstat(file_, &status) != 0) return system_error(errno, "cannot read", path_);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  while (kHeaderBytes + pieces_.size() * kPieceBytes < size) {
    if (auto mapped = map_piece(); !mapped) return mapped;
    load_piece(pieces_.back());
  }
  report_.queues = slots_.size();
  return {};
}

void DeliveryMap::load_piece(Slot* piece) {
  for (std::uint64_t i = kPieceSlots; i-- > 0;) take(piece[i]);
}

void DeliveryMap::take(Slot& slot) {
  if (slot.queue == 0) return free_.push_back(&slot);
  const StoredQueueId queue{slot.queue};
  if (!decode_mark(queue, slot.word)) {
    ++report_.damaged;
    clear(slot);
    return free_.push_back(&slot);
  }
  const auto [known, added] = slots_.try_emplace(queue, &slot);
  if (added) return;
  ++report_.damaged;  // two of one queue: the higher mark errs on the safe side
  if (known->second->word < slot.word) std::swap(known->second->word, slot.word);
  clear(slot);
  free_.push_back(&slot);
}

StorageResult<DeliveryMap::Report> DeliveryMap::inspect(const fs::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0 && errno == ENOENT) return Report{};
  if (file.number < 0) return system_error(errno, "cannot open", path);
  const auto kind = kind_of(file.number, path);
  if (!kind) return kind.error();
  Report report;
  report.damaged_header = *kind == Kind::kSomethingElse;
  if (*kind != Kind::kMap) return report;
  std::unordered_set<std::uint64_t> queues;
  std::array<Slot, 256> slots;
  for (off_t at = kHeaderBytes;;) {
    const ssize_t read = ::pread(file.number, slots.data(), sizeof slots, at);
    if (read < 0) return system_error(errno, "cannot read", path);
    const std::size_t count = static_cast<std::size_t>(read) / sizeof(Slot);
    if (count == 0) break;
    at += static_cast<off_t>(count * sizeof(Slot));
    for (const Slot& slot : std::span(slots).first(count)) {
      if (slot.queue == 0) continue;
      const bool good = decode_mark(StoredQueueId{slot.queue}, slot.word).has_value();
      if (!good || !queues.insert(slot.queue).second) ++report.damaged;
    }
  }
  report.queues = queues.size();
  return report;
}

// --- slots ---------------------------------------------------------------------------------------

// The space is taken before it is mapped: a store into a page that the disk has no room for would
// end the program.
StorageResult<void> DeliveryMap::map_piece() {
  const auto offset = static_cast<off_t>(kHeaderBytes + pieces_.size() * kPieceBytes);
  if (int error = ::posix_fallocate(file_, offset, kPieceBytes); error != 0) {
    return system_error(error, "cannot extend", path_);
  }
  void* piece = ::mmap(nullptr, kPieceBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
                       file_, offset);
  if (piece == MAP_FAILED) return system_error(errno, "cannot map", path_);
  ::mlock(piece, kPieceBytes);  // as good as it gets: a page read again may be one that fails
  pieces_.push_back(static_cast<Slot*>(piece));
  return {};
}

// Whenever it is interrupted, the slot is either free or whole.
void DeliveryMap::clear(Slot& slot) {
  store(slot.queue, 0);
  store(slot.word, 0);
}

std::optional<QueuePosition> DeliveryMap::find(StoredQueueId queue) const {
  std::lock_guard lock(mutex_);
  const auto found = slots_.find(queue);
  if (found == slots_.end()) return std::nullopt;
  return decode_mark(queue, std::atomic_ref(found->second->word).load(std::memory_order_relaxed));
}

StorageResult<DeliverySlot> DeliveryMap::slot(StoredQueueId queue) {
  std::lock_guard lock(mutex_);
  if (const auto found = slots_.find(queue); found != slots_.end()) {
    return DeliverySlot(queue, &found->second->word);
  }
  if (free_.empty()) {
    if (auto mapped = map_piece(); !mapped) return mapped.error();
    for (std::uint64_t i = kPieceSlots; i-- > 0;) free_.push_back(&pieces_.back()[i]);
  }
  Slot* slot = free_.back();
  free_.pop_back();
  store(slot->word, encode_mark(queue, 0));
  store(slot->queue, static_cast<std::uint64_t>(queue));
  slots_.emplace(queue, slot);
  return DeliverySlot(queue, &slot->word);
}

void DeliveryMap::release(StoredQueueId queue) {
  std::lock_guard lock(mutex_);
  const auto found = slots_.find(queue);
  if (found == slots_.end()) return;
  clear(*found->second);
  free_.push_back(found->second);
  slots_.erase(found);
}

std::vector<StoredQueueId> DeliveryMap::queues() const {
  std::lock_guard lock(mutex_);
  std::vector<StoredQueueId> queues;
  for (const auto& [queue, slot] : slots_) queues.push_back(queue);
  return queues;
}

void DeliveryMap::keep_only(std::span<const StoredQueueId> queues) {
  const std::unordered_set<StoredQueueId> kept(queues.begin(), queues.end());
  std::lock_guard lock(mutex_);
  std::erase_if(slots_, [&](const auto& entry) {
    if (kept.contains(stored_queue(entry.first))) return false;
    clear(*entry.second);
    free_.push_back(entry.second);
    return true;
  });
}

StorageResult<void> DeliveryMap::sync() {
  if (::fsync(file_) != 0) return system_error(errno, "cannot sync", path_);
  return {};
}

DeliveryMap::~DeliveryMap() {
  for (Slot* piece : pieces_) ::munmap(piece, kPieceBytes);
  ::close(file_);
}

}  // namespace coney
