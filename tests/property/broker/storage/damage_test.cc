// A bit of a file turns around while the broker is down. What it hits is quarantined and counted,
// everything else is kept: in order, once, unchanged. CONEY_SEED repeats a run.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/property/broker/storage/driven_session.h"
#include "tests/support/fault_file_system.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

const std::vector<std::string> kQueues{"a", "b", "c"};  // all are bound to kFan
constexpr std::string_view kFan = "fan";
constexpr int kMessages = 400;

std::string body_of(int number) {
  std::string body = std::to_string(number) + ":";
  body.resize(20 + static_cast<std::size_t>(number * 7919 % 900),
              static_cast<char>('a' + number % 26));
  return body;
}

class Round {
 public:
  explicit Round(std::uint64_t seed) : random_(seed) {
    options_.files = &disk_;
    options_.log_file_bytes = 64 << 10;
    options_.segment_bytes = 64 << 10;
    options_.queue_window = random_() % 2 == 0 ? 1 << 10 : 16 << 20;
  }

  void run() {
    fill();
    if (!flip()) return;
    look();
  }

  std::uint64_t missing() const { return missing_; }
  bool hit_log() const { return damage_.log_blocks != 0; }
  bool hit_segments() const { return damage_.chunks != 0; }

 private:
  // Files that are full are moved out of meanwhile.
  void fill() {
    DrivenSession session(directory_ / "data", options_);
    session.call<amqp::ConfirmSelectOk>(amqp::ConfirmSelect{});
    session.call<amqp::ExchangeDeclareOk>(
        amqp::ExchangeDeclare{.exchange = kFan, .type = "fanout", .durable = true});
    for (const std::string& queue : kQueues) {
      session.call<amqp::QueueDeclareOk>(amqp::QueueDeclare{.queue = queue, .durable = true});
      session.call<amqp::QueueBindOk>(amqp::QueueBind{.queue = queue, .exchange = kFan});
    }
    for (int number = 0; number != kMessages; ++number) {
      const std::size_t to = random_() % (kQueues.size() + 1);
      const bool fan = to == kQueues.size();
      session.publish(fan ? kFan : "", fan ? "" : kQueues[to], body_of(number));
      for (std::size_t queue = 0; queue != kQueues.size(); ++queue) {
        if (fan || queue == to) expected_[queue].push_back(number);
      }
      if (number % 50 == 49) session.await_confirms(static_cast<std::uint64_t>(number + 1));
      if (random_() % 4 == 0) take_one(session, random_() % kQueues.size());
      session.tick();
    }
  }

  void take_one(DrivenSession& session, std::size_t queue) {
    if (expected_[queue].empty()) return;
    ASSERT_EQ(session.take(kQueues[queue]), body_of(expected_[queue].front()));
    taken_[queue].insert(expected_[queue].front());
    expected_[queue].erase(expected_[queue].begin());
  }

  bool flip() {
    const DataDirectoryPaths paths(directory_ / "data");
    const auto directory = random_() % 2 == 0 ? paths.wal_path() : paths.segments_path();
    const auto names = disk_.list(directory).value();
    if (names.empty()) return false;
    const auto path = directory / names[random_() % names.size()];
    const std::uint64_t bits = disk_.content(path).size() * 8;
    if (bits == 0) return false;
    what_ = path.filename().string() + ", bit " + std::to_string(random_() % bits);
    disk_.flip_bit(path, std::strtoull(what_.substr(what_.rfind(' ') + 1).c_str(), nullptr, 10));
    return true;
  }

  void look() {
    SCOPED_TRACE(what_);
    std::uint64_t back = 0;
    DrivenSession session(directory_ / "data", options_);
    for (std::size_t queue = 0; queue != kQueues.size(); ++queue) back += drain(session, queue);
    damage_ = session.storage().space().damage;
    const bool damaged = damage_.log_blocks + damage_.chunks != 0;
    EXPECT_TRUE(damaged || missing_ + back == 0) << missing_ << " missing, " << back << " back";
    // What is read later is counted in chunks; a block whose header is hit cannot say how many
    // records it had.
    if (damage_.chunks == 0 && damage_.log_records != 0) {
      EXPECT_LE(missing_, damage_.log_records);
    }
    if (damage_.log_blocks == 0) {
      EXPECT_LE(queues_hit_, 1u);
      EXPECT_EQ(back, 0u);
    }
    const auto kept = disk_.list(DataDirectoryPaths(directory_ / "data").quarantine_path());
    EXPECT_EQ(damaged, !kept.value().empty());
  }

  // Everything that is there, in order; how many are there again that had been taken.
  std::uint64_t drain(DrivenSession& session, std::size_t queue) {
    std::uint64_t back = 0;
    int last = -1;
    std::set<int> left(expected_[queue].begin(), expected_[queue].end());
    for (std::string body = session.take(kQueues[queue]);
         !body.empty() && !testing::Test::HasFailure(); body = session.take(kQueues[queue])) {
      const int number = std::atoi(body.c_str());
      EXPECT_EQ(body, body_of(number));
      EXPECT_GT(number, last);
      last = number;
      if (left.erase(number) != 0) continue;
      EXPECT_TRUE(taken_[queue].contains(number)) << number;
      ++back;
    }
    missing_ += left.size();
    queues_hit_ += left.empty() ? 0 : 1;
    return back;
  }

  std::mt19937_64 random_;
  TemporaryDirectory directory_{memory_directory()};
  FaultFileSystem disk_;
  StorageOptions options_;
  std::map<std::size_t, std::vector<int>> expected_;
  std::map<std::size_t, std::set<int>> taken_;
  std::string what_;
  DamageCounts damage_;
  std::uint64_t missing_ = 0, queues_hit_ = 0;
};

TEST(StorageModel, DamageIsCountedAndTheRestIsKept) {
  const char* given = std::getenv("CONEY_SEED");
  const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::cout << "CONEY_SEED=" << seed << std::endl;
  int log = 0, segments = 0, without_loss = 0;
  for (std::uint64_t n = 0; n != 60 && !testing::Test::HasFailure(); ++n) {
    SCOPED_TRACE("CONEY_SEED=" + std::to_string(seed) + ", round " + std::to_string(n));
    Round round(seed + n);
    round.run();
    log += round.hit_log() ? 1 : 0;
    segments += round.hit_segments() ? 1 : 0;
    without_loss += round.missing() == 0 ? 1 : 0;
  }
  std::cout << log << " hit the log, " << segments << " segments, " << without_loss
            << " lost no message\n";
  EXPECT_GT(log, 0);
  EXPECT_GT(segments, 0);
}

}  // namespace
}  // namespace coney
