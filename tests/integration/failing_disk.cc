#include "tests/integration/failing_disk.h"

#include <sys/mman.h>

#include <new>
#include <stdexcept>
#include <utility>

namespace coney::test {

namespace fs = std::filesystem;

FailingDisk::FailingDisk() : GuardedFileSystem(real_file_system()) {
  void* memory =
      ::mmap(nullptr, sizeof(Switches), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("mmap");
  switches_ = new (memory) Switches;
}

FailingDisk::~FailingDisk() {
  ::munmap(switches_, sizeof(Switches));
}

FailingDisk::Folder* FailingDisk::folder(std::string_view name) const {
  if (name == "wal") return &switches_->wal;
  if (name == "segments") return &switches_->segments;
  if (name == "spill") return &switches_->spill;
  return nullptr;
}

FailingDisk::Folder* FailingDisk::folder_of(const fs::path& path) const {
  return folder(path.parent_path().filename().string());
}

void FailingDisk::fail_writes(std::string_view name, Fault fault) {
  folder(name)->writes = fault;
}

void FailingDisk::fail_syncs(std::string_view name, std::uint64_t times) {
  folder(name)->syncs = times;
}

std::uint64_t FailingDisk::refused() const {
  return switches_->refused;
}

std::uint64_t FailingDisk::failed_syncs() const {
  return switches_->failed_syncs;
}

StorageResult<void> FailingDisk::refuse_write(Folder* folder) const {
  const Fault fault = folder == nullptr ? Fault::kNone : folder->writes.load();
  if (fault == Fault::kNone) return {};
  ++switches_->refused;
  if (fault == Fault::kNoSpace) return StorageError{StorageErrorCode::kNoSpace, "no space left"};
  return StorageError{StorageErrorCode::kIo, "the disk failed"};
}

StorageResult<void> FailingDisk::refuse_sync(Folder* folder) const {
  if (folder == nullptr) return {};
  for (std::uint64_t left = folder->syncs; left != 0;) {
    if (!folder->syncs.compare_exchange_weak(left, left - 1)) continue;
    ++switches_->failed_syncs;
    return StorageError{StorageErrorCode::kIo, "the disk failed"};
  }
  return {};
}

StorageResult<void> FailingDisk::admit(DiskOperation operation, const fs::path& path) {
  switch (operation) {
    case DiskOperation::kWrite:
      return refuse_write(folder_of(path));
    case DiskOperation::kOpenOrMake:
      if (fs::exists(path)) return {};
      return refuse_write(folder_of(path));
    case DiskOperation::kSync:
      return refuse_sync(folder_of(path));
    default:
      return {};
  }
}

}  // namespace coney::test
