#pragma once
// What a shard hears from the log. Called on the log's thread, never at the same time as another
// call: implementations pass it on (a mailbox) and return at once; they must not call the log.

#include <cstdint>

#include "persistence/storage_error.h"

namespace coney {

// Counts a shard's batches, from 1, in the order of submission.
enum class LogSequence : std::uint64_t {};

// A stretch of time in the life of the log; grows. A shard remembers for each message that is only
// in the log the newest epoch that it had been told of (seen) when it submitted the message: the
// entry's label. Epochs of a new log start at 1; what recovery found in the log has label 0.
enum class LogEpoch : std::uint64_t {};

class LogSink {
 public:
  virtual ~LogSink() = default;

  // All batches of this shard up to this one are with the operating system: they survive the end
  // of this process, but not a power loss. Also said before synced().
  virtual void written(LogSequence up_to) = 0;
  // All batches of this shard up to this one are on disk, but those that had failed before.
  virtual void synced(LogSequence up_to) = 0;
  // The disk failed or is full: no batch after the last that synced() named is on disk, and none up
  // to this one will ever be, whatever written() had said. All batches that follow fail too
  // until recovered(). What they held does not come back after a restart.
  virtual void failed(LogSequence up_to, const StorageError& error) = 0;
  // What is submitted from now on is written again.
  virtual void recovered() = 0;

  // A new epoch began. Answer with Log::seen_epoch() after everything that was labelled with an
  // older epoch, or depends on a body submitted under one, was submitted or sent to the shard that
  // will submit it.
  virtual void epoch(LogEpoch now) = 0;
  // The log wants to give files back: answer with Log::moved(up_to) as soon as every message whose
  // label is up_to or older is settled, in a synced segment, or logged again (under a newer label).
  // May come again with a newer epoch before that is answered: then only the newer one needs an
  // answer. A shard may call Log::moved() unasked, too.
  virtual void retire(LogEpoch up_to) = 0;
};

}  // namespace coney
