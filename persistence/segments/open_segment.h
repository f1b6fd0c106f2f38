#pragma once
// The segment file that is being written, or that could not be closed yet. Its writer's thread
// only; no policy: what to do about an error is the SegmentWriter's business.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "persistence/file/file.h"
#include "persistence/segments/segment_file.h"
#include "persistence/segments/segment_format.h"
#include "persistence/storage_error.h"

namespace coney {

class OpenSegment {
 public:
  // A new file with a header. On an error it may be there all the same, without chunks.
  static StorageResult<std::unique_ptr<OpenSegment>> create(FileSystem& files,
                                                            const std::filesystem::path& directory,
                                                            SegmentStream stream,
                                                            SegmentNumber number,
                                                            std::uint32_t salt);

  // Behind the last chunk. On an error none of them is there, and the segment is torn(): bytes
  // behind its end mean nothing. REQUIRES: !torn(); end() < 4 GiB.
  StorageResult<std::vector<ChunkRef>> append(std::span<const Chunk* const> chunks);
  // Everything up to end() is on the disk.
  StorageResult<void> sync();
  // Removes what is behind the end.
  StorageResult<void> cut();
  // Writes the directory. REQUIRES: !torn(), and synced() == end() if that matters: readers take
  // a directory for the proof that the chunks are on the disk.
  StorageResult<void> finish();

  // For those that cannot be finished. The segment is of no use afterwards.
  SegmentDirectory take_directory() { return std::move(directory_); }

  const std::shared_ptr<SegmentFile>& file() const { return file_; }
  std::uint64_t end() const { return end_; }
  std::uint64_t synced() const { return synced_; }
  bool dirty() const { return synced_ < end_ && !directory_.empty(); }
  bool torn() const { return torn_; }
  // That the directory knows the file was synced; the writer keeps track here.
  bool named = false;

 private:
  OpenSegment(std::shared_ptr<SegmentFile> file, std::unique_ptr<File> handle, std::uint32_t salt)
      : file_(std::move(file)), handle_(std::move(handle)), salt_(salt) {}

  std::shared_ptr<SegmentFile> file_;
  std::unique_ptr<File> handle_;
  const std::uint32_t salt_;
  SegmentDirectory directory_;
  std::uint64_t end_ = SegmentHeader::kBytes;
  std::uint64_t synced_ = 0;
  bool torn_ = false;
};

}  // namespace coney
