#include "tests/support/guarded_file_system.h"

#include <utility>

namespace coney {

namespace fs = std::filesystem;

class GuardedFile final : public File {
 public:
  GuardedFile(std::unique_ptr<File> file, GuardedFileSystem& guard, fs::path path)
      : file_(std::move(file)), guard_(guard), path_(std::move(path)) {}

  using File::write_at;
  StorageResult<void> write_at(std::uint64_t offset,
                               std::span<const std::string_view> pieces) override {
    if (auto admitted = admit(DiskOperation::kWrite); !admitted) return admitted;
    return file_->write_at(offset, pieces);
  }
  StorageResult<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    if (auto admitted = admit(DiskOperation::kRead); !admitted) return admitted.error();
    return file_->read_at(offset, into);
  }
  StorageResult<void> sync() override {
    if (auto admitted = admit(DiskOperation::kSync); !admitted) return admitted;
    return file_->sync();
  }
  StorageResult<void> write_out(std::uint64_t offset, std::uint64_t bytes) override {
    if (auto admitted = admit(DiskOperation::kSync); !admitted) return admitted;
    return file_->write_out(offset, bytes);
  }
  StorageResult<void> allocate(std::uint64_t bytes) override {
    if (auto admitted = admit(DiskOperation::kWrite); !admitted) return admitted;
    return file_->allocate(bytes);
  }
  StorageResult<void> truncate(std::uint64_t size) override {
    if (auto admitted = admit(DiskOperation::kResize); !admitted) return admitted;
    return file_->truncate(size);
  }
  StorageResult<std::uint64_t> size() override {
    if (auto admitted = admit(DiskOperation::kRead); !admitted) return admitted.error();
    return file_->size();
  }

 private:
  StorageResult<void> admit(DiskOperation operation) { return guard_.admit(operation, path_); }

  const std::unique_ptr<File> file_;
  GuardedFileSystem& guard_;
  const fs::path path_;
};

StorageResult<std::unique_ptr<File>> GuardedFileSystem::open(const fs::path& path, OpenMode mode) {
  const auto operation =
      mode == OpenMode::kCreate ? DiskOperation::kOpenOrMake : DiskOperation::kOpen;
  if (auto admitted = admit(operation, path); !admitted) return admitted.error();
  auto file = disk_.open(path, mode);
  if (!file) return file;
  return std::unique_ptr<File>(std::make_unique<GuardedFile>(std::move(*file), *this, path));
}

StorageResult<std::vector<std::string>> GuardedFileSystem::list(const fs::path& directory) {
  if (auto admitted = admit(DiskOperation::kList, directory); !admitted) return admitted.error();
  return disk_.list(directory);
}

StorageResult<void> GuardedFileSystem::make_directory(const fs::path& path) {
  if (auto admitted = admit(DiskOperation::kName, path); !admitted) return admitted;
  return disk_.make_directory(path);
}

StorageResult<void> GuardedFileSystem::rename(const fs::path& from, const fs::path& to) {
  if (auto admitted = admit(DiskOperation::kName, from); !admitted) return admitted;
  return disk_.rename(from, to);
}

StorageResult<void> GuardedFileSystem::remove(const fs::path& path) {
  if (auto admitted = admit(DiskOperation::kName, path); !admitted) return admitted;
  return disk_.remove(path);
}

StorageResult<void> GuardedFileSystem::sync_directory(const fs::path& directory) {
  if (auto admitted = admit(DiskOperation::kSyncNames, directory); !admitted) return admitted;
  return disk_.sync_directory(directory);
}

StorageResult<std::uint64_t> GuardedFileSystem::free_bytes(const fs::path& directory) {
  if (auto admitted = admit(DiskOperation::kList, directory); !admitted) return admitted.error();
  return disk_.free_bytes(directory);
}

}  // namespace coney
