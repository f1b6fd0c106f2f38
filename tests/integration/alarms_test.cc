// What clients notice of the memory and the disk alarm, on either shard.

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "tests/integration/becomes_true.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

class AlarmTest : public testing::Test {
 protected:
  Config config() const {
    Config config = broker_config(directory_ / "data");
    config.memory_high_watermark = {1000, std::nullopt};
    config.disk_free_limit = {1000, std::nullopt};
    return config;
  }
  void set(std::uint64_t used_memory, std::optional<std::uint64_t> free_disk) {
    used_memory_ = used_memory;
    free_disk_ = free_disk;
    broker_.server().check_alarms();
  }

  // Also when it is another's.
  static bool exists(Client& client, const std::string& queue) {
    try {
      return client.queue_exists(queue);
    } catch (const ClosedByBroker& closed) {
      if (closed.code != 405) throw;
      return true;
    }
  }

  TemporaryDirectory directory_;
  std::uint64_t used_memory_ = 0;
  std::optional<std::uint64_t> free_disk_ = 5000;
  std::string asked_for_;
  LocalBroker broker_{config(),
                      {[this] { return used_memory_; },
                       [this](const std::filesystem::path& directory) {
                         asked_for_ = directory.string();
                         return free_disk_;
                       }}};
};

TEST_F(AlarmTest, FullDiskBlocksPublishersAndLetsConsumersGoOn) {
  Client publishers[] = {Client(broker_.port()), Client(broker_.port())};
  Client consumer(broker_.port());
  consumer.declare("q");
  consumer.consume("q", "c", true);
  const std::string after(100'000, 'a');
  set(0, 999);
  EXPECT_EQ(asked_for_, directory_ / "data");
  for (Client& publisher : publishers) {
    publisher.publish("", "q", "before");  // this one is still taken
    EXPECT_EQ(publisher.next_alarm(), "low on disk");
    EXPECT_EQ(consumer.next_delivery().body, "before");
    publisher.publish("", "q", after);  // written at once, and not read
  }
  EXPECT_EQ(consumer.counts("q").consumers, 1u);
  EXPECT_EQ(consumer.deliveries_kept(), 0u);
  EXPECT_EQ(consumer.alarms_kept(), 0u);
  set(0, 5000);
  for (Client& publisher : publishers) {
    EXPECT_EQ(publisher.next_alarm(), "");
    EXPECT_EQ(consumer.next_delivery().body, after);
  }
}

TEST_F(AlarmTest, PublishersGoOnWhenBothAlarmsAreOver) {
  Client early(broker_.port()), late(broker_.port());
  early.declare("q");
  set(0, 999);
  early.publish("", "q", "");
  EXPECT_EQ(early.next_alarm(), "low on disk");
  set(1001, 999);
  late.publish("", "q", "");
  EXPECT_EQ(late.next_alarm(), "low on disk & memory");
  set(1001, 5000);
  Client last(broker_.port());
  last.publish("", "q", "");
  EXPECT_EQ(last.next_alarm(), "low on memory");
  set(0, 5000);
  // Nothing was told in between.
  for (Client* client : {&early, &late, &last}) {
    EXPECT_EQ(client->next_alarm(), "");
    client->flush();
    EXPECT_EQ(client->alarms_kept(), 0u);
  }
}

TEST_F(AlarmTest, DiskThatCannotBeMeasuredChangesNothing) {
  Client publisher(broker_.port());
  publisher.declare("q");
  set(0, std::nullopt);
  publisher.publish("", "q", "");
  publisher.flush();
  EXPECT_EQ(publisher.alarms_kept(), 0u);
  set(0, 0);
  publisher.publish("", "q", "");
  EXPECT_EQ(publisher.next_alarm(), "low on disk");
  set(0, std::nullopt);
  Client other(broker_.port());
  other.publish("", "q", "");
  EXPECT_EQ(other.next_alarm(), "low on disk");
  set(0, 5000);
  EXPECT_EQ(publisher.next_alarm(), "");
  EXPECT_EQ(other.next_alarm(), "");
}

TEST_F(AlarmTest, RaisedByHandHoldsUntilItIsTakenBack) {
  Client publisher(broker_.port());
  publisher.declare("q");
  set(0, 5000);
  broker_.server().hold_alarm(AlarmedResource::kMemory, true);
  publisher.publish("", "q", "");
  EXPECT_EQ(publisher.next_alarm(), "low on memory");
  EXPECT_TRUE(broker_.server().resources().memory_alarm);
  set(0, 5000);  // measuring does not take it back
  broker_.server().hold_alarm(AlarmedResource::kDisk, true);
  Client other(broker_.port());
  other.publish("", "q", "");
  EXPECT_EQ(other.next_alarm(), "low on disk & memory");
  broker_.server().hold_alarm(AlarmedResource::kMemory, false);
  broker_.server().hold_alarm(AlarmedResource::kDisk, false);
  EXPECT_EQ(publisher.next_alarm(), "");
  EXPECT_EQ(other.next_alarm(), "");
  EXPECT_FALSE(broker_.server().resources().disk_alarm);
}

TEST_F(AlarmTest, LimitsThatAreChangedHoldAtOnce) {
  Client publisher(broker_.port());
  publisher.declare("q");
  set(900, 5000);
  LiveValues values = broker_.server().live_settings().read();
  values.memory_high_watermark = {800, std::nullopt};
  broker_.server().change_settings(values);
  EXPECT_EQ(broker_.server().resources().memory_limit, 800u);
  publisher.publish("", "q", "");
  EXPECT_EQ(publisher.next_alarm(), "low on memory");
  values.memory_high_watermark = {1000, std::nullopt};
  broker_.server().change_settings(values);
  EXPECT_EQ(publisher.next_alarm(), "");
  values.disk_free_limit = {6000, std::nullopt};
  broker_.server().change_settings(values);
  publisher.publish("", "q", "");
  EXPECT_EQ(publisher.next_alarm(), "low on disk");
}

// What it holds goes back at once, also when there are bytes of it that have not been read.
TEST_F(AlarmTest, BlockedClientThatLeavesIsNoticed) {
  Client other(broker_.port());
  for (const bool unread : {false, true, false, true}) {  // on both shards
    auto publisher = std::make_unique<Client>(broker_.port());
    publisher->declare("q", {.exclusive = true});
    other.declare("held");
    other.publish("", "held", "x");
    other.flush();
    publisher->consume("held", "c");
    publisher->next_delivery();
    set(0, 999);
    publisher->publish("", "q", "");
    EXPECT_EQ(publisher->next_alarm(), "low on disk");
    if (unread) publisher->publish("", "q", std::string(100'000, 'x'));
    publisher.reset();
    ASSERT_TRUE(becomes_true([&] { return other.counts("held").messages == 1; }));
    EXPECT_TRUE(other.get("held", true)->redelivered);
    EXPECT_TRUE(becomes_true([&] { return !exists(other, "q"); }));
    set(0, 5000);
  }
}

}  // namespace
}  // namespace coney::test
