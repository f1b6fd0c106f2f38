#include "persistence/segments/segment_store.h"

#include <algorithm>
#include <random>
#include <utility>

#include "persistence/segments/segment_reader.h"
#include "persistence/segments/segment_scan.h"
#include "persistence/segments/segment_writer.h"

namespace coney {
namespace {

// Behind every file that is there, whether the scan could read it or not.
StorageResult<SegmentNumber> next_number(FileSystem& files,
                                         const std::filesystem::path& directory) {
  auto names = files.list(directory);
  if (!names) return names.error();
  std::uint64_t highest = 0;
  for (const std::string& name : *names) {
    if (auto number = parse_segment_name(name)) {
      highest = std::max(highest, static_cast<std::uint64_t>(*number));
    }
  }
  return SegmentNumber{highest + 1};
}

StorageResult<void> remove_segments(FileSystem& files, const std::filesystem::path& directory) {
  auto names = files.list(directory);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (!parse_segment_name(name)) continue;
    if (auto removed = files.remove(directory / name); !removed) return removed;
  }
  return {};
}

}  // namespace

class SegmentStore::State {
 public:
  State(FileSystem& files, const DataDirectoryPaths& paths, SegmentNumber next,
        const SegmentScan& found, CompactionSink& compaction, SegmentOptions options)
      : durable({files, paths.segments_path(), SegmentStream::kDurable, next, random_salt(),
                 options, compaction},
                found.files),
        spill({files, paths.spill_path(), SegmentStream::kSpill, SegmentNumber{1}, random_salt(),
               options, compaction},
              {}),
        reader(files, paths, durable.unsynced(), compaction) {}

  SegmentWriter& writer(SegmentStream stream) {
    return stream == SegmentStream::kDurable ? durable : spill;
  }

  SegmentWriter durable;
  SegmentWriter spill;
  SegmentReader reader;  // ends first: it looks into what the writer keeps

 private:
  static std::uint32_t random_salt() { return std::random_device()(); }
};

StorageResult<std::unique_ptr<SegmentStore>> SegmentStore::open(FileSystem& files,
                                                                const DataDirectoryPaths& paths,
                                                                const SegmentScan& found,
                                                                CompactionSink& compaction,
                                                                SegmentOptions options) {
  for (const auto& directory : {paths.segments_path(), paths.spill_path()}) {
    if (auto made = files.make_directory(directory); !made) return made.error();
  }
  for (const auto& directory : {paths.path(), paths.segments_path()}) {
    if (auto synced = files.sync_directory(directory); !synced) return synced.error();
  }
  if (auto removed = remove_segments(files, paths.spill_path()); !removed) {
    return removed.error();
  }
  auto next = next_number(files, paths.segments_path());
  if (!next) return next.error();
  return std::unique_ptr<SegmentStore>(
      new SegmentStore(std::make_unique<State>(files, paths, *next, found, compaction, options)));
}

SegmentStore::SegmentStore(std::unique_ptr<State> state) : state_(std::move(state)) {}

SegmentStore::~SegmentStore() = default;

void SegmentStore::write(std::shared_ptr<const Chunk> chunk, SegmentSink& sink,
                         SegmentCookie cookie) {
  SegmentWriter& writer = state_->writer(chunk->header().stream);
  writer.write({std::move(chunk), &sink, cookie});
}

void SegmentStore::read(const ChunkRef& ref, SegmentSink& sink, SegmentCookie cookie) {
  state_->reader.read({ref, &sink, cookie});
}

void SegmentStore::sync(SegmentSink& sink, SegmentCookie cookie,
                        std::shared_ptr<SegmentFile> moved_from) {
  state_->durable.mailbox().post([&](WriterWork& work) {
    work.syncs.push_back({&sink, cookie, std::move(moved_from)});
  });
}

void SegmentStore::compaction_ended(const std::shared_ptr<SegmentFile>& file) {
  state_->writer(file->stream()).mailbox().post([&](WriterWork& work) {
    work.ended.push_back(file);
  });
}

std::uint64_t SegmentStore::bytes_in_flight() const {
  return state_->durable.bytes_in_flight() + state_->spill.bytes_in_flight();
}

SpaceView SegmentStore::space() const {
  return {state_->durable.table().space(), state_->spill.table().space(),
          state_->durable.given_up()};
}

}  // namespace coney
