#pragma once
// What is in segments/ at start. Payloads are not read where a closed file's directory, or the mark
// that later chunks carry, says that they were synced; they are checked when they are read. What
// was not yet known to be synced is read and checked now, so that a chunk that power loss tore is
// not taken for one that is there.

#include <cstdint>
#include <memory>
#include <vector>

#include "persistence/data_directory.h"
#include "persistence/file/file.h"
#include "persistence/segments/segment_file.h"
#include "persistence/segments/segment_store.h"
#include "persistence/storage_error.h"

namespace coney {

struct SegmentScanReport {
  std::uint64_t files = 0;
  std::uint64_t chunks = 0;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;           // of chunks
  std::uint64_t torn_bytes = 0;      // written but never synced, and not whole: cut off
  std::uint64_t damaged_chunks = 0;  // that had been synced; in quarantine/
  std::uint64_t damaged_bytes = 0;
  // Messages in damaged chunks whose header could still be read. The others are not in `chunks`
  // of anything: recovery misses them as holes.
  std::uint64_t damaged_messages = 0;
  std::vector<StorageError> errors;  // one for each fault, naming file and place
};

struct SegmentScan {
  // Files with all their bytes live: release what turns out to be dead. In order of number.
  std::vector<std::shared_ptr<SegmentFile>> files;
  // In order of file and offset. A message may be in two chunks (a crash while it was being moved);
  // both have the same payload.
  std::vector<StoredChunk> chunks;
  SegmentScanReport report;
};

struct SegmentScanOptions {
  unsigned threads = 2;
  bool read_everything = false;  // check every payload
  // Cuts torn tails, saves damaged bytes in quarantine/ and writes a directory to files that lack
  // one. Without it nothing is changed.
  bool repair = true;
};

// Before the store is opened. Files that cannot be read at all are in report.errors and stay where
// they are. With repair, all chunks that are given are on the disk: a file that was still open when
// its process ended may have failed to sync. Errors: segments/ cannot be listed, kIo.
StorageResult<SegmentScan> scan_segments(FileSystem& files, const DataDirectoryPaths& paths,
                                         SegmentScanOptions options = {});

}  // namespace coney
