// Dead letters as clients see them, on two shards, over restarts and over kill -9.

#include <chrono>
#include <set>

#include "tests/integration/many_lives.h"

namespace coney::test {
namespace {

class DeadLetters : public BrokerOfManyLives {
 protected:
  // A quorum queue whose dead letters must arrive in `target`.
  void declare_sure(const std::string& queue, const std::string& target) {
    Table arguments = dead_letters_to(target);
    arguments.set("x-queue-type", Value::text("quorum"));
    arguments.set("x-overflow", Value::text("reject-publish"));
    arguments.set("x-dead-letter-strategy", Value::text("at-least-once"));
    client_->declare(queue, kDurable, arguments);
  }
  void reject_all(const std::string& queue) {
    while (auto got = client_->get(queue)) client_->reject(got->tag);
    client_->flush();
  }
  // Sooner than by trying again after ten seconds.
  template <typename Question>
  static void expect_soon(Question question) {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(becomes_true(question));
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(8));
  }
};
INSTANTIATE_TEST_SUITE_P(, DeadLetters, kEveryEnd, kEndName);

TEST_P(DeadLetters, DeadLettersGoToQueuesOfOtherShardsAndSurvive) {
  Client& other = *other_shard_;
  for (const char* name : {"a", "b"}) client_->declare(name, kDurable, dead_letters_to("dead"));
  other.declare("dead", kDurable, dead_letters_to("a"));
  store("a", "m");
  client_->reject(get("a").tag);
  EXPECT_TRUE(becomes_count("dead", 1));
  EXPECT_EQ(client_->counts("a").messages, 0u);
  restart();
  Delivery dead = get("dead");
  EXPECT_EQ(deaths_of(dead), std::vector<std::string>{"a rejected 1"});
  EXPECT_TRUE(dead.redelivered);
  client_->reject(dead.tag);
  dead = get("a");
  EXPECT_EQ(deaths_of(dead), (std::vector<std::string>{"dead rejected 1", "a rejected 1"}));
  restart();
  client_->purge("dead");
  client_->reject(get("a").tag);
  EXPECT_EQ(deaths_of(get("dead")), (std::vector<std::string>{"a rejected 2", "dead rejected 1"}));
}

TEST_P(DeadLetters, DeathsThatAClientPublishesAreReplacedUnlessTrusted) {
  for (bool trusted : {false, true}) {
    config_ = broker_config(directory_ / "data");
    config_->trust_publisher_deaths = trusted;
    restart();
    client_->declare("dead");
    client_->declare("q", {}, dead_letters_to("dead"));
    Table death{{"count", Value::int64(5)},
                {"reason", Value::text("rejected")},
                {"queue", Value::text("q")}};
    Table headers{{"x-death", Value::array({Value::table(death)})}};
    std::string encoded;
    amqp::encode_table(encoded, headers);
    client_->publish("", "q", "m", {.headers = std::string_view(encoded).substr(4)});
    client_->reject(get("q").tag);
    EXPECT_EQ(deaths_of(get("dead")),
              std::vector<std::string>{trusted ? "q rejected 6" : "q rejected 1"});
  }
}

TEST_P(DeadLetters, MessageThatExpiresInACircleIsDropped) {
  client_->declare("a", {},
                   {{"x-message-ttl", Value::int32(10)},
                    {"x-dead-letter-exchange", Value::text("")},
                    {"x-dead-letter-routing-key", Value::text("b")}});
  client_->declare("b", {},
                   {{"x-message-ttl", Value::int32(10)},
                    {"x-dead-letter-exchange", Value::text("")},
                    {"x-dead-letter-routing-key", Value::text("a")}});
  client_->publish("", "a", "m");
  EXPECT_TRUE(becomes_true(
      [&] { return client_->counts("a").messages + client_->counts("b").messages == 0; }));
}

TEST_P(DeadLetters, ThatMustArriveWaitForTheirQueueOverARestart) {
  declare_sure("q", "dead");
  for (char c : {'a', 'b', 'c'}) store("q", std::string(1, c));
  reject_all("q");
  for (int life = 0; life != 3; ++life) {
    EXPECT_EQ(client_->counts("q").messages, 0u);
    EXPECT_FALSE(client_->get("q"));
    restart();
  }
  other_shard_->declare("dead", kDurable);
  expect_soon([&] { return client_->counts("dead").messages == 3; });
  const Delivery first = get("dead", true);
  EXPECT_EQ(first.body, "a");
  EXPECT_EQ(deaths_of(first), std::vector<std::string>{"q rejected 1"});
  EXPECT_EQ(drain("dead"), "bc");
  restart();
  EXPECT_EQ(client_->counts("q").messages + client_->counts("dead").messages, 0u);
}

// Otherwise nothing would hold up their growth.
TEST_P(DeadLetters, ThatMustArriveCountWherePublishesAreRefused) {
  Table arguments = dead_letters_to("dead");
  arguments.set("x-queue-type", Value::text("quorum"));
  arguments.set("x-overflow", Value::text("reject-publish"));
  arguments.set("x-dead-letter-strategy", Value::text("at-least-once"));
  arguments.set("x-max-length", Value::int32(2));
  client_->declare("q", kDurable, arguments);
  for (char c : {'a', 'b', 'c'}) store("q", std::string(1, c));
  reject_all("q");
  restart();
  client_->confirm_select();
  confirms_ = true;
  store("q", "d");
  client_->wait_for_confirms();
  EXPECT_EQ(client_->take_refused(), std::set<std::uint64_t>{1});
  client_->declare("dead", kDurable);
  expect_soon([&] { return client_->counts("dead").messages == 3; });
  expect_soon([&] {
    store("q", "e");
    client_->wait_for_confirms();
    return client_->take_refused().empty();
  });
}

TEST_P(DeadLetters, ThatMustArriveWaitForABinding) {
  client_->declare_exchange("dlx", "direct", true);
  client_->declare("dead", kDurable);
  Table arguments = {{"x-dead-letter-exchange", Value::text("dlx")},
                     {"x-queue-type", Value::text("quorum")},
                     {"x-overflow", Value::text("reject-publish")},
                     {"x-dead-letter-strategy", Value::text("at-least-once")}};
  client_->declare("q", kDurable, arguments);
  store("q", "m");
  reject_all("q");
  client_->bind("dead", "dlx", "q");
  expect_soon([&] { return client_->counts("dead").messages == 1; });
}

TEST_P(DeadLetters, ThatMustArriveGoWhereThereIsRoom) {
  other_shard_->declare(
      "full", kDurable,
      {{"x-max-length", Value::int32(1)}, {"x-overflow", Value::text("reject-publish")}});
  client_->declare("open", kDurable);
  client_->bind("full", "amq.fanout", "");
  client_->bind("open", "amq.fanout", "");
  client_->declare("q", kDurable,
                   {{"x-dead-letter-exchange", Value::text("amq.fanout")},
                    {"x-queue-type", Value::text("quorum")},
                    {"x-overflow", Value::text("reject-publish")},
                    {"x-dead-letter-strategy", Value::text("at-least-once")}});
  for (char c : {'a', 'b', 'c', 'd'}) store("q", std::string(1, c));
  reject_all("q");
  EXPECT_TRUE(becomes_count("open", 4));
  expect_soon([&, taken = std::string()]() mutable {
    if (auto got = client_->get("full", true)) taken += got->body;
    return taken == "abcd";
  });
  // Nothing comes twice to the queue that had it already.
  EXPECT_EQ(drain("open"), "abcd");
}

TEST_P(DeadLetters, OfAnExpiringQueueAllArriveInOrder) {
  other_shard_->declare("dead", kDurable);
  Table arguments = dead_letters_to("dead");
  arguments.set("x-message-ttl", Value::int32(1));
  client_->declare("q", kDurable, arguments);
  client_->confirm_select();
  confirms_ = true;
  for (int n = 0; n != 20'000; ++n) store("q", std::to_string(n));
  client_->wait_for_confirms();
  EXPECT_TRUE(becomes_count("dead", 20'000));
  for (int n = 0; n != 20'000; ++n) ASSERT_EQ(client_->get("dead", true)->body, std::to_string(n));
}

// A stop waits for letters that are under way; kill -9 may show one in both places.
TEST_P(DeadLetters, UnderWayAtTheEndAreNotLost) {
  constexpr int kLetters = 500;
  other_shard_->declare("dead", kDurable);
  client_->declare("q", kDurable, dead_letters_to("dead"));
  for (int n = 0; n != kLetters; ++n) store("q", "m");
  wait_for_the_log();
  for (int n = 0; n != kLetters; ++n) client_->get("q");
  for (std::uint64_t tag = 1; tag <= kLetters; ++tag) client_->reject(tag);
  client_->write_out();
  end();
  start();
  const std::uint32_t in_queue = client_->counts("q").messages;
  const std::uint32_t dead = client_->counts("dead").messages;
  if (GetParam() == End::kStop) {
    EXPECT_EQ(in_queue + dead, std::uint32_t{kLetters});
  } else {
    EXPECT_GE(in_queue + dead, std::uint32_t{kLetters});
  }
}

}  // namespace
}  // namespace coney::test
