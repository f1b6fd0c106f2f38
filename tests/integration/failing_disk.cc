#include "tests/integration/failing_disk.h"

#include <sys/mman.h>

#include <new>
#include <stdexcept>
#include <utility>

namespace coney::test {

namespace fs = std::filesystem;

class FailingFile final : public File {
 public:
  FailingFile(std::unique_ptr<File> real, const FailingDisk& disk, FailingDisk::Folder* folder)
      : real_(std::move(real)), disk_(disk), folder_(folder) {}

  using File::write_at;
  StorageResult<void> write_at(std::uint64_t offset,
                               std::span<const std::string_view> pieces) override {
    if (auto refused = disk_.refuse_write(folder_); !refused) return refused;
    return real_->write_at(offset, pieces);
  }
  StorageResult<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    return real_->read_at(offset, into);
  }
  StorageResult<void> sync() override {
    if (auto refused = disk_.refuse_sync(folder_); !refused) return refused;
    return real_->sync();
  }
  StorageResult<void> allocate(std::uint64_t bytes) override {
    if (auto refused = disk_.refuse_write(folder_); !refused) return refused;
    return real_->allocate(bytes);
  }
  StorageResult<void> truncate(std::uint64_t size) override { return real_->truncate(size); }
  StorageResult<std::uint64_t> size() override { return real_->size(); }

 private:
  std::unique_ptr<File> real_;
  const FailingDisk& disk_;
  FailingDisk::Folder* const folder_;
};

FailingDisk::FailingDisk() {
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

StorageResult<std::unique_ptr<File>> FailingDisk::open(const fs::path& path, OpenMode mode) {
  Folder* const in = folder_of(path);
  if (mode == OpenMode::kCreate && !fs::exists(path)) {
    if (auto refused = refuse_write(in); !refused) return refused.error();
  }
  auto file = real_.open(path, mode);
  if (!file) return file;
  return std::unique_ptr<File>(std::make_unique<FailingFile>(std::move(*file), *this, in));
}

StorageResult<std::vector<std::string>> FailingDisk::list(const fs::path& directory) {
  return real_.list(directory);
}
StorageResult<void> FailingDisk::make_directory(const fs::path& path) {
  return real_.make_directory(path);
}
StorageResult<void> FailingDisk::rename(const fs::path& from, const fs::path& to) {
  return real_.rename(from, to);
}
StorageResult<void> FailingDisk::remove(const fs::path& path) {
  return real_.remove(path);
}
StorageResult<void> FailingDisk::sync_directory(const fs::path& directory) {
  return real_.sync_directory(directory);
}
StorageResult<std::uint64_t> FailingDisk::free_bytes(const fs::path& directory) {
  return real_.free_bytes(directory);
}

}  // namespace coney::test
