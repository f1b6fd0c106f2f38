#pragma once
// What is in one segment file: by its directory when it was closed, else chunk by chunk.

#include <cstdint>
#include <vector>

#include "persistence/file/file.h"
#include "persistence/segments/segment_file.h"
#include "persistence/segments/segment_format.h"
#include "persistence/storage_error.h"

namespace coney {

// Bytes that are not a whole chunk.
struct SegmentFault {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool was_synced = false;     // damage; otherwise the trace of a write that was never finished
  std::uint32_t messages = 0;  // that were in it, as far as a header tells
};

struct SegmentContents {
  SegmentDirectory chunks;
  std::uint64_t end = SegmentHeader::kBytes;  // of the last chunk
  std::uint64_t size = 0;                     // of the file
  bool closed = false;                        // has a valid directory
  std::uint64_t synced = 0;                   // of one that is not closed: as its chunks say
  bool unreadable = false;                    // the disk refused parts of it; they count as faults
  std::vector<SegmentFault> faults;
};

// Errors: kNewerVersion, and what File returns for size().
StorageResult<SegmentContents> read_segment(File& file, SegmentNumber number, bool read_everything);

// The chunks of a file that is not being written.
StorageResult<SegmentDirectory> read_directory(FileSystem& files, const SegmentFile& segment);

}  // namespace coney
