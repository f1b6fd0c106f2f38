// Random batches, transactions, failures of the disk, crashes and restarts against a list of what
// was promised: what was said to be synced is there after each restart, in order; of the rest, the
// first part and nothing of what was said to have failed; transactions whole or not at all.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "tests/unit/persistence/log/log_fixture.h"

namespace coney {
namespace {

class LogModel {
 public:
  explicit LogModel(std::uint64_t seed) : seed_(seed), random_(seed) { restart(); }

  void step() {
    switch (below(40)) {
      case 0:
        return crash();
      case 1:
        return with_fault([this] { commit(true); });
      case 2:
        return with_fault([this] { commit(false); });
      case 3:
        return retire_first_file();
      case 4:
        if (!writer_->mark()) begin_again();
        return;
      default:
        return commit(below(3) == 0);
    }
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  void restart() {
    // Reading twice gives the same, and a restart that does nothing changes nothing.
    ReadLog read = read_back(disk_);
    ASSERT_TRUE(read.report.problems.empty()) << read.report.problems[0] << ", seed " << seed_;
    check(read.lines);
    source_ = std::make_unique<PlainSource>(disk_, read.report.history);
    writer_ = std::make_unique<LogWriter>(*source_, read.report.history.end);
    for (LogFileNumber file : read.report.history.files) {
      auto opened = disk_.open(kLogDirectory / log_format::file_name(file), OpenMode::kReadWrite);
      ASSERT_TRUE(opened && (*opened)->sync());
    }
    ASSERT_TRUE(writer_->begin_file(read.report.history.end));
    ASSERT_TRUE(writer_->sync());
    told_ = writer_->synced();
    open_.clear();  // their parts are not committed any more: the ids are not used again
  }

  // `lines` has all that is promised, then a first part of what may be there.
  void check(const std::vector<std::string>& lines) {
    std::vector<std::string> expected = promised_;
    std::size_t sure = expected.size();
    expected.insert(expected.end(), possible_.begin(), possible_.end());
    ASSERT_GE(lines.size(), sure) << "seed " << seed_;
    ASSERT_LE(lines.size(), expected.size()) << "seed " << seed_;
    expected.resize(lines.size());
    ASSERT_EQ(lines, expected) << "seed " << seed_;
    promised_ = expected;
    possible_.clear();
  }

  void crash() {
    source_.reset();
    writer_.reset();
    if (below(2) == 0) {
      disk_.end_process();
    } else {
      disk_.drop_unsynced(below(4) == 0 ? 0 : random_());
    }
    restart();
  }

  template <typename Action>
  void with_fault(Action action) {
    constexpr FaultFileSystem::Fault kFaults[] = {FaultFileSystem::Fault::kIo,
                                                  FaultFileSystem::Fault::kNoSpace,
                                                  FaultFileSystem::Fault::kShortWrite};
    disk_.fail_once(disk_.operations() + below(4), kFaults[below(3)]);
    action();
    disk_.heal();
  }

  void commit(bool sync) {
    std::vector<std::string> lines;  // that count when this is read back
    std::vector<LogBatch> batches(1 + below(3));
    for (LogBatch& batch : batches) fill(batch, lines);
    bool done = true;
    for (LogBatch& batch : batches) {
      for (LogBlock& block : batch.seal()) done = done && writer_->add(block).has_value();
    }
    done = done && writer_->flush();
    possible_.insert(possible_.end(), lines.begin(), lines.end());
    if (done && (sync || writer_->has_left())) {  // as the log does when a file was left
      done = writer_->sync().has_value();
      if (done) promise();
    }
    if (!done) begin_again();
    (void)writer_->take_left();
  }

  void promise() {
    promised_.insert(promised_.end(), possible_.begin(), possible_.end());
    possible_.clear();
    told_ = writer_->synced();
  }

  void begin_again() {
    possible_.clear();
    open_.clear();
    // Until the new file is there for good, what has failed might still come back.
    while (!writer_->begin_file(told_) || !writer_->sync()) disk_.heal();
    told_ = writer_->synced();
    (void)writer_->take_left();
  }

  void fill(LogBatch& batch, std::vector<std::string>& lines) {
    for (std::uint64_t i = below(8); i > 0; --i) {
      switch (below(6)) {
        case 0:
          begin_part(batch);
          break;
        case 1:
          end_transaction(batch, lines);
          break;
        default:
          lines.push_back(publish(batch));
      }
    }
  }

  std::string publish(LogBatch& batch) {
    std::size_t bytes = below(20) == 0 ? below(40'000) : below(300);
    auto data = std::make_shared<std::string>(bytes, static_cast<char>('a' + below(26)));
    QueuePosition position = next_position_++;
    batch.publish(StoredQueueId{1}, position, {"", *data, below(2) == 0 ? data : nullptr});
    return "publish 1/" + std::to_string(position) + " |" +
           (bytes > 100 ? std::to_string(bytes) + " bytes" : *data);
  }

  void begin_part(LogBatch& batch) {
    TxId id{below(2) == 0 || open_.empty() ? ++last_tx_ : open_.begin()->first};
    auto& parts = open_[static_cast<std::uint64_t>(id)];
    batch.begin_tx(id);
    parts.push_back(publish(batch));
    batch.end_tx();
  }

  void end_transaction(LogBatch& batch, std::vector<std::string>& lines) {
    if (open_.empty()) return;
    auto parts = open_.extract(open_.begin());
    if (below(3) == 0) return batch.abort_tx(TxId{parts.key()});
    batch.commit_tx(TxId{parts.key()});
    lines.insert(lines.end(), parts.mapped().begin(), parts.mapped().end());
  }

  // What is in the oldest file is not needed any more. Not while a transaction may have parts
  // there.
  void retire_first_file() {
    if (!open_.empty()) return;
    ReadLog read = read_back(disk_);
    if (read.report.files.size() < 4) return;
    ASSERT_TRUE(source_->files().retire(read.report.files[0].number));
    ReadLog rest = read_back(disk_);
    std::set<std::string> left(rest.lines.begin(), rest.lines.end());  // each is there once
    auto gone = [&](const std::string& line) { return !left.contains(line); };
    std::erase_if(promised_, gone);
    std::erase_if(possible_, gone);
  }

  const std::uint64_t seed_;
  std::mt19937_64 random_;
  FaultFileSystem disk_;
  std::unique_ptr<PlainSource> source_;
  std::unique_ptr<LogWriter> writer_;
  LogPosition told_;
  std::vector<std::string> promised_;                       // what a restart has to find, and
  std::vector<std::string> possible_;                       // what it may find behind that
  std::map<std::uint64_t, std::vector<std::string>> open_;  // transactions
  std::uint64_t last_tx_ = 0;
  QueuePosition next_position_ = 0;
};

TEST(LogProperty, WhatIsPromisedIsThereAfterEveryCrash) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    LogModel model(seed);
    for (int i = 0; i < 400; ++i) {
      model.step();
      if (testing::Test::HasFatalFailure() || testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace coney
