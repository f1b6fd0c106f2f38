// What a broker tells of its queues, exchanges, connections, channels and consumers.

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <set>

#include "broker/stats/stats_receiver.h"
#include "tests/integration/becomes_true.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

// The latest of everything, and the sums of what comes as differences.
class Collector final : public StatsReceiver {
 public:
  void take(std::vector<StatsEvent> events) override {
    const std::lock_guard lock(mutex_);
    for (const StatsEvent& event : events) {
      std::visit([this](const auto& each) { note(each); }, event);
    }
  }
  bool keeps_up() const override { return true; }

  QueueUpdate queue(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = queues_.find(name);
    return found == queues_.end() ? QueueUpdate() : found->second;
  }
  ExchangeUpdate exchange(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = exchanges_.find(name);
    return found == exchanges_.end() ? ExchangeUpdate() : found->second;
  }
  // Of the only connection with one.
  ChannelUpdate channel() const {
    const std::lock_guard lock(mutex_);
    return channels_.empty() ? ChannelUpdate() : channels_.begin()->second;
  }
  std::map<ConnectionId, ConnectionOpened> connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }
  ConnectionUpdate connection(ConnectionId id) const {
    const std::lock_guard lock(mutex_);
    const auto found = updates_.find(id);
    return found == updates_.end() ? ConnectionUpdate() : found->second;
  }
  std::map<ConsumerKey, ConsumerOpened> consumers() const {
    const std::lock_guard lock(mutex_);
    return consumers_;
  }
  ChurnCounters churn() const {
    const std::lock_guard lock(mutex_);
    ChurnCounters sum;
    for (const auto& [id, shard] : shards_) {
      sum.queue_declared += shard.churn.queue_declared;
      sum.queue_created += shard.churn.queue_created;
      sum.queue_deleted += shard.churn.queue_deleted;
    }
    return sum;
  }

  bool is_restored() const {
    const std::lock_guard lock(mutex_);
    return is_restored_;
  }

  // Samples of all shards.
  std::uint64_t sampled(LatencyHistogram ShardCounters::*histogram) const {
    const std::lock_guard lock(mutex_);
    std::uint64_t sum = 0;
    for (const auto& [id, shard] : shards_) {
      for (std::uint64_t count : (shard.counters.*histogram).counts) sum += count;
    }
    return sum;
  }

 private:
  void note(const QueueOpened&) {}
  void note(const QueueUpdate& event) { queues_[event.record->name] = event; }
  void note(const QueueGone& event) { queues_.erase(event.record->name); }
  void note(const ExchangeUpdate& event) {
    ExchangeUpdate& sum = exchanges_[event.record->name];
    sum.publish_in += event.publish_in;
    sum.publish_out += event.publish_out;
  }
  void note(const ConnectionOpened& event) { connections_.emplace(event.id, event); }
  void note(const ConnectionUpdate& event) { updates_[event.id] = event; }
  void note(const ConnectionClosed& event) { connections_.erase(event.id); }
  void note(const ChannelOpened& event) { channels_[event.id] = {event.id, {}, {}}; }
  void note(const ChannelUpdate& event) { channels_[event.id] = event; }
  void note(const ChannelClosed& event) { channels_.erase(event.id); }
  void note(const ConsumerOpened& event) { consumers_.emplace(event.key, event); }
  void note(const ConsumerClosed& event) { consumers_.erase(event.key); }
  void note(const ShardRestoring& event) { restoring_.insert(event.id); }
  void note(const ShardRestored& event) {
    restoring_.erase(event.id);
    is_restored_ = restoring_.empty();
  }
  void note(const ShardUpdate& event) { shards_[event.id] = event; }

  mutable std::mutex mutex_;
  std::map<std::string, QueueUpdate> queues_;
  std::map<std::string, ExchangeUpdate> exchanges_;
  std::map<ConnectionId, ConnectionOpened> connections_;
  std::map<ConnectionId, ConnectionUpdate> updates_;
  std::map<ChannelId, ChannelUpdate> channels_;
  std::map<ConsumerKey, ConsumerOpened> consumers_;
  std::map<ShardId, ShardUpdate> shards_;
  std::set<ShardId> restoring_;
  bool is_restored_ = false;
};

class StatisticsTest : public testing::Test {
 protected:
  coney::TemporaryDirectory directory_;
  Collector collector_;
  LocalBroker broker_{broker_config(directory_ / "data"), system_resources(), {}, &collector_};
};

TEST(StatisticsAfterARestartTest, AreCompleteWhenAllIsSaidToBeRestored) {
  constexpr std::uint64_t kMessages = 100;
  coney::TemporaryDirectory directory;
  const Config config = broker_config(directory / "data");
  {
    LocalBroker broker(config);
    Client client(broker.port());
    client.confirm_select();
    for (const char* queue : {"a", "b", "c", "d"}) {
      client.declare(queue, {.durable = true});
      for (std::uint64_t n = 0; n != kMessages; ++n) {
        client.publish("", queue, "x", {.delivery_mode = 2});
      }
    }
    client.wait_for_confirms();
  }
  Collector collector;
  LocalBroker broker(config, system_resources(), {}, &collector);
  ASSERT_TRUE(becomes_true([&] { return collector.is_restored(); }));
  for (const char* queue : {"a", "b", "c", "d"}) {
    EXPECT_EQ(collector.queue(queue).gauges.messages_ready, kMessages) << queue;
  }
}

TEST_F(StatisticsTest, PublishesAndConfirmsAreCounted) {
  Client client(broker_.port());
  client.declare("q", {.durable = true});
  client.confirm_select();
  for (int n = 0; n != 5; ++n) client.publish("", "q", "12345", {.delivery_mode = 2});
  client.publish("", "nowhere", "x");
  client.wait_for_confirms();
  ASSERT_TRUE(becomes_true([&] { return collector_.channel().counters.confirm == 6; }));
  EXPECT_EQ(collector_.channel().counters.publish, 6u);
  EXPECT_EQ(collector_.channel().counters.drop_unroutable, 1u);
  EXPECT_TRUE(collector_.channel().gauges.confirm);
  ASSERT_TRUE(becomes_true([&] { return collector_.queue("q").counters.publish == 5; }));
  EXPECT_EQ(collector_.queue("q").gauges.messages_ready, 5u);
  EXPECT_EQ(collector_.queue("q").gauges.message_bytes_ready, 25u);
  EXPECT_EQ(collector_.queue("q").gauges.messages_persistent, 5u);
  ASSERT_TRUE(becomes_true([&] { return collector_.exchange("").publish_in == 6; }));
  EXPECT_EQ(collector_.exchange("").publish_out, 5u);
}

TEST_F(StatisticsTest, TimesInQueuesAndOfConfirmsAreSampled) {
  Client client(broker_.port());
  client.declare("q", {.durable = true});
  client.confirm_select();
  for (int n = 0; n != 65; ++n) client.publish("", "q", "x", {.delivery_mode = 2});
  client.wait_for_confirms();
  ASSERT_TRUE(
      becomes_true([&] { return collector_.sampled(&ShardCounters::confirm_latency) != 0; }));
  EXPECT_EQ(collector_.sampled(&ShardCounters::time_in_queue), 0u) << "nothing was delivered";
  client.consume("q", "c", true);
  for (int n = 0; n != 65; ++n) client.next_delivery();
  // The first of them, and not the last: it came while the first one was waited for.
  EXPECT_TRUE(becomes_true([&] { return collector_.sampled(&ShardCounters::time_in_queue) == 1; }));
}

TEST_F(StatisticsTest, DeliveriesAreCountedByTheirWay) {
  Client client(broker_.port());
  client.declare("q");
  for (int n = 0; n != 4; ++n) client.publish("", "q", "12345");
  EXPECT_TRUE(client.get("q", true));
  const auto got = client.get("q");
  ASSERT_TRUE(got);
  client.requeue(got->tag);
  client.consume("q", "tag");
  const Delivery first = client.next_delivery();
  client.next_delivery();
  client.next_delivery();
  client.ack(first.tag);
  client.flush();
  ASSERT_TRUE(becomes_true([&] { return collector_.queue("q").counters.deliveries.ack == 1; }));
  const QueueUpdate queue = collector_.queue("q");
  EXPECT_EQ(queue.counters.deliveries.deliver, 3u);
  EXPECT_EQ(queue.counters.deliveries.get, 1u);
  EXPECT_EQ(queue.counters.deliveries.get_no_ack, 1u);
  EXPECT_EQ(queue.counters.deliveries.redeliver, 1u);
  EXPECT_EQ(queue.gauges.messages_unacknowledged, 2u);
  EXPECT_EQ(queue.gauges.message_bytes_unacknowledged, 10u);
  EXPECT_EQ(queue.gauges.consumers, 1u);
  ASSERT_TRUE(becomes_true([&] { return collector_.channel().counters.deliveries.ack == 1; }));
  EXPECT_EQ(collector_.channel().counters.deliveries, queue.counters.deliveries);
  EXPECT_EQ(collector_.channel().gauges.messages_unacknowledged, 2u);
}

TEST_F(StatisticsTest, AConnectionIsToldWhenItIsOpenAndWhenItIsGone) {
  {
    Client client(broker_.port());
    ASSERT_TRUE(becomes_true([&] { return collector_.connections().size() == 1; }));
    const ConnectionFacts facts = *collector_.connections().begin()->second.facts;
    EXPECT_EQ(facts.user, "guest");
    EXPECT_EQ(facts.vhost, "/");
    EXPECT_EQ(facts.auth_mechanism, "PLAIN");
    EXPECT_EQ(facts.name, "127.0.0.1:" + std::to_string(facts.peer_port) +
                              " -> 127.0.0.1:" + std::to_string(broker_.port()));
    EXPECT_TRUE(facts.client_properties);
    const ConnectionId id = collector_.connections().begin()->first;
    ASSERT_TRUE(becomes_true([&] { return collector_.connection(id).counters.recv_oct != 0; }));
    EXPECT_EQ(collector_.connection(id).channels, 1u);
  }
  EXPECT_TRUE(becomes_true([&] { return collector_.connections().empty(); }));
}

TEST_F(StatisticsTest, AConnectionIsClosedWithTheReasonThatIsGiven) {
  Client client(broker_.port());
  ASSERT_TRUE(becomes_true([&] { return collector_.connections().size() == 1; }));
  broker_.server().close_connection(collector_.connections().begin()->first, "no longer wanted");
  try {
    client.flush();
    ADD_FAILURE() << "the connection is still open";
  } catch (const ClosedByBroker& closed) {
    EXPECT_EQ(closed.code, 320);
    EXPECT_STREQ(closed.what(), "320 CONNECTION_FORCED - no longer wanted");
  }
}

TEST_F(StatisticsTest, ConsumersAreToldWithTheirArguments) {
  Client client(broker_.port());
  client.declare("q");
  client.qos(7);
  amqp::Table arguments;
  arguments.set("x-priority", amqp::Value::int64(3));
  client.consume("q", "tag", false, arguments);
  ASSERT_TRUE(becomes_true([&] { return collector_.consumers().size() == 1; }));
  const ConsumerFacts facts = *collector_.consumers().begin()->second.facts;
  EXPECT_EQ(facts.tag, "tag");
  EXPECT_EQ(facts.queue_name, "q");
  EXPECT_EQ(facts.prefetch_count, 7u);
  EXPECT_TRUE(facts.ack_required);
  EXPECT_TRUE(facts.arguments.find("x-priority"));
  client.cancel("tag");
  EXPECT_TRUE(becomes_true([&] { return collector_.consumers().empty(); }));
}

TEST_F(StatisticsTest, DeclaresAndDeletesAreCounted) {
  Client client(broker_.port());
  client.declare("q");
  client.declare("q");
  client.delete_queue("q");
  ASSERT_TRUE(becomes_true([&] { return collector_.churn().queue_deleted == 1; }));
  EXPECT_EQ(collector_.churn().queue_declared, 2u);
  EXPECT_EQ(collector_.churn().queue_created, 1u);
}

}  // namespace
}  // namespace coney::test
