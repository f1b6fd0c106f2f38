#include "persistence/segments/segment_writer.h"

#include <algorithm>
#include <string>

#include "persistence/segments/segment_directory.h"

namespace coney {
namespace {

// One gathered write: large enough that the system call does not count, and few enough pieces for
// it.
constexpr std::uint64_t kGroupBytes = 4 << 20;
constexpr std::size_t kGroupChunks = 256;

}  // namespace

SegmentWriter::SegmentWriter(Context context, std::vector<FilePtr> found)
    : context_(std::move(context)) {
  for (FilePtr& file : found) {
    file->watch(mailbox_);
    table_.add(file);
    changed_.push_back(std::move(file));
  }
  thread_ = std::thread([this] { run(); });
}

SegmentWriter::~SegmentWriter() {
  mailbox_->stop();
  thread_.join();
}

void SegmentWriter::write(WriteRequest request) {
  const std::size_t bytes = request.chunk->bytes().size();
  in_flight_.fetch_add(bytes, std::memory_order_relaxed);
  mailbox_->post([&](WriterWork& work) { work.writes.push_back(std::move(request)); });
}

void SegmentWriter::run() {
  handle({});
  for (bool stopping = false; !stopping;) {
    auto taken = mailbox_->take(retry_at_);
    stopping = taken.stopping;
    handle(std::move(taken.work));
  }
  close();
}

void SegmentWriter::handle(WriterWork work) {
  write_all(work.writes);
  answer(work.syncs);
  for (const FilePtr& file : work.ended) end_offer(file);
  changed_.insert(changed_.end(), work.changed.begin(), work.changed.end());
  retry_what_is_due();
  consider_all();
  offer_some();
}

void SegmentWriter::close() {
  if (active_) leave_active();
  close_segments();
}

// --- writing -------------------------------------------------------------------------------------

void SegmentWriter::write_all(std::span<const WriteRequest> requests) {
  while (!requests.empty()) {
    if (active_ && active_->end() >= context_.options.segment_bytes) leave_active();
    const auto group = requests.first(group_size(requests));
    requests = requests.subspan(group.size());
    answer(group, write_group(group));
    if (durable() && unsynced_.bytes() >= context_.options.sync_bytes) sync_open();
  }
}

// As many as go into the open file in one write.
std::size_t SegmentWriter::group_size(std::span<const WriteRequest> requests) const {
  const std::uint64_t start = active_ ? active_->end() : SegmentHeader::kBytes;
  std::uint64_t bytes = 0;
  std::size_t count = 0;
  while (count < requests.size() && count < kGroupChunks && bytes < kGroupBytes) {
    if (count != 0 && start + bytes >= context_.options.segment_bytes) break;
    bytes += requests[count++].chunk->bytes().size();
  }
  return count;
}

StorageResult<std::vector<ChunkRef>> SegmentWriter::write_group(
    std::span<const WriteRequest> group) {
  if (auto made = make_active(); !made) return made.error();
  if (auto proved = prove_disk(); !proved) return proved.error();
  std::vector<const Chunk*> chunks;
  chunks.reserve(group.size());
  for (const WriteRequest& one : group) chunks.push_back(one.chunk.get());
  auto refs = active_->append(chunks);
  if (!refs) {
    leave_active();
    return refs;
  }
  for (std::size_t i = 0; durable() && i < group.size(); ++i) {
    unsynced_.add((*refs)[i], group[i].chunk);
  }
  return refs;
}

void SegmentWriter::answer(std::span<const WriteRequest> group,
                           StorageResult<std::vector<ChunkRef>> refs) {
  for (std::size_t i = 0; i < group.size(); ++i) {
    const WriteRequest& one = group[i];
    in_flight_.fetch_sub(one.chunk->bytes().size(), std::memory_order_relaxed);
    if (refs) {
      one.sink->chunk_written(one.cookie, std::move((*refs)[i]));
    } else {
      one.sink->chunk_written(one.cookie, refs.error());
    }
  }
}

StorageResult<void> SegmentWriter::make_active() {
  if (active_) return {};
  const SegmentNumber number = context_.next;
  context_.next = SegmentNumber{static_cast<std::uint64_t>(number) + 1};
  auto made = OpenSegment::create(context_.files, context_.directory, context_.stream, number,
                                  context_.salt);
  if (!made) {
    // What is left of it holds no chunk; a start removes it, too.
    context_.files.remove(context_.directory / segment_name(number));
    return made.error();
  }
  active_ = std::move(*made);
  active_->file()->watch(mailbox_);
  table_.add(active_->file());
  return {};
}

// When much could not be synced, nothing more is taken before a sync of the empty file has shown
// that the disk does it again: so memory stays bounded, and what was given up can be moved.
StorageResult<void> SegmentWriter::prove_disk() {
  if (unsynced_.bytes() < context_.options.most_unsynced) return {};
  auto synced = sync_segment(*active_);
  if (!synced) {
    give_up(*active_, synced.error());
    active_.reset();
  }
  return synced;
}

void SegmentWriter::leave_active() {
  closing_.push_back(std::move(active_));
  close_segments();
}

// --- syncing -------------------------------------------------------------------------------------

void SegmentWriter::answer(std::span<const SyncRequest> requests) {
  if (requests.empty()) return;
  sync_open();
  for (const SyncRequest& one : requests) {
    one.sink->segments_synced(one.cookie, everything_synced(one.moved_from));
  }
}

// Of what was given up, nothing is alive.
StorageResult<void> SegmentWriter::everything_synced(const FilePtr& but_for) const {
  for (const auto& [file, directory] : given_up_) {
    if (file == but_for || file->live_bytes() == 0) continue;
    return StorageError{StorageErrorCode::kIo,
                        file->path().string() + " could not be synced and is not yet empty"};
  }
  return {};
}

// Brings to the disk what was written. What fails is given up.
void SegmentWriter::sync_open() {
  if (active_ && durable() && (active_->dirty() || !active_->named)) {
    if (auto synced = sync_segment(*active_); !synced) {
      give_up(*active_, synced.error());
      active_.reset();
    }
  }
  close_segments();
}

StorageResult<void> SegmentWriter::sync_segment(OpenSegment& segment) {
  if (auto synced = segment.sync(); !synced) return synced;
  if (!segment.named) {
    if (auto synced = context_.files.sync_directory(context_.directory); !synced) return synced;
    segment.named = true;
  }
  unsynced_.forget(segment.file()->number());
  return {};
}

void SegmentWriter::close_segments() {
  std::erase_if(closing_, [this](const std::unique_ptr<OpenSegment>& segment) {
    return close_segment(*segment);
  });
  if (!closing_.empty()) postpone();
}

// True when nothing more is to be done with it.
bool SegmentWriter::close_segment(OpenSegment& segment) {
  if (durable() && (segment.dirty() || !segment.named)) {
    if (auto synced = sync_segment(segment); !synced) {
      give_up(segment, synced.error());
      return true;
    }
  }
  // Chunks that were reported as failed must not be found at the next start.
  if (segment.torn() && !segment.cut()) return false;
  if (auto finished = segment.finish(); !finished) context_.compaction.trouble(finished.error());
  changed_.push_back(segment.file());
  return true;
}

void SegmentWriter::give_up(OpenSegment& segment, const StorageError& error) {
  context_.compaction.trouble(error);
  given_up_.emplace(segment.file(), segment.take_directory());
  given_up_count_.store(given_up_.size(), std::memory_order_relaxed);
  changed_.push_back(segment.file());
}

// --- space ---------------------------------------------------------------------------------------

bool SegmentWriter::is_open(const FilePtr& file) const {
  if (active_ && active_->file() == file) return true;
  return std::any_of(closing_.begin(), closing_.end(),
                     [&](const auto& segment) { return segment->file() == file; });
}

void SegmentWriter::consider_all() {
  while (!changed_.empty()) {
    const FilePtr file = std::move(changed_.back());
    changed_.pop_back();
    consider(file);
  }
  finish_removals();
}

void SegmentWriter::consider(const FilePtr& file) {
  if (is_open(file) || !table_.has(file)) return;
  if (file->live_bytes() == 0) {
    remove(file);
  } else if (file->sparse() || given_up_.contains(file)) {
    const bool known = offers_.contains(file) ||
                       std::find(candidates_.begin(), candidates_.end(), file) != candidates_.end();
    if (!known) candidates_.push_back(file);
  }
}

// Not before what was moved out of it is on the disk.
void SegmentWriter::remove(const FilePtr& file) {
  sync_open();
  if (!everything_synced(file)) return try_again(file);
  if (auto removed = context_.files.remove(file->path()); !removed) {
    context_.compaction.trouble(removed.error());
    return try_again(file);
  }
  removed_.insert(file);
}

// One sync of the directory for all.
void SegmentWriter::finish_removals() {
  if (removed_.empty()) return;
  StorageResult<void> synced;
  if (durable()) synced = context_.files.sync_directory(context_.directory);
  if (!synced) context_.compaction.trouble(synced.error());
  for (const FilePtr& file : std::exchange(removed_, {})) {
    if (synced) {
      forget(file);
    } else {
      try_again(file);
    }
  }
}

void SegmentWriter::forget(const FilePtr& file) {
  file->set_gone();
  table_.remove(file);
  unsynced_.forget(file->number());
  given_up_.erase(file);
  given_up_count_.store(given_up_.size(), std::memory_order_relaxed);
}

void SegmentWriter::offer_some() {
  while (offers_.size() < SegmentStore::kMostOffers && !candidates_.empty()) {
    const FilePtr file = candidates_.front();
    candidates_.erase(candidates_.begin());
    if (table_.has(file) && file->live_bytes() != 0) offer(file);
  }
}

void SegmentWriter::offer(const FilePtr& file) {
  const auto directory = directory_of(file);
  if (!directory) {
    context_.compaction.trouble(directory.error());
    return try_again(file);
  }
  std::vector<StoredChunk> chunks;
  chunks.reserve(directory->size());
  for (const DirectoryEntry& entry : *directory) {
    chunks.push_back({entry.queue, entry.positions, entry.count,
                      ChunkRef{file, entry.offset, entry.length}, entry.left_out});
  }
  offers_.insert(file);
  context_.compaction.compact(file, std::move(chunks));
}

StorageResult<SegmentDirectory> SegmentWriter::directory_of(const FilePtr& file) {
  const auto known = given_up_.find(file);
  if (known != given_up_.end()) return known->second;
  return read_directory(context_.files, *file);
}

void SegmentWriter::end_offer(const FilePtr& file) {
  if (offers_.erase(file) != 0) try_again(file);
}

void SegmentWriter::try_again(const FilePtr& file) {
  postponed_.insert(file);
  postpone();
}

void SegmentWriter::postpone() {
  if (!retry_at_) retry_at_ = Clock::now() + context_.options.retry_after;
}

void SegmentWriter::retry_what_is_due() {
  if (!retry_at_ || Clock::now() < *retry_at_) return;
  retry_at_.reset();
  close_segments();
  changed_.insert(changed_.end(), postponed_.begin(), postponed_.end());
  postponed_.clear();
}

}  // namespace coney
