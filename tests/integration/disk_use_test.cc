// How much disk a running broker takes, whatever its consumers do: at most twice what lives, and
// some files. They are small here.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/becomes_true.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

constexpr QueueFlags kDurable{.durable = true};
constexpr std::uint64_t kMebibyte = 1024 * 1024;
constexpr std::size_t kBody = 2000;  // bytes

amqp::PropertyList persistent() {
  amqp::PropertyList properties;
  properties.delivery_mode = 2;
  return properties;
}

std::string body_of(int number) {
  std::string body = std::to_string(number);
  body.resize(kBody, static_cast<char>('a' + number % 26));
  return body;
}

class DiskUse : public testing::Test {
 protected:
  // Log files of 1 MiB: four and two spare ones; segments of 1 MiB: two that are being written and
  // two that are being left.
  static constexpr std::uint64_t kConstant = 12 * kMebibyte;

  void SetUp() override { start(); }

  void start() {
    StorageOptions storage;
    storage.log_file_bytes = storage.segment_bytes = storage.queue_window = kMebibyte;
    broker_ = std::make_unique<LocalBroker>(broker_config(directory_ / "data"), system_resources(),
                                            storage);
    client_ = std::make_unique<Client>(broker_->port());
  }
  void restart() {
    client_.reset();
    broker_.reset();
    start();
  }
  Client connect() { return Client(broker_->port()); }

  void publish(Client& publisher, const std::string& queue, int first, int count) {
    for (int n = first; n != first + count; ++n) {
      publisher.publish("", queue, body_of(n), persistent());
      if (n % 500 == 499) publisher.wait_for_confirms();
    }
    publisher.wait_for_confirms();
  }
  std::uint64_t bytes_in(const char* folder) const {
    std::uint64_t bytes = 0;
    std::error_code error;  // files come and go
    for (const auto& file : std::filesystem::directory_iterator(directory_ / "data" / folder)) {
      const std::uint64_t size = file.file_size(error);
      if (!error) bytes += size;
    }
    return bytes;
  }
  std::uint64_t on_disk() const { return bytes_in("wal") + bytes_in("segments"); }
  bool falls_below(std::uint64_t bytes) const {
    return becomes_true([&] { return on_disk() <= bytes; });
  }

  TemporaryDirectory directory_;
  std::unique_ptr<LocalBroker> broker_;
  std::unique_ptr<Client> client_;
};

TEST_F(DiskUse, SegmentsOfWhichLittleLivesAreLeft) {
  constexpr int kMessages = 20'000;
  constexpr std::uint64_t kLive = kMessages / 4 * kBody;
  client_->declare("q", kDurable);
  Client publisher = connect();
  publisher.confirm_select();
  publish(publisher, "q", 0, kMessages);
  EXPECT_TRUE(becomes_true([this] { return bytes_in("segments") > 30 * kMebibyte; }));
  client_->consume("q", "c");
  for (int n = 0; n != kMessages; ++n) {
    const Delivery delivery = client_->next_delivery();
    ASSERT_TRUE(delivery.body == body_of(n)) << "message " << n;
    if (n % 4 != 1) client_->ack(delivery.tag);
  }
  client_->flush();
  EXPECT_TRUE(falls_below(2 * kLive + kConstant)) << on_disk();
  restart();
  EXPECT_EQ(client_->counts("q").messages, kMessages / 4u);
  for (int n = 1; n < kMessages; n += 4) {
    const auto got = client_->get("q", true);
    ASSERT_TRUE(got) << "message " << n;
    ASSERT_TRUE(got->body == body_of(n)) << "message " << n;
    ASSERT_TRUE(got->redelivered) << "message " << n;
  }
  client_->flush();
  EXPECT_TRUE(falls_below(kConstant)) << on_disk();
}

TEST_F(DiskUse, OneForgottenMessagePerQueueHoldsNothingElse) {
  constexpr int kQueues = 50, kRounds = 4, kPerRound = 250;  // 2 MB through each
  Client publisher = connect();
  publisher.confirm_select();
  for (int q = 0; q != kQueues; ++q) {
    const std::string queue = std::to_string(q);
    client_->declare(queue, kDurable);
    publish(publisher, queue, 0, 1);
    client_->get(queue);
  }
  for (int round = 0; round != kRounds; ++round) {
    for (int q = 0; q != kQueues; ++q) {
      const std::string queue = std::to_string(q);
      publish(publisher, queue, 1 + round * kPerRound, kPerRound);
      for (int n = 0; n != kPerRound; ++n) ASSERT_TRUE(client_->get(queue, true));
    }
    EXPECT_TRUE(falls_below(kConstant)) << on_disk();
  }
  restart();
  for (int q = 0; q != kQueues; ++q) {
    const auto got = client_->get(std::to_string(q), true);
    ASSERT_TRUE(got);
    EXPECT_TRUE(got->redelivered);
    EXPECT_EQ(got->body, body_of(0));
    EXPECT_FALSE(client_->get(std::to_string(q), true));
  }
}

TEST_F(DiskUse, MessagesThatAreRequeuedForEverTakeNoMore) {
  constexpr int kMessages = 1000, kRounds = 200;
  client_->declare("q", kDurable);
  client_->declare("other", kDurable);
  Client publisher = connect();
  publisher.confirm_select();
  publish(publisher, "q", 0, kMessages);
  client_->consume("q", "c");
  for (int round = 0; round != kRounds; ++round) {
    std::uint64_t last = 0;
    for (int n = 0; n != kMessages; ++n) last = client_->next_delivery().tag;
    if (round + 1 != kRounds) client_->requeue(last, true);
    publish(publisher, "other", 0, 100);  // fills the log meanwhile
    for (int n = 0; n != 100; ++n) ASSERT_TRUE(publisher.get("other", true));
  }
  EXPECT_TRUE(falls_below(2 * kMessages * kBody + kConstant)) << on_disk();
  restart();
  for (int n = 0; n != kMessages; ++n) {
    const auto got = client_->get("q", true);
    ASSERT_TRUE(got) << "message " << n;
    ASSERT_TRUE(got->body == body_of(n) && got->redelivered) << "message " << n;
  }
}

}  // namespace
}  // namespace coney::test
