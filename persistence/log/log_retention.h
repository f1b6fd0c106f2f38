#pragma once
// Which closed files of the log may go: plain bookkeeping without I/O, owned by the log's thread.
//
// What is in a file that was closed in epoch e has labels up to e, but a body in it may belong to
// enqueues that another shard logs later, with a label of e + 1 at most: epoch e + 2 only begins
// when every shard has seen e + 1 and so has sent its old bodies' enqueues on their way. Hence the
// file may go when all shards have seen e + 2 and moved everything up to label e + 1. What recovery
// found has label 0, and nothing new depends on it. Files go oldest first, so that no settle goes
// before what it settles, and not while an open transaction has parts in them.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "persistence/log/log_format.h"
#include "persistence/log/log_sink.h"
#include "persistence/stored_ids.h"

namespace coney {

class LogRetention {
 public:
  // More than `closed_files` closed files are too many.
  LogRetention(std::size_t shards, std::size_t closed_files);

  // A file that was there before the log was opened. REQUIRES: before any closed(), ascending.
  void restored(LogFileNumber file) { files_.push_back({file, Label{1}, Label{1}}); }
  // A file is full, or given up with something in it that counts.
  void closed(LogFileNumber file);

  void seen(LogShard shard, LogEpoch epoch);
  // Only counts when the shard has seen the epoch that began after the last failed().
  void moved(LogShard shard, LogEpoch up_to);
  // Something that was logged is lost. What shards say to have moved may be among it until they
  // have heard of that, which is when they have seen a new epoch; then all are asked again. As a
  // lost body may have enqueues with a label of the next epoch, it takes two.
  void failed();
  // What was lost, and what depends on it, has labels up to this one.
  LogEpoch doubtful() const { return LogEpoch{trusted_ - 1}; }

  void transaction_has_part(TxId id, LogFileNumber file) { open_.try_emplace(id, file); }
  void transaction_ended(TxId id) { open_.erase(id); }

  // What to do next; each counts as done when it was returned.
  std::optional<LogEpoch> next_epoch();      // begin it
  std::optional<LogEpoch> next_retire();     // ask the shards to move what is labelled up to it
  std::optional<LogFileNumber> next_file();  // give it back

  std::vector<TxId> open_transactions() const;
  std::size_t closed_files() const { return files_.size(); }
  // What the oldest file waits for when there are too many.
  std::vector<LogShard> waiting_for() const;
  bool held_by_transaction() const;

 private:
  using Label = std::uint64_t;
  struct ClosedFile {
    LogFileNumber number{};
    Label needs_seen = 0;     // by all shards
    Label needs_unmoved = 0;  // no shard may have anything labelled below this
  };
  struct Shard {
    Label seen = 1;
    Label unmoved = 0;  // everything below this is moved
  };

  bool too_many() const { return files_.size() > closed_files_; }
  bool transaction_holds(LogFileNumber file) const;

  std::size_t closed_files_;
  std::vector<Shard> shards_;
  std::deque<ClosedFile> files_;
  std::map<TxId, LogFileNumber> open_;  // transaction -> the first file with a part of it
  Label trusted_ = 1;                   // what shards say that have not seen this does not count
  Label epoch_ = 1;                     // the newest that was begun
  Label asked_ = 0;                     // needs_unmoved that was asked for
};

}  // namespace coney
