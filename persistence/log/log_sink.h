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
  // of this process, but not a power loss. Said only when one of them was submitted with
  // LogWish::kWritten; synced() says as much.
  virtual void written(LogSequence up_to) = 0;
  // All batches of this shard up to this one are on disk, but those that had failed before.
  virtual void synced(LogSequence up_to) = 0;
  // The disk failed or is full: no batch after the last that synced() named is on disk, and none up
  // to this one will ever be, whatever written() had said. Batches that follow may fail as well,
  // until recovered(). Log::moved() that was said since the last synced() counts as not said.
  virtual void failed(LogSequence up_to, const StorageError& error) = 0;
  // What is submitted from now on is written again. What had failed does not come back after a
  // restart unless it is said again: what was labelled `up_to` or older may be missing in the log,
  // also when this shard has heard of no failure (a body that it names may have been another's).
  // To be moved as retire() asks for once a newer epoch than `up_to` was seen, which will come,
  // with a new queue_state of every queue.
  virtual void recovered(LogEpoch up_to) = 0;

  // A new epoch began. Answer with Log::seen_epoch() after everything that was labelled with an
  // older epoch, or depends on a body submitted under one, was submitted or sent to the shard that
  // will submit it.
  virtual void epoch(LogEpoch now) = 0;
  // The log wants to give files back. Answer with Log::moved(up_to) as soon as
  // - every message whose label is up_to or older is settled, in a synced segment, or logged again
  //   (with a newer label); messages of open transactions count, too;
  // - every queue of which a settle, returned or queue_state about positions in segments was logged
  //   under such a label has got a new queue_state, and again `returned` where the chunks know
  //   less.
  // What was submitted for that need not be synced: the log waits for that itself. May come again,
  // also with a newer epoch, before it is answered: one answer to the newest will do. A shard may
  // call Log::moved() unasked, too, but only of epochs before the last that it has seen.
  virtual void retire(LogEpoch up_to) = 0;
};

}  // namespace coney
