#pragma once
// What the tests of the log share: records as text, files of the log without a second thread, and a
// sink that can be waited for.

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "persistence/log/log.h"
#include "persistence/log/log_files.h"
#include "persistence/log/log_reader.h"
#include "persistence/log/log_writer.h"
#include "tests/support/fault_file_system.h"

namespace coney {

inline const std::filesystem::path kLogDirectory = "/data/wal";
inline const std::filesystem::path kQuarantine = "/data/quarantine";
inline constexpr std::uint64_t kSmallFile = 64 * 1024;

inline LogPayload payload(std::string_view prefix, std::string_view data) {
  return {prefix, data, nullptr};
}

// The records as they come, as text: "publish 1/5 prefix|data", "settle 1/5-7".
class RecordList : public LogVisitor {
 public:
  void publish(StoredQueueId queue, QueuePosition position, const MessageFacts& facts,
               std::string_view prefix, std::string_view data) override {
    add("publish " + at(queue, position) + text(facts) + " " + text(prefix, data));
  }
  void body(BodyId id, std::string_view prefix, std::string_view data) override {
    add("body " + number(id) + " " + text(prefix, data));
  }
  void enqueue(StoredQueueId queue, QueuePosition position, const MessageFacts& facts,
               BodyId id) override {
    add("enqueue " + at(queue, position) + text(facts) + " " + number(id));
  }
  void settle(StoredQueueId queue, PositionRange range) override {
    add("settle " + at(queue, range.first) + "-" + std::to_string(range.last));
  }
  void returned(StoredQueueId queue, PositionRange range, DeliveryCounts counts) override {
    add("returned " + at(queue, range.first) + "-" + std::to_string(range.last) +
        text({.counts = counts}));
  }
  void returned_once(StoredQueueId queue, PositionRange range) override {
    add("returned once " + at(queue, range.first) + "-" + std::to_string(range.last));
  }
  void queue_state(StoredQueueId queue, QueuePosition next,
                   std::span<const PositionRange> live) override {
    std::string line = "state " + at(queue, next);
    for (auto range : live) {
      line += " " + std::to_string(range.first) + "-" + std::to_string(range.last);
    }
    add(line);
  }

  std::vector<std::string> lines;

 private:
  void add(std::string line) { lines.push_back(std::move(line)); }
  static std::string number(auto id) { return std::to_string(static_cast<std::uint64_t>(id)); }
  static std::string at(StoredQueueId queue, QueuePosition position) {
    return number(queue) + "/" + std::to_string(position);
  }
  static std::string text(const MessageFacts& facts) {
    if (facts == MessageFacts{}) return "";
    std::string text = facts.redelivered ? "(redelivered " : "(";
    if (facts.time != 0) text += "at " + std::to_string(facts.time) + " ";
    text += std::to_string(facts.counts.returned);
    if (facts.counts.acquired != 0) text += "/" + std::to_string(facts.counts.acquired);
    return text + ")";
  }
  static std::string text(std::string_view prefix, std::string_view data) {
    if (data.size() > 100)
      return std::string(prefix) + "|" + std::to_string(data.size()) + " bytes";
    return std::string(prefix) + "|" + std::string(data);
  }
};

// New files when they are asked for.
class PlainSource : public LogFileSource {
 public:
  PlainSource(FileSystem& system, const LogHistory& history, std::uint64_t file_bytes = kSmallFile)
      : files_(system, kLogDirectory, file_bytes, history.spare_names), next_(history.next) {}

  StorageResult<NewLogFile> next_file() override {
    auto file = files_.create(next_);
    if (!file) return file.error();
    LogFileNumber number = next_;
    next_ = LogFileNumber{static_cast<std::uint64_t>(number) + 1};
    return NewLogFile{number, std::move(file->file), file->bytes,
                      77 + static_cast<std::uint32_t>(number)};
  }
  LogFiles& files() { return files_; }

 private:
  LogFiles files_;
  LogFileNumber next_;
};

inline StorageResult<void> write_batch(LogWriter& writer, LogBatch& batch) {
  for (LogBlock& block : batch.seal()) {
    if (auto added = writer.add(block); !added) return added.error();
  }
  return writer.flush();
}

struct ReadLog {
  LogReport report;
  std::vector<std::string> lines;
};

inline ReadLog read_back(FileSystem& system, bool quarantine = false) {
  RecordList list;
  auto report =
      read_log(system, kLogDirectory, quarantine ? std::optional(kQuarantine) : std::nullopt, list);
  EXPECT_TRUE(report) << (report ? "" : report.error().message);
  return {report ? *report : LogReport{}, std::move(list.lines)};
}

}  // namespace coney
