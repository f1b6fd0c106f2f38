// Looking at what stands in queues, and what clients have of them, without changing any of it.

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <mutex>

#include "broker/server/server_context.h"
#include "broker/server/server_extension.h"
#include "broker/shard/shard.h"
#include "tests/integration/becomes_true.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

using amqp::Table;
using amqp::Value;

// Which queue has which id.
class QueueNames final : public ServerExtension {
 public:
  std::string_view name() const override { return "queue names"; }
  void apply(std::shared_ptr<const Changes> changes) override {
    const std::lock_guard lock(mutex_);
    for (const Change& change : *changes) {
      if (const auto* put = std::get_if<QueuePut>(&change)) ids_[put->record->name] = put->id;
    }
  }
  std::optional<std::string> start(Server&) override { return std::nullopt; }
  void stop() override {}
  QueueId of(const std::string& queue) const {
    const std::lock_guard lock(mutex_);
    return ids_.at(queue);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, QueueId> ids_;
};

amqp::PropertyList priority(std::uint8_t priority) {
  amqp::PropertyList properties;
  properties.priority = priority;
  return properties;
}
amqp::PropertyList persistent() {
  amqp::PropertyList properties;
  properties.delivery_mode = 2;
  return properties;
}

class Browse : public testing::Test {
 protected:
  void SetUp() override { start(); }
  void start() {
    StorageOptions storage;
    storage.log_file_bytes = storage.segment_bytes = storage.queue_window = 1 << 20;
    server_ =
        std::make_unique<Server>(broker_config(directory_ / "data"), system_resources(), storage);
    auto names = std::make_unique<QueueNames>();
    names_ = names.get();
    server_->extend(std::move(names));
    ASSERT_EQ(server_->start(), std::nullopt);
    client_ = std::make_unique<Client>(server_->endpoints()[0].port);
  }
  void restart() {
    client_.reset();
    server_->stop();
    start();
  }

  void post(ShardId shard, Mail mail) {
    std::vector<Mail> batch;
    batch.push_back(std::move(mail));
    server_->context().shards[static_cast<std::size_t>(shard)]->deliver_mail(batch);
  }
  BrowseSlice slice(const std::string& queue, const BrowseCall& call) {
    std::promise<BrowseSlice> answered;
    const QueueId id = names_->of(queue);
    post(id.shard, BrowseMail{id, call, [&](BrowseSlice s) { answered.set_value(std::move(s)); }});
    return answered.get_future().get();
  }
  QueueAnswer ask(const std::string& queue, QueueCall call) {
    std::promise<QueueAnswer> answered;
    const QueueId id = names_->of(queue);
    post(id.shard, QueueRequestMail{id, std::move(call), [&](QueueAnswer answer) {
                                      answered.set_value(std::move(answer));
                                    }});
    return answered.get_future().get();
  }
  // All of it, slice by slice.
  std::vector<BrowsedMessage> all(const std::string& queue, BrowseCall call = {}) {
    std::vector<BrowsedMessage> found;
    while (true) {
      BrowseSlice next = slice(queue, call);
      EXPECT_FALSE(next.gone || next.failed);
      EXPECT_LE(next.messages.size() + next.passed, call.most);
      if (next.chunk) {
        std::uint64_t unreadable = 0;
        next.messages = messages_of(*next.chunk, unreadable);
        EXPECT_EQ(unreadable, 0u);
        if (call.backward) std::reverse(next.messages.begin(), next.messages.end());
      }
      std::move(next.messages.begin(), next.messages.end(), std::back_inserter(found));
      if (!next.next) return found;
      EXPECT_NE(call.from, next.next) << "it goes on";
      call.from = next.next;
    }
  }
  static std::string bodies(const std::vector<BrowsedMessage>& messages) {
    std::string text;
    for (const BrowsedMessage& each : messages) text.append(each.message->body()) += ' ';
    return text;
  }
  void publish(const std::string& queue, std::initializer_list<const char*> bodies) {
    for (const char* body : bodies) client_->publish("", queue, body);
    client_->flush();
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Server> server_;
  QueueNames* names_ = nullptr;
  std::unique_ptr<Client> client_;
};

TEST_F(Browse, ShowsEveryMessageInOrderAndTakesNone) {
  client_->declare("q");
  publish("q", {"a", "b", "c", "d", "e"});
  EXPECT_EQ(bodies(all("q")), "a b c d e ");
  EXPECT_EQ(bodies(all("q", {.most = 2})), "a b c d e ");
  EXPECT_EQ(bodies(all("q", {.backward = true})), "e d c b a ");
  EXPECT_EQ(bodies(all("q", {.backward = true, .most = 2})), "e d c b a ");
  EXPECT_EQ(bodies(all("q", {.from = MessagePlace{0, 3}})), "d e ");
  EXPECT_EQ(bodies(all("q", {.backward = true, .from = MessagePlace{0, 3}})), "c b a ");
  for (const char* body : {"a", "b", "c", "d", "e"}) {
    const auto got = client_->get("q", true);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->body, body);
    EXPECT_FALSE(got->redelivered);
  }
  EXPECT_TRUE(all("q").empty());
}

TEST_F(Browse, TellsWhoHasAMessageAndHowOftenItCameBack) {
  client_->declare("q");
  publish("q", {"a", "b", "c"});
  client_->qos(1);
  client_->consume("q", "tag");
  client_->requeue(client_->next_delivery().tag);
  const Delivery again = client_->next_delivery();
  EXPECT_TRUE(again.redelivered);
  const auto got = client_->get("q");
  ASSERT_TRUE(got);
  const auto found = all("q");
  ASSERT_EQ(bodies(found), "a b c ");
  EXPECT_EQ(found[0].state, MessageState::kUnacked);
  ASSERT_TRUE(found[0].consumer);
  EXPECT_TRUE(found[0].facts.redelivered);
  EXPECT_EQ(found[0].facts.counts.acquired, 1u);
  EXPECT_EQ(found[1].state, MessageState::kUnacked);
  EXPECT_FALSE(found[1].consumer) << "basic.get";
  EXPECT_EQ(found[2].state, MessageState::kReady);
  EXPECT_EQ(bodies(all("q", {.ready = false})), "a b ");
  EXPECT_EQ(bodies(all("q", {.held = false})), "c ");
  EXPECT_TRUE(found[2].age && *found[2].age < 60'000);
}

TEST_F(Browse, HigherPrioritiesComeFirst) {
  for (const Table& arguments : {Table{{"x-max-priority", Value::int64(9)}},
                                 Table{{"x-queue-type", Value::text("quorum")}}}) {
    const std::string queue = arguments.find("x-queue-type") ? "quorum" : "classic";
    client_->declare(queue, {.durable = true}, arguments);
    for (auto [body, level] : {std::pair{"a", 1}, {"b", 7}, {"c", 1}, {"d", 7}, {"e", 9}}) {
      client_->publish("", queue, body, priority(static_cast<std::uint8_t>(level)));
    }
    client_->flush();
    ASSERT_TRUE(becomes_true([&] { return client_->counts(queue).messages == 5; }));
    EXPECT_EQ(bodies(all(queue)), "e b d a c ");
    EXPECT_EQ(bodies(all(queue, {.most = 2})), "e b d a c ");
    EXPECT_EQ(bodies(all(queue, {.backward = true, .most = 1})), "c a d b e ");
    EXPECT_EQ(bodies(all(queue, {.from = MessagePlace{7, 1}})), "d a c ");
    EXPECT_EQ(bodies(all(queue, {.from = MessagePlace{8, 5}})), "b d a c ") << "no such lane";
  }
}

// Five windows' worth, most of it on disk.
class BrowseDeep : public Browse {
 protected:
  static constexpr int kMessages = 5000;
  static constexpr std::size_t kBody = 1000;

  void fill(const std::string& queue, bool persist, std::size_t size = kBody) {
    client_->confirm_select();
    for (int n = 0; n != kMessages; ++n) {
      std::string body = std::to_string(n);
      body.resize(size, ' ');
      client_->publish("", queue, body, persist ? persistent() : amqp::PropertyList{});
      if (n % 500 == 499) client_->wait_for_confirms();
    }
  }
  static void expect_all(const std::vector<BrowsedMessage>& found, bool backward) {
    ASSERT_EQ(found.size(), static_cast<std::size_t>(kMessages));
    for (int n = 0; n != kMessages; ++n) {
      const auto at = static_cast<std::size_t>(backward ? kMessages - 1 - n : n);
      ASSERT_EQ(std::stoi(std::string(found[at].message->body())), n);
      ASSERT_EQ(found[at].place.position, static_cast<QueuePosition>(n));
    }
  }
  static std::size_t on_disk(const std::vector<BrowsedMessage>& found) {
    return static_cast<std::size_t>(std::count_if(
        found.begin(), found.end(), [](const BrowsedMessage& each) { return each.on_disk; }));
  }
};

TEST_F(BrowseDeep, ReadsWhatWaitsOnDiskAndLeavesItThere) {
  for (const bool durable : {true, false}) {
    const std::string queue = durable ? "durable" : "spilled";
    client_->declare(queue, {.durable = durable});
    fill(queue, durable);
    const auto found = all(queue);
    expect_all(found, false);
    EXPECT_GT(on_disk(found), 500u);
    expect_all(all(queue, {.backward = true}), true);
    // The queue itself may have read a little ahead meanwhile.
    EXPECT_GT(on_disk(all(queue)), on_disk(found) / 2) << "nothing came into memory for it";
    EXPECT_TRUE(all(queue, {.ready = false}).empty());
    const auto middle = all(queue, {.from = MessagePlace{0, 3210}});
    ASSERT_EQ(middle.size(), 1790u);
    EXPECT_EQ(middle[0].place.position, 3210u);
    const auto before = all(queue, {.backward = true, .from = MessagePlace{0, 3210}});
    ASSERT_EQ(before.size(), 3210u);
    EXPECT_EQ(before[0].place.position, 3209u);
  }
}

TEST_F(BrowseDeep, AfterARestartEverythingIsSeenWithoutAnAge) {
  client_->declare("q", {.durable = true});
  fill("q", true);
  restart();
  const auto found = all("q");
  expect_all(found, false);
  EXPECT_FALSE(found[4000].age) << "nobody knows";
  client_->declare("fresh", {.durable = true});
  publish("fresh", {"x"});
  EXPECT_TRUE(all("fresh")[0].age);
}

TEST_F(BrowseDeep, ConsumersAreNotDisturbedByReadersOfTheSameChunks) {
  client_->declare("q", {.durable = true});
  fill("q", true);
  Client consumer(server_->endpoints()[0].port);
  consumer.qos(100);
  consumer.consume("q", "c");
  for (int n = 0; n != kMessages; ++n) {
    const Delivery delivery = consumer.next_delivery();
    ASSERT_EQ(std::stoi(delivery.body), n);
    ASSERT_FALSE(delivery.redelivered);
    consumer.ack(delivery.tag);
    if (n % 100 == 0) {
      BrowseCall call{.from = MessagePlace{0, static_cast<QueuePosition>(n)}};
      const BrowseSlice seen = slice("q", call);
      ASSERT_TRUE(seen.failed || seen.chunk || !seen.messages.empty() || n > kMessages - 200);
    }
  }
}

TEST_F(BrowseDeep, StreamsAreReadAtAnyOffset) {
  client_->declare("s", {.durable = true}, {{"x-queue-type", Value::text("stream")}});
  fill("s", true);
  expect_all(all("s"), false);
  expect_all(all("s", {.backward = true}), true);
  const auto middle = all("s", {.from = MessagePlace{0, 4321}});
  ASSERT_EQ(middle.size(), 679u);
  EXPECT_EQ(middle[0].place.position, 4321u);
  ASSERT_TRUE(middle[0].age);
  EXPECT_LT(*middle[0].age, 600'000u);
  const auto before = all("s", {.backward = true, .from = MessagePlace{0, 1234}});
  ASSERT_EQ(before.size(), 1234u);
  EXPECT_EQ(before[0].place.position, 1233u);
  restart();
  expect_all(all("s"), false);
}

TEST_F(Browse, QueueThatIsGoneSaysSo) {
  client_->declare("q");
  publish("q", {"a"});
  client_->delete_queue("q");
  EXPECT_TRUE(slice("q", {}).gone);
}

// ---- what an operator does to a queue ----

TEST_F(Browse, PausedQueueKeepsItsMessages) {
  client_->declare("q");
  client_->consume("q", "c", true);
  ask("q", PauseCall{true});
  publish("q", {"a", "b"});
  EXPECT_EQ(client_->counts("q").messages, 2u);
  EXPECT_FALSE(client_->get("q", true));
  EXPECT_EQ(client_->deliveries_kept(), 0u);
  EXPECT_TRUE(ask("q", GetCall{.no_ack = true, .even_paused = true}).delivery);
  ask("q", PauseCall{false});
  EXPECT_EQ(client_->next_delivery().body, "b");
}

TEST_F(Browse, MessagesAreRemovedFromTheMiddle) {
  client_->declare("q", {.durable = true});
  client_->confirm_select();
  for (const char* body : {"a", "b", "c", "d", "e"}) {
    client_->publish("", "q", body, persistent());
  }
  client_->wait_for_confirms();
  const auto held = client_->get("q");
  ASSERT_TRUE(held);
  const auto returned = client_->get("q");
  ASSERT_TRUE(returned);
  client_->requeue(returned->tag);
  client_->flush();
  EXPECT_EQ(ask("q", RemoveCall{0, {{0}, {1}, {3}, {77}}}).messages, 2u) << "a is held, 77 is none";
  EXPECT_EQ(bodies(all("q")), "a c e ");
  EXPECT_EQ(client_->counts("q").messages, 2u);
  client_->requeue(held->tag);
  client_->flush();
  restart();
  std::string left;
  while (const auto got = client_->get("q", true)) left += got->body;
  EXPECT_EQ(left, "ace") << "what was removed stays away";
}

TEST_F(Browse, MessagesOnDiskAreRemovedForGood) {
  client_->declare("q", {.durable = true});
  client_->confirm_select();
  const std::string padding(2000, '.');
  for (int n = 0; n != 5000; ++n) {
    client_->publish("", "q", std::to_string(n) + padding, persistent());
  }
  client_->wait_for_confirms();
  const std::vector<BrowsedMessage> found = all("q");
  ASSERT_EQ(found.size(), 5000u);
  RemoveCall call;
  std::uint64_t on_disk = 0;
  for (std::size_t n = 0; n != found.size(); ++n) {
    if (n % 3 != 1) continue;
    on_disk += found[n].on_disk ? 1 : 0;
    call.messages.push_back(ready_message(found[n]));
  }
  ASSERT_GT(on_disk, 100u);
  EXPECT_EQ(ask("q", call).messages, call.messages.size());
  EXPECT_EQ(ask("q", call).messages, 0u);
  const std::size_t left = found.size() - call.messages.size();
  EXPECT_EQ(client_->counts("q").messages, left);
  EXPECT_EQ(all("q").size(), left);
  restart();
  EXPECT_EQ(all("q").size(), left);
  for (std::size_t n = 0; n != found.size(); ++n) {
    if (n % 3 == 1) continue;
    const auto got = client_->get("q", true);
    ASSERT_TRUE(got);
    ASSERT_EQ(got->body, std::to_string(n) + padding);
  }
  EXPECT_FALSE(client_->get("q", true));
}

TEST_F(Browse, HeldQueueGivesNothingUntilItIsLetGo) {
  client_->declare("q");
  publish("q", {"a", "b", "c"});
  const std::uint64_t hold = ask("q", HoldCall{}).messages;
  EXPECT_EQ(ask("q", HoldCall{}).status, QueueStatus::kInUse) << "by one at a time";
  client_->consume("q", "c");
  publish("q", {"d"});
  EXPECT_EQ(client_->counts("q").messages, 4u);
  EXPECT_EQ(client_->deliveries_kept(), 0u);
  EXPECT_EQ(ask("q", RemoveCall{0, {{0, 1, false}}}).messages, 1u);
  ask("q", LetGoCall{hold + 1});
  EXPECT_EQ(client_->counts("q").messages, 3u) << "that was another hold";
  ask("q", LetGoCall{hold});
  for (const char* body : {"b", "c", "d"}) EXPECT_EQ(client_->next_delivery().body, body);
  EXPECT_EQ(ask("q", HoldCall{}).status, QueueStatus::kOk);
}

TEST_F(Browse, WhoeverHoldsAQueueMakesGetsWait) {
  client_->declare("q");
  publish("q", {"a", "b"});
  const std::uint64_t hold = ask("q", HoldCall{}).messages;
  auto got = std::async(std::launch::async, [this] { return client_->get("q", true); });
  ask("q", RemoveCall{0, {{0, 1, false}}});
  ask("q", LetGoCall{hold});
  const auto message = got.get();
  ASSERT_TRUE(message) << "the queue was never empty";
  EXPECT_EQ(message->body, "b");
}

TEST_F(Browse, MessagesOfTheManagementAreAnsweredWhenTheyAreSafe) {
  client_->declare(
      "q", {.durable = true},
      {{"x-max-length", Value::int64(2)}, {"x-overflow", Value::text("reject-publish")}});
  client_->confirm_select();
  client_->publish("", "q", "a", persistent());
  client_->wait_for_confirms();
  const MessageRef message = all("q").at(0).message;
  const auto publish_to = [&](QueueId queue) {
    std::promise<PublishAnswer> answered;
    post(queue.shard,
         PublishRequestMail{queue, {message, message, message}, [&](PublishAnswer answer) {
                              answered.set_value(answer);
                            }});
    return answered.get_future().get();
  };
  EXPECT_EQ(publish_to(names_->of("q")).taken, 1u) << "there is no room for more";
  restart();
  EXPECT_EQ(client_->counts("q").messages, 2u);
  QueueId gone = names_->of("q");
  gone.generation += 1000;
  EXPECT_TRUE(publish_to(gone).gone);
}

TEST_F(Browse, UnackedDeliveriesHaveTagConsumerAndAge) {
  client_->declare("q");
  client_->declare("other");
  publish("q", {"a", "b"});
  publish("other", {"x"});
  client_->consume("q", "c");
  client_->next_delivery();
  client_->next_delivery();
  ASSERT_TRUE(client_->get("other"));
  const auto found = all("q");
  ASSERT_TRUE(found.at(0).consumer);
  const ConsumerKey key = *found[0].consumer;
  const auto unacked = [&](const UnackedCall& call) {
    std::promise<UnackedList> answered;
    post(key.connection.shard,
         UnackedMail{key.connection, key.channel, call,
                     [&](UnackedList list) { answered.set_value(std::move(list)); }});
    return answered.get_future().get();
  };
  const UnackedList everything = unacked({});
  ASSERT_EQ(everything.deliveries.size(), 3u);
  EXPECT_EQ(everything.deliveries[1].position, 1u);
  EXPECT_EQ(everything.deliveries[1].tag, 2u);
  EXPECT_EQ(everything.deliveries[1].consumer, key.number);
  EXPECT_LT(everything.deliveries[1].age, 60'000u);
  EXPECT_EQ(everything.deliveries[2].consumer, 0u);
  EXPECT_EQ(unacked({.queue = names_->of("q")}).deliveries.size(), 2u);
  const UnackedList first = unacked({.most = 1});
  EXPECT_EQ(first.deliveries.size(), 1u);
  EXPECT_TRUE(first.more);
}

}  // namespace
}  // namespace coney::test
