#pragma once
// The thread that reads chunks and checks them.

#include <memory>
#include <thread>
#include <vector>

#include "persistence/data_directory.h"
#include "persistence/file/file.h"
#include "persistence/segments/mailbox.h"
#include "persistence/segments/segment_store.h"
#include "persistence/segments/unsynced_chunks.h"

namespace coney {

struct ReadRequest {
  ChunkRef ref;
  SegmentSink* sink = nullptr;
  SegmentCookie cookie = 0;
};

struct ReaderWork {
  std::vector<ReadRequest> reads;

  bool empty() const { return reads.empty(); }
};

class SegmentReader {
 public:
  // Starts the thread. Chunks that are in `unsynced` are taken from there.
  SegmentReader(FileSystem& files, DataDirectoryPaths paths, const UnsyncedChunks& unsynced,
                CompactionSink& trouble);
  // Answers what was asked and ends the thread.
  ~SegmentReader();

  // Any thread.
  void read(ReadRequest request);

 private:
  void run();
  StorageResult<std::shared_ptr<const Chunk>> read(const ChunkRef& ref);
  StorageResult<ByteBuffer> read_bytes(const ChunkRef& ref);
  void quarantine(const ChunkRef& ref, std::string_view bytes);

  FileSystem& files_;
  const DataDirectoryPaths paths_;
  const UnsyncedChunks& unsynced_;
  CompactionSink& trouble_;
  Mailbox<ReaderWork> mailbox_;
  std::thread thread_;
};

}  // namespace coney
