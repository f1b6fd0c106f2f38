#include "persistence/log/log_files.h"

#include <algorithm>
#include <utility>

namespace coney {
namespace {

constexpr std::uint64_t kPiece = 64 * 1024;

// Written zeros and not only reserved space: a sync of a page that was never written has to change
// the file system's books, too, and takes half as long again.
StorageResult<void> fill(File& file, std::uint64_t bytes, const LogFiles::Rest& rest) {
  if (auto reserved = file.allocate(bytes); !reserved) return reserved;
  const std::string zeros(std::min(bytes, kPiece), '\0');
  for (std::uint64_t offset = 0; offset < bytes; offset += zeros.size()) {
    rest();
    const std::string_view piece = std::string_view(zeros).substr(0, bytes - offset);
    if (auto written = file.write_at(offset, piece); !written) return written;
    if (auto done = file.write_out(offset, piece.size()); !done) return done;
  }
  return file.sync();
}

}  // namespace

LogFiles::LogFiles(FileSystem& system, std::filesystem::path directory, std::uint64_t file_bytes,
                   std::vector<std::string> spare_names)
    : system_(system),
      directory_(std::move(directory)),
      file_bytes_(file_bytes),
      spares_(std::move(spare_names)) {}

StorageResult<LogFiles::Created> LogFiles::create(LogFileNumber number, std::uint64_t new_bytes,
                                                  const Rest& rest) {
  std::string name = log_format::file_name(number);
  while (!spares_.empty()) {
    std::string spare = std::move(spares_.back());
    spares_.pop_back();
    if (auto file = create_from_spare(spare, name)) return Created{std::move(*file), file_bytes_};
    (void)system_.remove(path(spare));  // whatever is wrong with it
  }
  auto file = create_new(name, new_bytes, rest);
  if (file) return Created{std::move(*file), new_bytes};
  (void)system_.remove(path(name));  // a part of it would only take space
  return file.error();
}

StorageResult<std::unique_ptr<File>> LogFiles::create_from_spare(const std::string& spare,
                                                                 const std::string& name) {
  auto file = system_.open(path(spare), OpenMode::kReadWrite);
  if (!file) return file;
  auto size = (*file)->size();
  if (!size) return size.error();
  if (*size < file_bytes_) return StorageError{StorageErrorCode::kNoSpace, "the file is too small"};
  if (*size > file_bytes_) {  // it had a block that was larger
    if (auto cut = (*file)->truncate(file_bytes_); !cut) return cut.error();
  }
  if (auto renamed = system_.rename(path(spare), path(name)); !renamed) return renamed.error();
  if (auto synced = system_.sync_directory(directory_); !synced) return synced.error();
  return file;
}

StorageResult<std::unique_ptr<File>> LogFiles::create_new(const std::string& name,
                                                          std::uint64_t bytes, const Rest& rest) {
  auto file = system_.open(path(name), OpenMode::kCreate);
  if (!file) return file;
  if (auto filled = fill(**file, bytes, rest); !filled) return filled.error();
  if (auto synced = system_.sync_directory(directory_); !synced) return synced.error();
  return file;
}

StorageResult<void> LogFiles::retire(LogFileNumber number) {
  if (spares_.size() >= kMostSpares) return discard(number);
  std::string spare = log_format::spare_name(number);
  auto renamed = system_.rename(path(log_format::file_name(number)), path(spare));
  if (!renamed) return renamed;
  spares_.push_back(std::move(spare));
  return system_.sync_directory(directory_);
}

StorageResult<void> LogFiles::discard(LogFileNumber number) {
  auto removed = system_.remove(path(log_format::file_name(number)));
  if (!removed) return removed;
  return system_.sync_directory(directory_);
}

}  // namespace coney
