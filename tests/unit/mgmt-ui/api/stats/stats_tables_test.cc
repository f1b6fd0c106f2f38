#include "mgmt-ui/api/stats/stats_tables.h"

#include <gtest/gtest.h>

#include <ctime>

namespace coney::management {
namespace {

constexpr Millisecond kStart = 1'200'000'000;
constexpr ConnectionId kConnection{ShardId{0}, 3, 1};
constexpr ChannelId kChannel{kConnection, 1};
constexpr QueueId kQueue{ShardId{1}, 7, 2};

std::shared_ptr<const QueueRecord> queue_record() {
  auto record = std::make_shared<QueueRecord>();
  record->vhost = "v";
  record->name = "q";
  return record;
}

class StatsTablesTest : public testing::Test {
 protected:
  void tell(StatsEvent event, Millisecond now = kStart) {
    std::vector<StatsEvent> events;
    events.push_back(std::move(event));
    tables_.apply(events, now);
  }
  void open(ConnectionId id = kConnection, const std::string& name = "a:1 -> b:2") {
    auto facts = std::make_shared<ConnectionFacts>();
    facts->name = name;
    facts->user = "u";
    facts->vhost = "v";
    tell(ConnectionOpened{id, std::move(facts)});
  }
  void consume(ConsumerNumber number, const std::string& tag) {
    auto facts = std::make_shared<ConsumerFacts>();
    facts->tag = tag;
    facts->queue = kQueue;
    tell(ConsumerOpened{{kConnection, 1, number}, std::move(facts)});
  }
  static ChannelUpdate published(std::uint64_t count) {
    ChannelUpdate update{kChannel, {}, {}};
    update.counters.publish = count;
    return update;
  }
  static QueueUpdate holding(std::uint64_t ready) {
    QueueUpdate update{kQueue, queue_record(), {}, {}};
    update.gauges.messages_ready = ready;
    return update;
  }

  StatsTables tables_;
};

TEST_F(StatsTablesTest, AConnectionIsFoundByNameUntilItIsClosed) {
  open();
  ASSERT_TRUE(tables_.find_connection("a:1 -> b:2"));
  tell(ConnectionClosed{kConnection, {}});
  EXPECT_FALSE(tables_.find_connection("a:1 -> b:2"));
  EXPECT_EQ(tables_.node().totals[kConnectionCreated], 1u);
  EXPECT_EQ(tables_.node().totals[kConnectionClosed], 1u);
}

TEST_F(StatsTablesTest, APortThatIsUsedAgainNamesTheNewConnection) {
  open();
  const ConnectionId second{ShardId{1}, 0, 1};
  open(second);
  tell(ConnectionClosed{kConnection, {}});
  ASSERT_TRUE(tables_.find_connection("a:1 -> b:2"));
  EXPECT_EQ(tables_.find_connection("a:1 -> b:2")->id, second);
}

TEST_F(StatsTablesTest, WhatChannelsHaveDoneStaysInTheSums) {
  open();
  tell(ChannelOpened{kChannel});
  tell(published(5));
  tell(ChannelClosed{kChannel, {.publish = 8}});
  EXPECT_EQ(tables_.node().totals[kPublish], 8u);
  EXPECT_EQ(tables_.find_vhost("v")->totals[kPublish], 8u);
  EXPECT_EQ(tables_.channel_count(), 0u);
}

TEST_F(StatsTablesTest, AChannelIsFoundByItsName) {
  open();
  tell(ChannelOpened{kChannel});
  EXPECT_TRUE(tables_.find_channel("a:1 -> b:2 (1)"));
  EXPECT_FALSE(tables_.find_channel("a:1 -> b:2 (2)"));
  EXPECT_FALSE(tables_.find_channel("a:1 -> b:2 (1"));
  EXPECT_FALSE(tables_.find_channel("a:1 -> b:2"));
}

TEST_F(StatsTablesTest, AConnectionTakesItsChannelsAndConsumersAlong) {
  open();
  tell(ChannelOpened{kChannel});
  consume(1, "one");
  consume(2, "two");
  EXPECT_EQ(tables_.consumers_of(kQueue).size(), 2u);
  EXPECT_EQ(tables_.consumers_of(kChannel).size(), 2u);
  tell(ConsumerClosed{{kConnection, 1, 1}});
  ASSERT_EQ(tables_.consumers_of(kQueue).size(), 1u);
  EXPECT_EQ(tables_.consumers_of(kQueue)[0].facts->tag, "two");
  tell(ConnectionClosed{kConnection, {}});
  EXPECT_EQ(tables_.consumer_count(), 0u);
  EXPECT_EQ(tables_.channel_count(), 0u);
  EXPECT_TRUE(tables_.consumers_of(kQueue).empty());
}

TEST_F(StatsTablesTest, LengthsAreThoseOfTheQueuesThatThereAre) {
  tell(holding(10));
  tell(holding(4));
  EXPECT_EQ(tables_.node().totals[kReady], 4u);
  tell(QueueGone{kQueue, queue_record(), {}});
  EXPECT_EQ(tables_.node().totals[kReady], 0u);
  EXPECT_FALSE(tables_.find(kQueue));
}

TEST_F(StatsTablesTest, AQueueIsKnownSinceItsDeclarationUntilItIsUsed) {
  tell(QueueOpened{kQueue});
  EXPECT_EQ(tables_.opened_at(kQueue), kStart);
  EXPECT_EQ(tables_.opened_at({ShardId{0}, 0, 1}), std::nullopt);
  tell(holding(1));
  EXPECT_EQ(tables_.opened_at(kQueue), std::nullopt);
  const QueueId unused{ShardId{0}, 5, 1};
  tell(QueueOpened{unused});
  tell(QueueGone{unused, queue_record(), {}});
  EXPECT_EQ(tables_.opened_at(unused), std::nullopt);
}

TEST_F(StatsTablesTest, WhatWasNeverUsedHasNoHistory) {
  tell(holding(0));
  EXPECT_FALSE(tables_.find(kQueue)->history);
  tell(holding(1));
  EXPECT_TRUE(tables_.find(kQueue)->history);
}

TEST_F(StatsTablesTest, ExchangesAddUpWhatShardsTell) {
  auto record = std::make_shared<ExchangeRecord>();
  record->vhost = "v";
  record->name = "e";
  tell(ExchangeUpdate{record, 2, 6});
  tell(ExchangeUpdate{record, 1, 0});
  ASSERT_TRUE(tables_.find_exchange("v", "e"));
  EXPECT_EQ(tables_.find_exchange("v", "e")->publish_in, 3u);
  EXPECT_EQ(tables_.find_exchange("v", "e")->publish_out, 6u);
  tables_.sweep(Catalog(), kStart);
  EXPECT_FALSE(tables_.find_exchange("v", "e"));
}

}  // namespace
}  // namespace coney::management
