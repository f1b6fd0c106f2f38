#pragma once
// What a queue, or a lane of it, has in the log and in segments, as its shard's storage sees it
// when files are to go. Used on the queue's shard.

#include <memory>

#include "broker/storage/storage_space.h"
#include "persistence/log/log_sink.h"
#include "persistence/segments/segment_file.h"

namespace coney {

class DiskTenant {
 public:
  virtual ~DiskTenant() = default;
  // It has messages in the log.
  virtual bool logs() const = 0;

  // ---- out of the log ----
  // Writes to segments what was logged in `up_to` or earlier.
  virtual void move_out(LogEpoch up_to) = 0;
  virtual bool has_moved_out(LogEpoch up_to) = 0;
  // It is on disk there: logs again, in short, what the log has said of messages in segments, or
  // (`whole`) of any.
  virtual void moved_out(LogEpoch up_to, bool whole) = 0;

  // ---- out of a segment file ----
  // Starts to move what lives in a file elsewhere. left() is called when nothing is_leaving() any
  // more and what was written since is synced: then the file is released.
  virtual void leave(const std::shared_ptr<SegmentFile>& file) = 0;
  virtual bool is_leaving(const std::shared_ptr<SegmentFile>& file) const = 0;
  virtual void left(const std::shared_ptr<SegmentFile>& file) = 0;

  // What its chunks take.
  virtual QueueSpace space() const = 0;
};

}  // namespace coney
