#pragma once
// The Log that there is: takes what the shards have submitted since the last time, writes it, syncs
// it, tells them, on one thread.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "persistence/log/log.h"
#include "persistence/log/log_file_preparer.h"
#include "persistence/log/log_retention.h"
#include "persistence/log/log_writer.h"

namespace coney {

class LogCommitter : public Log {
 public:
  // See Log::open().
  LogCommitter(FileSystem& files, LogOptions options, const LogHistory& history,
               std::vector<LogSink*> sinks);
  ~LogCommitter() override;
  // Begins the first file and the thread.
  StorageResult<void> start();

  LogSequence submit(LogShard shard, LogBatch&& batch, LogWish wish) override;
  void seen_epoch(LogShard shard, LogEpoch epoch) override;
  void moved(LogShard shard, LogEpoch up_to) override;
  std::uint64_t pending_bytes() const override { return pending_bytes_; }
  LogStatus status() const override;
  StorageResult<void> close() override;

 private:
  using Clock = std::chrono::steady_clock;
  using Sequence = std::uint64_t;

  struct Submission {
    LogShard shard{};
    Sequence sequence = 0;
    LogBatch batch;
    LogWish wish = LogWish::kNothing;
  };
  struct Answer {
    LogShard shard{};
    LogEpoch epoch{};
    bool moved = false;     // else seen
    Sequence sequence = 0;  // of the last batch submitted before
  };
  struct Work {
    std::vector<Submission> batches;
    std::vector<Answer> answers;
    bool last = false;
  };
  // The thread's view of a shard.
  struct Progress {
    Sequence written = 0;  // the last batch that was written, or failed
    Sequence synced = 0;   // the last batch that is on disk, or failed
    bool tell_written = false;
    std::optional<Answer> moved;  // waits for a sync
  };

  void wake(std::unique_lock<std::mutex>& lock);

  // --- the thread ---
  void run();
  void wait_for(Work& work);  // until there is some, or something is to do at this time
  std::optional<Clock::time_point> deadline() const;
  void commit(std::vector<Submission>& batches);
  StorageResult<void> write(std::vector<Submission>& batches);
  StorageResult<void> sync();
  void do_what_is_due();
  void fail(StorageError error, const std::vector<Submission>& batches);
  void try_again();
  void tell_written();
  void tell_synced();
  void hear(const Answer& answer);
  bool lost_a_part(const LogBatch& batch);
  void note_transactions(const LogBatch& batch, LogFileNumber first_file);
  void break_transactions(const LogBatch& batch);
  void look_after_files();
  void finish();
  void publish_status();

  const LogOptions options_;
  const std::vector<LogSink*> sinks_;

  // --- shared ---
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::vector<Submission> batches_;
  std::vector<Answer> answers_;
  std::vector<Sequence> submitted_;  // per shard
  bool sleeping_ = false;
  bool stop_ = false;
  std::atomic<std::uint64_t> pending_bytes_{0};
  LogStatus status_;

  // --- the thread's own ---
  LogFilePreparer preparer_;
  LogWriter writer_;
  LogRetention retention_;
  LogPosition told_synced_;  // the sinks were told
  std::vector<Progress> progress_;
  std::optional<StorageError> failure_;
  std::set<TxId> broken_;            // transactions that were open when the log failed
  std::set<LogFileNumber> suspect_;  // files that the disk had trouble with
  std::optional<Clock::time_point> lazy_sync_at_, mark_at_, retry_at_;
  LogStatus counts_;
  std::thread thread_;
};

}  // namespace coney
