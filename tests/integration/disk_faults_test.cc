// A broker whose disk is full or fails while it runs: what was confirmed is there after a kill, who
// cannot be confirmed gets a nack, everybody else goes on.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "persistence/definitions/definition_store.h"
#include "persistence/recovery/recovery.h"
#include "tests/integration/becomes_true.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/integration/failing_disk.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

using Fault = FailingDisk::Fault;

constexpr QueueFlags kDurable{.durable = true};

amqp::PropertyList persistent() {
  amqp::PropertyList properties;
  properties.delivery_mode = 2;
  return properties;
}

std::vector<std::string> drain(Client& client, const std::string& queue) {
  std::vector<std::string> bodies;
  while (auto got = client.get(queue, true)) bodies.push_back(std::move(got->body));
  return bodies;
}

bool contains_in_order(const std::vector<std::string>& all, const std::vector<std::string>& some) {
  auto at = all.begin();
  return std::all_of(some.begin(), some.end(), [&](const std::string& each) {
    at = std::find(at, all.end(), each);
    return at != all.end();
  });
}

class DiskFaults : public testing::Test {
 protected:
  void SetUp() override { start(); }

  void start() {
    StorageOptions storage;
    storage.files = &disk_;
    process_ =
        std::make_unique<BrokerProcess>(broker_config(directory_ / "data"), std::nullopt, storage);
    client_ = std::make_unique<Client>(process_->port());
  }
  void kill_and_start() {
    process_->signal(SIGKILL);
    process_->wait();
    client_.reset();
    disk_.fail_writes("wal", Fault::kNone);
    disk_.fail_writes("segments", Fault::kNone);
    disk_.fail_syncs("wal", 0);
    start();
  }
  Client connect() { return Client(process_->port()); }

  // Publishes the next numbers and waits for confirms; those that were refused.
  std::size_t publish(Client& publisher, int count, const std::string& exchange = "",
                      const std::string& key = "q") {
    const int first = next_;
    for (; next_ != first + count; ++next_) {
      publisher.publish(exchange, key, std::to_string(next_), persistent());
    }
    publisher.wait_for_confirms();
    const auto refused = publisher.take_refused();
    for (int n = first; n != next_; ++n) {
      const bool accepted = !refused.contains(static_cast<std::uint64_t>(n + 1));
      (accepted ? confirmed_ : refused_).push_back(std::to_string(n));
    }
    return refused.size();
  }
  bool log_works(Client& publisher) {
    return becomes_true([&] { return publish(publisher, 1) == 0; });
  }

  // What a start would find now.
  std::optional<std::uint64_t> messages_on_disk() const {
    const DataDirectoryPaths paths(directory_ / "data");
    const auto stored = DefinitionStore::read(paths.definitions_path());
    if (!stored) return std::nullopt;
    const auto found =
        recover(real_file_system(), paths, stored->queue_ids, nullptr, /*repair=*/false);
    if (!found) return std::nullopt;
    std::uint64_t messages = 0;
    for (const auto& [id, queue] : found->queues) messages += queue.count();
    return messages;
  }

  TemporaryDirectory directory_;
  FailingDisk disk_;
  std::unique_ptr<BrokerProcess> process_;
  std::unique_ptr<Client> client_;
  int next_ = 0;
  std::vector<std::string> confirmed_, refused_;
};

// ---- the log ----

TEST_F(DiskFaults, PublishesGetNacksWhileTheLogHasNoSpaceAndConsumersGoOn) {
  client_->declare("q", kDurable);
  Client publisher = connect();
  publisher.confirm_select();
  EXPECT_EQ(publish(publisher, 100), 0u);
  disk_.fail_writes("wal", Fault::kNoSpace);
  EXPECT_EQ(publish(publisher, 100), 100u);
  client_->qos(10);
  client_->consume("q", "c");
  for (int n = 0; n != 50; ++n) {
    const Delivery delivery = client_->next_delivery();
    EXPECT_EQ(delivery.body, std::to_string(n));
    client_->ack(delivery.tag);
  }
  client_->cancel("c");
  EXPECT_GT(disk_.refused(), 0u);
  disk_.fail_writes("wal", Fault::kNone);
  EXPECT_TRUE(log_works(publisher));
  EXPECT_EQ(publish(publisher, 100), 0u);
  kill_and_start();
  EXPECT_TRUE(contains_in_order(drain(*client_, "q"), {confirmed_.begin() + 60, confirmed_.end()}));
}

// When the log works again it is told what the queue has: what was nacked and stays, what was
// acknowledged meanwhile.
TEST_F(DiskFaults, WhatTheLogHasMissedIsStoredOnceItWorksAgain) {
  client_->declare("q", kDurable);
  Client publisher = connect();
  publisher.confirm_select();
  publish(publisher, 100);
  disk_.fail_writes("wal", Fault::kNoSpace);
  EXPECT_EQ(publish(publisher, 100), 100u);
  for (int n = 0; n != 50; ++n) client_->get("q", true);
  client_->flush();
  EXPECT_EQ(messages_on_disk(), 100u);
  disk_.fail_writes("wal", Fault::kNone);
  EXPECT_TRUE(log_works(publisher));
  const std::uint64_t messages = client_->counts("q").messages;
  EXPECT_EQ(messages, static_cast<std::uint64_t>(next_) - 50);
  EXPECT_TRUE(becomes_true([&] { return messages_on_disk() == messages; }));
  kill_and_start();
  const std::vector<std::string> left = drain(*client_, "q");
  EXPECT_EQ(left.size(), messages);
  EXPECT_EQ(left.front(), "50");
}

TEST_F(DiskFaults, AFailedSyncCostsTheConfirmsOfItsMessagesOnly) {
  client_->declare("q", kDurable);
  Client publisher = connect();
  publisher.confirm_select();
  for (int turn = 0; turn != 10; ++turn) {
    EXPECT_EQ(publish(publisher, 50), 0u);
    disk_.fail_syncs("wal", 1);
    EXPECT_NE(publish(publisher, 50), 0u);  // and the log goes on in a new file
  }
  EXPECT_EQ(disk_.failed_syncs(), 10u);
  EXPECT_EQ(publish(publisher, 50), 0u);
  kill_and_start();
  EXPECT_TRUE(contains_in_order(drain(*client_, "q"), confirmed_));
}

// The body is logged by one shard, what the queues log of it by others.
TEST_F(DiskFaults, AMessageOfSeveralQueuesIsConfirmedWhenAllOfItIsLogged) {
  const std::vector<std::string> queues{"a", "b", "c", "d"};
  Client other = connect();
  client_->declare_exchange("fan", "fanout", true);
  for (std::size_t i = 0; i != queues.size(); ++i) {  // on both shards
    Client& owner = i % 2 == 0 ? *client_ : other;
    owner.declare(queues[i], kDurable);
    owner.bind(queues[i], "fan", "");
  }
  for (int life = 0; life != 5; ++life) {
    Client publisher = connect();
    publisher.confirm_select();
    next_ = 0;
    confirmed_.clear();
    for (int turn = 0; turn != 20; ++turn) {
      disk_.fail_syncs("wal", 1);
      publish(publisher, 40, "fan");
    }
    kill_and_start();
    for (const std::string& queue : queues) {
      EXPECT_TRUE(contains_in_order(drain(*client_, queue), confirmed_)) << queue;
    }
    other = connect();
  }
}

TEST_F(DiskFaults, ATransactionThatCannotBeLoggedEndsTheConnection) {
  client_->declare("q", kDurable);
  Client other = connect();
  other.declare("p", kDurable);  // on the other shard
  other.tx_select();
  other.publish("", "q", "one", persistent());
  other.tx_commit();
  disk_.fail_writes("wal", Fault::kIo);
  other.publish("", "p", "two", persistent());
  other.publish("", "q", "two", persistent());
  EXPECT_THROW(other.tx_commit(), ClosedByBroker);
  disk_.fail_writes("wal", Fault::kNone);
  Client third = connect();
  third.confirm_select();
  ASSERT_TRUE(log_works(third));
  Client fourth = connect();
  fourth.tx_select();
  fourth.publish("", "p", "three", persistent());
  fourth.publish("", "q", "three", persistent());
  fourth.tx_commit();
  kill_and_start();
  const std::vector<std::string> q = drain(*client_, "q"), p = drain(*client_, "p");
  EXPECT_EQ(q.front(), "one");
  EXPECT_EQ(q.back(), "three");
  EXPECT_EQ(p.back(), "three");
}

TEST_F(DiskFaults, TransientMessagesDoNotNeedTheLog) {
  client_->declare("q", kDurable);
  client_->declare("t");
  disk_.fail_writes("wal", Fault::kNoSpace);
  Client publisher = connect();
  publisher.confirm_select();
  for (int n = 0; n != 100; ++n) {
    publisher.publish("", "q", std::to_string(n));
    publisher.publish("", "t", std::to_string(n), persistent());
  }
  publisher.wait_for_confirms();
  EXPECT_TRUE(publisher.take_refused().empty());
  EXPECT_EQ(drain(*client_, "q").size(), 100u);
  EXPECT_EQ(drain(*client_, "t").size(), 100u);
}

// ---- the segments ----

constexpr std::size_t kLargeBody = 10'000;

std::string large_body(int number) {
  std::string body = std::to_string(number);
  body.resize(kLargeBody, '.');
  return body;
}

class SegmentFaults : public DiskFaults {
 protected:
  // More than a queue keeps in memory, and than may wait for the disk.
  static constexpr int kMessages = 12'000;

  void SetUp() override {
    DiskFaults::SetUp();
    client_->declare("q", kDurable);
    disk_.fail_writes("segments", Fault::kNoSpace);
    publisher_ = std::thread([this, port = process_->port()] {
      try {
        publish_all(port);
      } catch (const std::runtime_error&) {  // the broker was killed
      }
    });
  }
  void publish_all(std::uint16_t port) {
    Client publisher(port);
    publisher.confirm_select();
    for (int n = 0; n != kMessages; ++n) {
      publisher.publish("", "q", large_body(n), persistent());
      if (n % 100 != 99) continue;
      publisher.wait_for_confirms();
      published_ = n + 1;
    }
    refused_count_ = publisher.take_refused().size();
  }
  void TearDown() override {
    if (publisher_.joinable()) publisher_.join();
  }
  void expect_all() {
    client_->qos(100);
    client_->consume("q", "c");
    for (int n = 0; n != kMessages; ++n) {
      const Delivery delivery = client_->next_delivery();
      ASSERT_TRUE(delivery.body == large_body(n)) << "message " << n;
      if (n % 50 == 49) client_->ack(delivery.tag, true);
    }
    client_->flush();
    EXPECT_EQ(client_->counts("q").messages, 0u);
  }

  std::thread publisher_;
  std::atomic<int> published_ = 0;
  std::atomic<std::size_t> refused_count_ = 0;
};

TEST_F(SegmentFaults, PublishersWaitWhenMuchCannotBePutIntoSegmentsAndNothingIsLost) {
  // It stops at some time: as much as this waits in memory at most.
  int before = -1;
  EXPECT_TRUE(becomes_true([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const bool refused = disk_.refused() != 0;
    return refused && std::exchange(before, published_) == published_;
  }));
  EXPECT_LT(published_, kMessages);
  disk_.fail_writes("segments", Fault::kNone);
  publisher_.join();
  EXPECT_EQ(refused_count_, 0u);
  kill_and_start();
  expect_all();
}

// Publishers get nacks, but what got one stays in its queue: it must not fill the memory.
TEST_F(SegmentFaults, PublishersWaitWhenNothingCanBeWrittenAndMemoryIsBounded) {
  disk_.fail_writes("wal", Fault::kNoSpace);
  int before = -1;
  EXPECT_TRUE(becomes_true([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const bool refused = disk_.refused() != 0;
    return refused && std::exchange(before, published_) == published_;
  }));
  // The window of the queue, and what may wait for the disk; 120 MB were to come.
  const int most = published_;
  EXPECT_LT(most, 8000);
  client_->qos(100);
  client_->consume("q", "c");
  for (int n = 0; n != 1000; ++n) {  // consumers go on, and make room
    const Delivery delivery = client_->next_delivery();
    ASSERT_TRUE(delivery.body == large_body(n)) << "message " << n;
    client_->ack(delivery.tag);
  }
  disk_.fail_writes("wal", Fault::kNone);
  disk_.fail_writes("segments", Fault::kNone);
  publisher_.join();
  EXPECT_GT(refused_count_, 0u);
  for (int n = 1000; n != kMessages; ++n) {
    const Delivery delivery = client_->next_delivery();
    ASSERT_TRUE(delivery.body == large_body(n)) << "message " << n;
    client_->ack(delivery.tag);
  }
}

TEST_F(SegmentFaults, ConsumersTakeWhatCannotBePutIntoSegments) {
  EXPECT_TRUE(becomes_true([this] { return disk_.refused() != 0; }));
  expect_all();
  EXPECT_EQ(refused_count_, 0u);
}

TEST_F(SegmentFaults, WhatCouldNotBePutIntoSegmentsComesBackFromTheLog) {
  EXPECT_TRUE(becomes_true([&] { return published_ >= 3000; }));
  const int published = published_;
  process_->signal(SIGKILL);
  process_->wait();
  publisher_.join();
  disk_.fail_writes("segments", Fault::kNone);
  start();
  for (int n = 0; n != published; ++n) {
    const auto got = client_->get("q", true);
    ASSERT_TRUE(got) << "message " << n;
    ASSERT_TRUE(got->body == large_body(n)) << "message " << n;
  }
}

}  // namespace
}  // namespace coney::test
