#include "persistence/segments/segment_reader.h"

#include <utility>

#include "persistence/segments/quarantine.h"

namespace coney {
namespace {

StorageError in_file(const ChunkRef& ref, StorageError error) {
  error.message = ref.file->path().string() + " at " + std::to_string(ref.offset) + ": " +
                  std::move(error.message);
  return error;
}

}  // namespace

SegmentReader::SegmentReader(FileSystem& files, DataDirectoryPaths paths,
                             const UnsyncedChunks& unsynced, CompactionSink& trouble)
    : files_(files),
      paths_(std::move(paths)),
      unsynced_(unsynced),
      trouble_(trouble),
      thread_([this] { run(); }) {}

SegmentReader::~SegmentReader() {
  mailbox_.stop();
  thread_.join();
}

void SegmentReader::read(ReadRequest request) {
  mailbox_.post([&](ReaderWork& work) { work.reads.push_back(std::move(request)); });
}

void SegmentReader::run() {
  for (bool stopping = false; !stopping;) {
    auto taken = mailbox_.take(std::nullopt);
    stopping = taken.stopping;
    for (const ReadRequest& one : taken.work.reads) {
      one.sink->chunk_read(one.cookie, read(one.ref));
    }
  }
}

StorageResult<std::shared_ptr<const Chunk>> SegmentReader::read(const ChunkRef& ref) {
  if (ref.file->stream() == SegmentStream::kDurable) {
    if (auto chunk = unsynced_.find(ref)) return chunk;
  }
  auto bytes = read_bytes(ref);
  if (!bytes) return bytes.error();
  auto chunk = Chunk::parse(std::move(*bytes));
  if (chunk) return std::make_shared<const Chunk>(std::move(*chunk));
  auto again = read_bytes(ref);
  if (again) quarantine(ref, again->view());
  return in_file(ref, chunk.error());
}

// Fewer than the chunk's when the file ends early. Opened each time: that is cheap beside the read,
// and a file that is kept open takes space after its removal.
StorageResult<ByteBuffer> SegmentReader::read_bytes(const ChunkRef& ref) {
  auto file = files_.open(ref.file->path(), OpenMode::kRead);
  if (!file) return file.error();
  ByteBuffer bytes(ref.length);
  const auto read = (*file)->read_at(ref.offset, bytes.span());
  if (!read) return read.error();
  bytes.resize(*read);
  return bytes;
}

void SegmentReader::quarantine(const ChunkRef& ref, std::string_view bytes) {
  auto saved = quarantine_segment_bytes(files_, paths_, ref.file->number(), ref.offset, bytes);
  if (!saved) trouble_.trouble(saved.error());
}

}  // namespace coney
