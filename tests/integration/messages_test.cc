// Messages between connections: every test runs with the queue on the shard of the connection that
// uses it and on the other one.

#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

// The parameter: does the user of the queue live on the queue's shard?
class Messages : public testing::TestWithParam<bool> {
 protected:
  Client& user() { return GetParam() ? owner_ : other_; }
  Client& declarer() { return owner_; }
  void fill(const std::string& queue, int count) {
    for (int n = 0; n != count; ++n) owner_.publish("", queue, std::to_string(n));
    owner_.flush();
  }

  TemporaryDirectory directory_;
  LocalBroker broker_{directory_ / "data"};
  Client owner_{broker_.port()};
  Client other_{broker_.port()};
};

INSTANTIATE_TEST_SUITE_P(, Messages, testing::Values(true, false), [](const auto& each) {
  return each.param ? std::string("OnTheQueuesShard") : std::string("OnAnotherShard");
});

TEST_P(Messages, ArePublishedAndGot) {
  declarer().declare("q");
  const std::string large(1'000'000, 'x');
  user().publish("", "q", "small");
  user().publish("", "q", "");
  user().publish("", "q", large);
  EXPECT_EQ(user().get("q", true)->body, "small");
  EXPECT_EQ(user().get("q", true)->body, "");
  const auto last = user().get("q");
  EXPECT_EQ(last->body, large);
  EXPECT_FALSE(last->redelivered);
  user().ack(last->tag);
  EXPECT_EQ(user().get("q"), std::nullopt);
}

TEST_P(Messages, RequeuedGoBackToTheirPlace) {
  declarer().declare("q");
  fill("q", 4);
  std::vector<std::uint64_t> tags;
  for (int n = 0; n != 3; ++n) tags.push_back(user().get("q")->tag);
  user().requeue(tags[1]);
  user().requeue(tags[0]);
  std::string order;
  for (int n = 0; n != 3; ++n) {
    const auto delivery = user().get("q", true);
    order += delivery->body + (delivery->redelivered ? "r " : " ");
  }
  EXPECT_EQ(order, "0r 1r 3 ");
}

TEST_P(Messages, ArriveInOrder) {
  constexpr int kCount = 100'000;
  declarer().declare("q");
  user().consume("q", "c", true);
  Client publisher(broker_.port());
  std::thread publishing([&] {
    for (int n = 0; n != kCount; ++n) publisher.publish("", "q", std::to_string(n));
    publisher.flush();
  });
  int in_order = 0;
  while (in_order != kCount && user().next_delivery().body == std::to_string(in_order)) ++in_order;
  publishing.join();
  EXPECT_EQ(in_order, kCount);
}

TEST_P(Messages, ReturnWhenTheConnectionDrops) {
  declarer().declare("q");
  fill("q", 5);
  {
    Client dropped(broker_.port());
    Client filler(broker_.port());  // keeps the shards in balance
    Client& dropping = GetParam() ? dropped : filler;
    dropping.consume("q", "c");
    for (int n = 0; n != 5; ++n) EXPECT_FALSE(dropping.next_delivery().redelivered);
    dropping.ack(2);
    dropping.flush();
  }
  user().consume("q", "c");
  for (const char* body : {"0", "2", "3", "4"}) {
    const Delivery delivery = user().next_delivery();
    EXPECT_EQ(delivery.body, body);
    EXPECT_TRUE(delivery.redelivered);
  }
}

TEST_P(Messages, AreAllConfirmed) {
  constexpr int kCount = 10'000;
  declarer().declare("q");
  user().confirm_select();
  for (int n = 0; n != kCount; ++n) {
    user().publish("", n % 100 == 0 ? "nowhere" : "q", "x");
  }
  user().wait_for_confirms();
  EXPECT_EQ(declarer().counts("q").messages, kCount - kCount / 100);
}

TEST_P(Messages, OfPurgedQueueAreGone) {
  declarer().declare("q");
  fill("q", 10);
  const auto held = user().get("q");
  user().purge("q");
  EXPECT_EQ(user().counts("q").messages, 0u);
  user().requeue(held->tag);
  EXPECT_EQ(user().get("q", true)->body, "0");
}

// The counts are asked of the queue, behind all that the connection has told it before.
TEST(Prefetch, HoldsForConsumersOnTwoShards) {
  TemporaryDirectory directory;
  LocalBroker broker(directory / "data");
  Client near(broker.port()), far(broker.port());
  near.declare("q");
  for (Client* client : {&near, &far}) {
    client->qos(2);
    client->consume("q", "c");
  }
  for (int n = 0; n != 10; ++n) near.publish("", "q", std::to_string(n));
  far.counts("q");
  EXPECT_EQ(near.counts("q").messages, 6u);
  EXPECT_EQ(far.counts("q").messages, 6u);
  EXPECT_EQ(near.deliveries_kept(), 2u);
  EXPECT_EQ(far.deliveries_kept(), 2u);
  for (Client* client : {&near, &far}) {
    const std::uint32_t before = client->counts("q").messages;
    client->ack(client->next_delivery().tag);
    EXPECT_EQ(client->counts("q").messages, before - 1);
    EXPECT_EQ(client->deliveries_kept(), 2u);
  }
}

// Repeating basic.qos must not forget the deliveries that are on their way from the other shard.
TEST(Prefetch, GlobalLimitHoldsWhileItIsRepeated) {
  constexpr std::size_t kLimit = 10;
  TemporaryDirectory directory;
  LocalBroker broker(directory / "data");
  Client near(broker.port()), far(broker.port());
  near.declare("q");
  far.consume("q", "c");  // no limit yet: some of the first are delivered without one
  for (int n = 0; n != 5; ++n) near.publish("", "q", "x");
  near.flush();
  far.qos(kLimit, true);
  for (int n = 0; n != 300; ++n) {
    near.publish("", "q", "x");
    near.flush();
    far.qos(kLimit, true);
  }
  EXPECT_EQ(near.counts("q").messages, 305 - kLimit);
  far.counts("q");
  EXPECT_EQ(far.deliveries_kept(), kLimit);
  for (int n = 0; n != 305; ++n) far.ack(far.next_delivery().tag);
  EXPECT_EQ(far.counts("q").messages, 0u);
}

// With room for one message at a time the queues take turns, whatever shard they live on.
TEST(Prefetch, GlobalLimitIsSharedInTurn) {
  constexpr int kRounds = 20;
  TemporaryDirectory directory;
  LocalBroker broker(directory / "data");
  Client near(broker.port()), far(broker.port());
  near.declare("near 1");
  near.declare("near 2");
  far.declare("far 1");
  far.declare("far 2");
  const std::vector<std::string> queues{"near 1", "far 1", "far 2", "near 2"};
  near.qos(1, true);
  for (const std::string& queue : queues) {
    for (int n = 0; n != 4 * kRounds; ++n) near.publish("", queue, "x");
    near.counts(queue);
  }
  for (const std::string& queue : queues) near.consume(queue, queue);
  std::map<std::string, int> delivered;
  for (int n = 0; n != 4 * kRounds; ++n) {
    const Delivery delivery = near.next_delivery();
    ++delivered[delivery.consumer];
    near.ack(delivery.tag);
  }
  for (const std::string& queue : queues) {
    EXPECT_GE(delivered[queue], kRounds / 2) << queue;
    EXPECT_LE(delivered[queue], kRounds * 2) << queue;
  }
}

}  // namespace
}  // namespace coney::test
