#pragma once
// What the node takes of the machine, and its history: what /api/nodes shows. Used by the
// management's thread.

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>

#include "broker/server/resource_status.h"
#include "mgmt-ui/api/stats/history.h"
#include "persistence/file/io_figures.h"

namespace coney::management {

// As it is at one time; counts are those since the start.
struct NodeSample {
  ResourceStatus resources;
  std::uint64_t fd_used = 0, fd_total = 0;
  std::uint64_t sockets_used = 0;
  std::uint64_t threads = 0;
  std::uint64_t context_switches = 0;
  IoFigures io;                 // of the log and the segments
  std::uint64_t run_queue = 0;  // threads that could run, of the machine
};

// What the operating system tells of this process; the rest is for the caller to fill in.
NodeSample probe_process();

class NodeStats {
 public:
  // What is kept of a sample, under RabbitMQ's names.
  enum Column : std::size_t {
    kMemUsed,
    kFdUsed,
    kSocketsUsed,
    kProcUsed,
    kDiskFree,
    kContextSwitches,
    kIoReadCount,
    kIoReadBytes,
    kIoWriteCount,
    kIoWriteBytes,
    kIoSyncCount,
    kNamed,
    // Microseconds.
    kIoReadTime = kNamed,
    kIoWriteTime,
    kIoSyncTime,
    kMeasured,
  };
  static constexpr std::array<std::string_view, kNamed> kNames{
      "mem_used",       "fd_used",          "sockets_used",  "proc_used",
      "disk_free",      "context_switches", "io_read_count", "io_read_bytes",
      "io_write_count", "io_write_bytes",   "io_sync_count"};

  explicit NodeStats(HistoryBudget& budget) : history_(kGlobalPlan, kMeasured, budget) {}

  void record(Second now, const NodeSample& sample);
  void forget_history() { history_.forget_past(); }
  const NodeSample& last() const { return last_; }
  std::uint64_t value(Column column) const { return values_[column]; }
  const History& history() const { return history_; }

 private:
  NodeSample last_;
  std::array<std::uint64_t, kMeasured> values_{};
  History history_;
};

}  // namespace coney::management
