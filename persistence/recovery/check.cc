#include "persistence/recovery/check.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <utility>
#include <vector>

#include "persistence/data_directory.h"
#include "persistence/definitions/definition_store.h"
#include "persistence/deliveries/delivery_map.h"
#include "persistence/recovery/recovery.h"
#include "persistence/segments/segment_scan.h"

namespace coney {
namespace {

namespace fs = std::filesystem;

// Like DataDirectory, but without making anything.
bool is_in_use(const fs::path& directory) {
  int file = ::open((directory / "lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  bool locked = ::flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(file);
  return locked;
}

class Checking {
 public:
  Checking(FileSystem& files, const DataDirectoryPaths& paths) : files_(files), paths_(paths) {}

  StorageResult<CheckReport> run() {
    if (is_in_use(paths_.path())) {
      return StorageError{StorageErrorCode::kLocked,
                          "data directory " + paths_.path().string() + " is in use"};
    }
    auto stored = DefinitionStore::read(paths_.definitions_path());
    if (!stored) return stored.error();
    SegmentScanOptions options;
    options.read_everything = true;
    options.repair = false;
    auto segments = scan_segments(files_, paths_, options);
    if (!segments) return segments.error();
    auto recovery = recover(files_, paths_, stored->queue_ids, nullptr, false);
    if (!recovery) return recovery.error();
    text_ << paths_.path().string() << '\n';
    tell_log(recovery->log);
    tell_segments(segments->report);
    tell_queues(*stored, *recovery);
    if (auto told = tell_marks(); !told) return told.error();
    text_ << (report_.sound ? "No damage was found.\n" : "There is damage.\n");
    report_.text = std::move(text_).str();
    return std::move(report_);
  }

 private:
  void damage(const std::string& what) {
    report_.sound = false;
    text_ << "  damaged: " << what << '\n';
  }

  void tell_log(const LogReport& log) {
    text_ << "log: " << log.files.size() << " files, " << log.records << " records\n";
    for (const LogFileReport& file : log.files) {
      text_ << "  " << log_format::file_name(file.number) << ": " << file.bytes << " bytes, "
            << file.blocks << " blocks, " << file.records << " records\n";
    }
    if (log.torn_bytes != 0) {
      text_ << "  " << log.torn_bytes << " bytes at the end were not written to their end\n";
    }
    if (log.open_transactions != 0) {
      text_ << "  " << log.open_transactions << " transactions were not committed\n";
    }
    for (const std::string& problem : log.problems) damage(problem);
  }

  void tell_segments(const SegmentScanReport& segments) {
    text_ << "segments: " << segments.files << " files, " << segments.chunks << " chunks, "
          << segments.messages << " messages, " << segments.bytes << " bytes\n";
    if (segments.torn_bytes != 0) {
      text_ << "  " << segments.torn_bytes << " bytes were not written to their end\n";
    }
    if (segments.damaged_chunks != 0 || segments.damaged_bytes != 0) {
      damage(std::to_string(segments.damaged_chunks) + " chunks, " +
             std::to_string(segments.damaged_bytes) + " bytes, at least " +
             std::to_string(segments.damaged_messages) + " messages");
    }
    for (const StorageError& error : segments.errors) {
      // A file that cannot be read; what is corrupt was counted, if it had been written to its end.
      if (error.code != StorageErrorCode::kCorrupt) report_.sound = false;
      text_ << "  " << error.message << '\n';
    }
  }

  void tell_queues(const StoredDefinitions& stored, const Recovery& recovery) {
    const auto& queues = stored.definitions.queues;
    std::uint64_t messages = 0;
    for (const auto& [id, queue] : recovery.queues) messages += queue.count();
    text_ << "queues: " << queues.size() << " durable, " << messages << " messages\n";
    for (std::size_t i = 0; i < queues.size(); ++i) {
      auto found = recovery.queues.find(stored.queue_ids[i]);
      if (found == recovery.queues.end()) continue;
      const RecoveredQueue& queue = found->second;
      text_ << "  vhost '" << queues[i].vhost << "', queue '" << queues[i].name
            << "': " << queue.count() << " messages, " << queue.messages.size()
            << " of them in the log only\n";
    }
    if (recovery.unknown_queues != 0) {
      text_ << "  " << recovery.unknown_queues
            << " deleted queues have left something behind, which a start removes\n";
    }
  }

  StorageResult<void> tell_marks() {
    auto marks = DeliveryMap::inspect(paths_.deliveries_path());
    if (!marks) return marks.error();
    text_ << "deliveries.map: how far " << marks->queues << " queues have delivered\n";
    if (marks->damaged_header) damage("it is no such map: messages may come as redelivered");
    if (marks->damaged != 0) {
      damage(std::to_string(marks->damaged) +
             " queues' marks: all their messages will come as redelivered");
    }
    return {};
  }

  FileSystem& files_;
  const DataDirectoryPaths& paths_;
  CheckReport report_;
  std::ostringstream text_;
};

}  // namespace

StorageResult<CheckReport> check_data_directory(FileSystem& files, const fs::path& directory) {
  auto paths = DataDirectory::inspect(directory);
  if (!paths) return paths.error();
  return Checking(files, *paths).run();
}

}  // namespace coney
