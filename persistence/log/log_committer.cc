#include "persistence/log/log_committer.h"

#include <algorithm>
#include <utility>

#include "persistence/file/write_again.h"

namespace coney {

LogCommitter::LogCommitter(FileSystem& files, LogOptions options, const LogHistory& history,
                           std::vector<LogSink*> sinks)
    : options_(std::move(options)),
      sinks_(std::move(sinks)),
      submitted_(sinks_.size()),
      preparer_(LogFiles(files, options_.directory, options_.file_bytes, history.spare_names),
                history.next, options_),
      writer_(preparer_, history.end),
      retention_(sinks_.size(), options_.closed_files),
      progress_(sinks_.size()) {
  for (LogFileNumber file : history.files) retention_.restored(file);
}

LogCommitter::~LogCommitter() {
  (void)close();
}

StorageResult<void> LogCommitter::start() {
  if (auto begun = writer_.begin_file(writer_.synced()); !begun) return begun;
  if (auto synced = writer_.mark(); !synced) return synced;
  if (auto synced = writer_.sync(); !synced) return synced;
  told_synced_ = writer_.synced();
  look_after_files();
  publish_status();
  thread_ = std::thread([this] { run(); });
  return {};
}

// --- any thread ----------------------------------------------------------------------------------

LogSequence LogCommitter::submit(LogShard shard, LogBatch&& batch, LogWish wish) {
  batch.seal();
  pending_bytes_ += batch.bytes();
  std::unique_lock lock(mutex_);
  Sequence sequence = ++submitted_[shard];
  batches_.push_back({shard, sequence, std::move(batch), wish});
  wake(lock);
  return LogSequence{sequence};
}

void LogCommitter::seen_epoch(LogShard shard, LogEpoch epoch) {
  std::unique_lock lock(mutex_);
  answers_.push_back({shard, epoch, false, submitted_[shard]});
  wake(lock);
}

void LogCommitter::moved(LogShard shard, LogEpoch up_to) {
  std::unique_lock lock(mutex_);
  answers_.push_back({shard, up_to, true, submitted_[shard]});
  wake(lock);
}

// A call to the system only when the thread sleeps.
void LogCommitter::wake(std::unique_lock<std::mutex>& lock) {
  bool sleeping = std::exchange(sleeping_, false);
  lock.unlock();
  if (sleeping) work_.notify_one();
}

LogStatus LogCommitter::status() const {
  std::lock_guard lock(mutex_);
  LogStatus status = status_;
  status.pending_bytes = pending_bytes_;
  return status;
}

StorageResult<void> LogCommitter::close() {
  if (thread_.joinable()) {
    std::unique_lock lock(mutex_);
    stop_ = true;
    wake(lock);
    thread_.join();
  }
  if (failure_) return *failure_;
  return {};
}

// --- the thread ----------------------------------------------------------------------------------

void LogCommitter::run() {
  while (true) {
    Work work;
    wait_for(work);
    if (!work.batches.empty()) commit(work.batches);
    for (const Answer& answer : work.answers) hear(answer);
    do_what_is_due();
    look_after_files();
    publish_status();
    if (work.last) return finish();
  }
}

void LogCommitter::wait_for(Work& work) {
  auto until = deadline();
  std::unique_lock lock(mutex_);
  auto something = [&] {
    bool there = stop_ || !batches_.empty() || !answers_.empty();
    sleeping_ = !there;
    return there;
  };
  if (until) {
    work_.wait_until(lock, *until, something);
  } else {
    work_.wait(lock, something);
  }
  sleeping_ = false;
  work.batches.swap(batches_);
  work.answers.swap(answers_);
  work.last = stop_;
}

std::optional<LogCommitter::Clock::time_point> LogCommitter::deadline() const {
  std::optional<Clock::time_point> first;
  for (const auto& at : {lazy_sync_at_, mark_at_, retry_at_}) {
    if (at && (!first || *at < *first)) first = at;
  }
  return first;
}

void LogCommitter::commit(std::vector<Submission>& batches) {
  LogWish wish = LogWish::kNothing;
  std::uint64_t bytes = 0;
  for (const Submission& submission : batches) {
    wish = std::max(wish, submission.wish);
    bytes += submission.batch.bytes();
  }
  counts_.batches += batches.size();
  StorageResult<void> done;
  done = failure_ ? StorageResult<void>(*failure_) : write(batches);
  if (done) tell_written();
  if (done && (wish == LogWish::kSynced || writer_.has_left())) done = sync();
  if (!done) {
    fail(done.error(), batches);
  } else if (writer_.needs_sync() && !lazy_sync_at_) {
    lazy_sync_at_ = Clock::now() + options_.lazy_sync;
  }
  batches.clear();
  pending_bytes_ -= bytes;
}

StorageResult<void> LogCommitter::write(std::vector<Submission>& batches) {
  for (Submission& submission : batches) {
    if (lost_a_part(submission.batch)) {
      return StorageError{StorageErrorCode::kIo, "a part of a transaction could not be logged"};
    }
    LogFileNumber first_file = writer_.file();
    for (LogBlock& block : submission.batch.seal()) {
      if (auto added = writer_.add(block); !added) return added.error();
    }
    note_transactions(submission.batch, first_file);
    Progress& progress = progress_[submission.shard];
    progress.written = submission.sequence;
    progress.tell_written |= submission.wish == LogWish::kWritten;
  }
  ++counts_.commits;
  return writer_.flush();
}

// --- transactions --------------------------------------------------------------------------------

using TxKind = LogBatch::TxMark::Kind;

bool LogCommitter::lost_a_part(const LogBatch& batch) {
  if (broken_.empty()) [[likely]]
    return false;
  const auto& marks = batch.transactions();
  return std::any_of(marks.begin(), marks.end(), [&](const LogBatch::TxMark& mark) {
    return mark.kind == TxKind::kCommit && broken_.contains(mark.id);
  });
}

void LogCommitter::note_transactions(const LogBatch& batch, LogFileNumber first_file) {
  for (const LogBatch::TxMark& mark : batch.transactions()) {
    if (mark.kind == TxKind::kPart) {
      retention_.transaction_has_part(mark.id, first_file);
    } else {
      retention_.transaction_ended(mark.id);
      broken_.erase(mark.id);
    }
  }
}

// None of the batch is in the log: what it ends is ended, what it has parts of must not be
// committed.
void LogCommitter::break_transactions(const LogBatch& batch) {
  for (const LogBatch::TxMark& mark : batch.transactions()) {
    if (mark.kind == TxKind::kPart) {
      broken_.insert(mark.id);
    } else {
      retention_.transaction_ended(mark.id);
      broken_.erase(mark.id);
    }
  }
}

// --- syncing, and what the shards hear -----------------------------------------------------------

StorageResult<void> LogCommitter::sync() {
  lazy_sync_at_.reset();
  if (writer_.needs_sync()) {
    ++counts_.syncs;
    if (auto synced = writer_.sync(); !synced) return synced;
    mark_at_ = Clock::now() + options_.lazy_sync;
  }
  tell_synced();
  return {};
}

void LogCommitter::tell_written() {
  for (LogShard shard = 0; shard < sinks_.size(); ++shard) {
    Progress& progress = progress_[shard];
    if (std::exchange(progress.tell_written, false)) {
      sinks_[shard]->written(LogSequence{progress.written});
    }
  }
}

void LogCommitter::tell_synced() {
  told_synced_ = writer_.synced();
  for (LogShard shard = 0; shard < sinks_.size(); ++shard) {
    Progress& progress = progress_[shard];
    progress.tell_written = false;
    if (progress.synced == progress.written) continue;
    progress.synced = progress.written;
    sinks_[shard]->synced(LogSequence{progress.synced});
    if (progress.moved) hear(*std::exchange(progress.moved, std::nullopt));
  }
}

void LogCommitter::hear(const Answer& answer) {
  if (!answer.moved) return retention_.seen(answer.shard, answer.epoch);
  Progress& progress = progress_[answer.shard];
  if (answer.sequence <= progress.synced) return retention_.moved(answer.shard, answer.epoch);
  progress.moved = answer;
}

void LogCommitter::do_what_is_due() {
  auto due = [now = Clock::now()](const auto& at) { return at && *at <= now; };
  if (failure_) {
    if (due(retry_at_)) try_again();
    return;
  }
  StorageResult<void> done;
  if (due(lazy_sync_at_)) {
    done = sync();
  } else if (due(mark_at_)) {
    mark_at_.reset();
    if (writer_.needs_mark()) done = writer_.mark();
  }
  if (!done) fail(done.error(), {});
}

// --- failure -------------------------------------------------------------------------------------

void LogCommitter::fail(StorageError error, const std::vector<Submission>& batches) {
  bool first = !failure_;
  counts_.failing = true;
  counts_.error = error.message;
  lazy_sync_at_.reset();
  mark_at_.reset();
  std::vector<Submission> too_late;
  std::vector<Sequence> up_to;
  {
    std::lock_guard lock(mutex_);
    too_late.swap(batches_);
    up_to = submitted_;
  }
  for (TxId id : retention_.open_transactions()) broken_.insert(id);
  for (const Submission& submission : batches) break_transactions(submission.batch);
  for (const Submission& submission : too_late) {
    break_transactions(submission.batch);
    pending_bytes_ -= submission.batch.bytes();
  }
  retention_.failed();
  for (LogShard shard = 0; shard < sinks_.size(); ++shard) {
    Progress& progress = progress_[shard];
    progress.moved.reset();
    progress.tell_written = false;
    if (progress.synced == up_to[shard]) continue;
    progress.synced = progress.written = up_to[shard];
    sinks_[shard]->failed(LogSequence{up_to[shard]}, error);
  }
  failure_ = std::move(error);
  if (first) try_again();
}

void LogCommitter::try_again() {
  auto begun = writer_.begin_file(told_synced_);
  if (begun) begun = writer_.mark();
  if (begun) begun = writer_.sync();
  if (!begun) {
    failure_ = begun.error();
    counts_.error = begun.error().message;
    retry_at_ = Clock::now() + options_.retry;
    return;
  }
  told_synced_ = writer_.synced();
  failure_.reset();
  retry_at_.reset();
  counts_.failing = false;
  for (LogSink* sink : sinks_) sink->recovered(retention_.doubtful());
}

void LogCommitter::look_after_files() {
  for (const LogWriter::LeftFile& file : writer_.take_left()) {
    if (file.failed) suspect_.insert(file.number);
    if (file.counts) {
      retention_.closed(file.number);
    } else {
      preparer_.discard(file.number);
    }
  }
  if (writer_.nearly_full()) preparer_.prepare();
  while (auto epoch = retention_.next_epoch()) {
    for (LogSink* sink : sinks_) sink->epoch(*epoch);
  }
  while (auto up_to = retention_.next_retire()) {
    for (LogSink* sink : sinks_) sink->retire(*up_to);
  }
  while (auto file = retention_.next_file()) {
    suspect_.erase(*file) != 0 ? preparer_.discard(*file) : preparer_.retire(*file);
  }
}

void LogCommitter::finish() {
  if (failure_) return;
  auto done = writer_.needs_sync() ? sync() : StorageResult<void>();
  if (done) done = writer_.mark();
  if (done) done = writer_.sync();
  if (done) return;
  StorageError error = done.error();
  failure_ = error;  // so that nothing is tried again
  fail(error, {});
  publish_status();
}

void LogCommitter::publish_status() {
  counts_.file = writer_.file();
  counts_.files = retention_.closed_files() + 1;
  counts_.bytes = counts_.files * options_.file_bytes;
  counts_.written_bytes = writer_.written_bytes();
  counts_.waiting_for = retention_.waiting_for();
  counts_.held_by_transaction = retention_.held_by_transaction();
  std::lock_guard lock(mutex_);
  status_ = counts_;
}

StorageResult<std::unique_ptr<Log>> Log::open(FileSystem& files, LogOptions options,
                                              const LogHistory& history,
                                              std::vector<LogSink*> sinks) {
  if (auto made = files.make_directory(options.directory); !made) return made.error();
  if (!history.files.empty()) {  // the last one may have ended with its process
    auto file = files.open(options.directory / log_format::file_name(history.files.back()),
                           OpenMode::kReadWrite);
    if (!file) return file.error();
    const auto kept = write_again(**file, history.synced, history.end.offset);
    if (!kept) return kept.error();
  }
  auto log = std::make_unique<LogCommitter>(files, std::move(options), history, std::move(sinks));
  if (auto started = log->start(); !started) return started.error();
  return std::unique_ptr<Log>(std::move(log));
}

}  // namespace coney
