// What a restart of the broker brings back, and queues that are deeper than their window.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "broker/storage/node_storage.h"
#include "tests/integration/becomes_true.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

constexpr QueueFlags kDurable{.durable = true};

amqp::PropertyList persistent() {
  amqp::PropertyList properties;
  properties.delivery_mode = 2;
  return properties;
}

std::string encoded(const amqp::PropertyList& properties) {
  std::string bytes;
  properties.encode(bytes);
  return bytes;
}

// "0", "1", ... without a gap.
std::vector<std::string> numbers(int first, int last) {
  std::vector<std::string> texts;
  for (int n = first; n <= last; ++n) texts.push_back(std::to_string(n));
  return texts;
}

std::vector<std::string> drain(Client& client, const std::string& queue) {
  std::vector<std::string> bodies;
  while (auto got = client.get(queue, true)) bodies.push_back(std::move(got->body));
  return bodies;
}

using Flags = std::vector<std::pair<std::string, bool>>;

Flags drain_with_flags(Client& client, const std::string& queue) {
  Flags flags;
  while (auto got = client.get(queue, true)) flags.emplace_back(got->body, got->redelivered);
  return flags;
}

// 0 where sanitizers keep what is freed.
std::int64_t resident_kilobytes() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 0;
#endif
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6));
  }
  return 0;
}

// A broker that is stopped and started, and clients of it.
class Storage : public testing::Test {
 protected:
  void SetUp() override { start(); }

  void start() {
    Config config = broker_config(directory_ / "data");
    config.durability = durability_;
    broker_ = std::make_unique<LocalBroker>(config);
    client_ = std::make_unique<Client>(broker_->port());
  }
  // The clients' connections drop.
  void restart() {
    client_.reset();
    broker_.reset();
    start();
  }
  Client connect() { return Client(broker_->port()); }

  void publish(const std::string& queue, const std::vector<std::string>& bodies) {
    for (const std::string& body : bodies) client_->publish("", queue, body, persistent());
  }
  // Published and confirmed.
  void store(const std::string& queue, const std::vector<std::string>& bodies) {
    Client publisher = connect();
    publisher.confirm_select();
    for (const std::string& body : bodies) publisher.publish("", queue, body, persistent());
    publisher.wait_for_confirms();
    publisher.close();
  }

  static constexpr std::ptrdiff_t kMostLogFiles = 4;
  std::ptrdiff_t log_files() const {
    const std::filesystem::directory_iterator files(directory_ / "data" / "wal");
    return std::count_if(begin(files), end(files),
                         [](const auto& file) { return file.path().extension() == ".wal"; });
  }
  // Restarts until all that the log holds now is in segments: each run begins a file.
  void outlive_log() {
    for (std::ptrdiff_t life = 0; life <= kMostLogFiles; ++life) {
      client_->declare("filler", kDurable);
      store("filler", {"x"});
      restart();
      ASSERT_TRUE(becomes_true([this] { return log_files() <= kMostLogFiles; }));
    }
  }

  Durability durability_ = Durability::kFsync;
  TemporaryDirectory directory_;
  std::unique_ptr<LocalBroker> broker_;
  std::unique_ptr<Client> client_;
};

// ---- what comes back ----

TEST_F(Storage, PersistentMessagesComeBackInOrder) {
  client_->declare("q", kDurable);
  store("q", numbers(0, 999));
  restart();
  EXPECT_EQ(client_->counts("q").messages, 1000u);
  EXPECT_EQ(drain(*client_, "q"), numbers(0, 999));
}

TEST_F(Storage, PropertiesHeadersAndBodyComeBackAsTheyWere) {
  std::string headers;
  amqp::encode_table(headers, {{"a", amqp::Value::text("x")},
                               {"b", amqp::Value::int64(-7)},
                               {"c", amqp::Value::table({{"d", amqp::Value::boolean(true)}})}});
  amqp::PropertyList properties = persistent();
  properties.headers = std::string_view(headers).substr(4);
  properties.content_type = "text/plain";
  properties.content_encoding = "utf-8";
  properties.priority = 3;
  properties.correlation_id = "correlation";
  properties.reply_to = "reply";
  properties.message_id = "id";
  properties.timestamp = 1234567890;
  properties.type = "type";
  properties.app_id = "app";
  const std::string body("\0\1\2 a body", 10);
  client_->declare("q", kDurable);
  client_->confirm_select();
  client_->publish("", "q", body, properties);
  client_->wait_for_confirms();
  restart();
  const auto got = client_->get("q");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body, body);
  EXPECT_EQ(got->properties, encoded(properties));
}

TEST_F(Storage, TransientMessagesDoNotComeBack) {
  client_->declare("q", kDurable);
  client_->confirm_select();
  for (int n = 0; n != 10; ++n) {
    client_->publish("", "q", std::to_string(n), n % 2 == 0 ? persistent() : amqp::PropertyList{});
  }
  client_->wait_for_confirms();
  restart();
  EXPECT_EQ(drain(*client_, "q"), (std::vector<std::string>{"0", "2", "4", "6", "8"}));
}

TEST_F(Storage, QueuesThatAreNotDurableDoNotComeBack) {
  client_->declare("q");
  store("q", numbers(0, 9));
  restart();
  EXPECT_FALSE(client_->queue_exists("q"));
  client_->declare("q");
  EXPECT_EQ(drain(*client_, "q"), numbers(1, 0));
}

TEST_F(Storage, LargeAndEmptyBodiesComeBack) {
  client_->declare("q", kDurable);
  std::vector<std::string> bodies;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{32'767}, std::size_t{32'768},
        std::size_t{131'072}, std::size_t{5'000'000}}) {
    bodies.emplace_back(size, static_cast<char>('a' + bodies.size()));
  }
  store("q", bodies);
  restart();
  EXPECT_TRUE(drain(*client_, "q") == bodies);
}

TEST_F(Storage, MessagesOfSeveralLivesKeepTheirOrder) {
  client_->declare("q", kDurable);
  for (int life = 0; life != 4; ++life) {
    store("q", numbers(life * 10, life * 10 + 9));
    restart();
  }
  EXPECT_EQ(drain(*client_, "q"), numbers(0, 39));
}

// ---- settled and unsettled ----

TEST_F(Storage, SettledMessagesDoNotComeBack) {
  client_->declare("q", kDurable);
  store("q", numbers(0, 9));
  std::vector<std::uint64_t> tags;
  for (int n = 0; n != 10; ++n) tags.push_back(client_->get("q")->tag);
  client_->ack(tags[3], true);
  client_->ack(tags[7]);
  client_->flush();
  restart();
  EXPECT_EQ(drain(*client_, "q"), (std::vector<std::string>{"4", "5", "6", "8", "9"}));
}

TEST_F(Storage, MessagesOfNoAckConsumersDoNotComeBack) {
  client_->declare("q", kDurable);
  store("q", numbers(0, 4));
  client_->consume("q", "c", true);
  for (int n = 0; n != 5; ++n) EXPECT_EQ(client_->next_delivery().body, std::to_string(n));
  restart();
  EXPECT_EQ(drain(*client_, "q"), numbers(1, 0));
}

TEST_F(Storage, OnlyWhatWasDeliveredIsRedelivered) {
  client_->declare("q", kDurable);
  store("q", numbers(0, 5));
  for (int n = 0; n != 3; ++n) client_->get("q");
  restart();
  EXPECT_EQ(
      drain_with_flags(*client_, "q"),
      (Flags{{"0", true}, {"1", true}, {"2", true}, {"3", false}, {"4", false}, {"5", false}}));
}

TEST_F(Storage, RedeliveredFlagSurvivesAnotherRestart) {
  client_->declare("q", kDurable);
  store("q", numbers(0, 3));
  for (int n = 0; n != 2; ++n) client_->get("q");
  restart();
  store("q", {"4"});
  restart();
  EXPECT_EQ(drain_with_flags(*client_, "q"),
            (Flags{{"0", true}, {"1", true}, {"2", false}, {"3", false}, {"4", false}}));
}

TEST_F(Storage, RequeuedMessagesComeBackInTheirPlaceAndRedelivered) {
  client_->declare("q", kDurable);
  store("q", numbers(0, 4));
  std::vector<std::uint64_t> tags;
  for (int n = 0; n != 3; ++n) tags.push_back(client_->get("q")->tag);
  client_->requeue(tags[1]);
  client_->ack(tags[0]);
  client_->flush();
  restart();
  EXPECT_EQ(drain_with_flags(*client_, "q"),
            (Flags{{"1", true}, {"2", true}, {"3", false}, {"4", false}}));
}

TEST_F(Storage, AnOldUnackedMessageComesBackInFrontOfTheRest) {
  client_->declare("q", kDurable);
  store("q", numbers(0, 0));
  client_->get("q");
  for (int turn = 0; turn != 5; ++turn) {
    store("q", numbers(1, 50));
    for (int n = 1; n <= 50; ++n) client_->ack(client_->get("q")->tag);
  }
  store("q", numbers(1, 2));
  client_->flush();
  restart();
  EXPECT_EQ(drain_with_flags(*client_, "q"), (Flags{{"0", true}, {"1", false}, {"2", false}}));
}

// ---- queues that were emptied ----

TEST_F(Storage, PurgedMessagesDoNotComeBack) {
  client_->declare("q", kDurable);
  store("q", numbers(0, 99));
  client_->get("q");  // is not ready, and stays
  client_->purge("q");
  store("q", {"behind"});
  restart();
  EXPECT_EQ(drain(*client_, "q"), (std::vector<std::string>{"0", "behind"}));
}

TEST_F(Storage, QueueThatIsDeletedAndDeclaredAgainIsEmpty) {
  client_->declare("q", kDurable);
  store("q", numbers(0, 99));
  client_->delete_queue("q");
  client_->declare("q", kDurable);
  store("q", {"new"});
  restart();
  EXPECT_EQ(drain_with_flags(*client_, "q"), (Flags{{"new", false}}));
}

TEST_F(Storage, DeletedQueueStaysDeleted) {
  client_->declare("q", kDurable);
  store("q", numbers(0, 9));
  client_->delete_queue("q");
  restart();
  EXPECT_FALSE(client_->queue_exists("q"));
  client_->declare("q", kDurable);
  EXPECT_EQ(client_->counts("q").messages, 0u);
}

// ---- the log's files ----

TEST_F(Storage, LogFilesOfEarlierRunsAreGivenBack) {
  client_->declare("q", kDurable);
  for (int life = 0; life != 8; ++life) {
    store("q", {std::to_string(life)});
    restart();
  }
  EXPECT_TRUE(becomes_true([this] { return log_files() <= kMostLogFiles; }));
  restart();
  EXPECT_EQ(drain(*client_, "q"), numbers(0, 7));
}

// What was moved to a segment and settled there stays settled when the log files that say so are
// gone and the segment is not.
TEST_F(Storage, SettledMessagesOfASegmentThatStaysDoNotComeBack) {
  client_->declare("kept", kDurable);
  client_->declare("q", kDurable);
  store("kept", numbers(0, 99));
  store("q", numbers(0, 99));
  outlive_log();
  client_->consume("q", "c");
  for (int n = 0; n != 100; ++n) client_->next_delivery();
  client_->ack(0, true);
  client_->flush();
  outlive_log();
  EXPECT_EQ(client_->counts("q").messages, 0u);
  EXPECT_EQ(drain(*client_, "kept"), numbers(0, 99));
}

// ---- routing ----

TEST_F(Storage, MessageOfManyQueuesComesBackInEachThatHasNotSettledIt) {
  Client other = connect();  // on the other shard
  client_->declare_exchange("x", "fanout", true);
  for (int n = 0; n != 6; ++n) {
    const std::string queue = "q" + std::to_string(n);
    (n % 2 == 0 ? *client_ : other).declare(queue, {.durable = n != 5});
    client_->bind(queue, "x", "");
  }
  client_->confirm_select();
  for (const std::string& body : numbers(0, 9)) client_->publish("x", "", body, persistent());
  client_->wait_for_confirms();
  for (int n = 0; n != 10; ++n) client_->ack(client_->get("q1")->tag);
  client_->ack(client_->get("q2")->tag);
  client_->flush();
  other.close();
  restart();
  EXPECT_EQ(drain(*client_, "q0"), numbers(0, 9));
  EXPECT_EQ(drain(*client_, "q1"), numbers(1, 0));
  EXPECT_EQ(drain(*client_, "q2"), numbers(1, 9));
  EXPECT_EQ(drain(*client_, "q3"), numbers(0, 9));
  EXPECT_EQ(drain(*client_, "q4"), numbers(0, 9));
  EXPECT_FALSE(client_->queue_exists("q5"));
}

// ---- transactions ----

TEST_F(Storage, CommittedTransactionComesBackWhole) {
  Client other = connect();
  client_->declare("q", kDurable);
  other.declare("p", kDurable);
  store("q", {"taken"});
  const std::uint64_t tag = client_->get("q")->tag;
  client_->tx_select();
  for (const std::string& body : numbers(0, 9)) {
    publish("p", {body});
    publish("q", {body});
  }
  client_->ack(tag);
  client_->tx_commit();
  other.close();
  restart();
  EXPECT_EQ(drain(*client_, "q"), numbers(0, 9));
  EXPECT_EQ(drain(*client_, "p"), numbers(0, 9));
}

TEST_F(Storage, TransactionThatWasNotCommittedLeavesNothing) {
  client_->declare("q", kDurable);
  store("q", {"taken"});
  const std::uint64_t tag = client_->get("q")->tag;
  client_->tx_select();
  publish("q", {"rolled back"});
  client_->tx_rollback();
  publish("q", {"never committed"});
  client_->ack(tag);
  client_->flush();
  restart();
  EXPECT_EQ(drain_with_flags(*client_, "q"), (Flags{{"taken", true}}));
}

TEST_F(Storage, MessageThatWasSettledRightBehindItsCommitDoesNotComeBack) {
  Client other = connect();
  client_->declare("q", kDurable);
  other.declare("p", kDurable);
  other.consume("q", "c");
  client_->tx_select();
  for (int n = 0; n != 200; ++n) {
    publish("q", {std::to_string(n)});
    publish("p", {std::to_string(n)});
    client_->tx_commit();
    other.ack(other.next_delivery().tag);
  }
  other.flush();
  other.close();
  restart();
  EXPECT_EQ(client_->counts("q").messages, 0u);
  EXPECT_EQ(drain(*client_, "p"), numbers(0, 199));
}

// ---- durability ----

class StorageOfDurability : public Storage, public testing::WithParamInterface<Durability> {
 protected:
  void SetUp() override {
    durability_ = GetParam();
    Storage::SetUp();
  }
};
INSTANTIATE_TEST_SUITE_P(All, StorageOfDurability,
                         testing::Values(Durability::kFsync, Durability::kWrite,
                                         Durability::kNone));

TEST_P(StorageOfDurability, MessagesComeBackWhenTheBrokerWasStopped) {
  client_->declare("q", kDurable);
  store("q", numbers(0, 99));
  client_->tx_select();
  publish("q", {"100"});
  client_->tx_commit();
  restart();
  EXPECT_EQ(drain(*client_, "q"), numbers(0, 100));
}

// ---- a process that is killed ----

class StorageOfProcess : public testing::TestWithParam<Durability> {
 protected:
  Config config() const {
    Config config = broker_config(directory_ / "data");
    config.durability = GetParam();
    return config;
  }
  TemporaryDirectory directory_;
};
INSTANTIATE_TEST_SUITE_P(Kept, StorageOfProcess,
                         testing::Values(Durability::kFsync, Durability::kWrite));

TEST_P(StorageOfProcess, ConfirmedMessagesSurviveAKill) {
  {
    BrokerProcess process(config());
    Client client(process.port());
    client.declare("q", kDurable);
    client.confirm_select();
    for (const std::string& body : numbers(0, 99)) client.publish("", "q", body, persistent());
    client.wait_for_confirms();
    client.get("q");
    process.signal(SIGKILL);
    EXPECT_EQ(process.wait(), -SIGKILL);
  }
  LocalBroker broker(config());
  Client client(broker.port());
  const Flags flags = drain_with_flags(client, "q");
  ASSERT_EQ(flags.size(), 100u);
  for (int n = 0; n != 100; ++n) {
    EXPECT_EQ(flags[static_cast<std::size_t>(n)], std::pair(std::to_string(n), n == 0));
  }
}

// ---- deeper than the window ----

constexpr int kDeep = 100'000;
constexpr std::size_t kDeepBody = 1000;  // bytes: 100 MB in all

std::string deep_body(int number) {
  std::string body = std::to_string(number);
  body.resize(kDeepBody, static_cast<char>('a' + number % 26));
  return body;
}

class DeepStorage : public Storage {
 protected:
  // Published in steps, so that what is on its way takes no memory to speak of.
  void fill(const std::string& queue, bool persist) {
    Client publisher = connect();
    publisher.confirm_select();
    const amqp::PropertyList properties = persist ? persistent() : amqp::PropertyList{};
    for (int n = 0; n != kDeep; ++n) {
      publisher.publish("", queue, deep_body(n), properties);
      if (n % 1000 == 999) publisher.wait_for_confirms();
    }
    publisher.close();
  }
  std::uint64_t megabytes_in(const char* folder) const {
    std::uint64_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(directory_ / "data" / folder)) {
      bytes += file.file_size();
    }
    return bytes / 1'000'000;
  }
  void expect_all(const std::string& queue) {
    client_->qos(500);
    client_->consume(queue, "c");
    for (int n = 0; n != kDeep; ++n) {
      const Delivery delivery = client_->next_delivery();
      ASSERT_TRUE(delivery.body == deep_body(n)) << "message " << n;
      EXPECT_FALSE(delivery.redelivered);
      if (n % 100 == 99) client_->ack(delivery.tag, true);
    }
    client_->ack(0, true);
    client_->flush();
    EXPECT_EQ(client_->counts(queue).messages, 0u);
  }
};

TEST_F(DeepStorage, MemoryStaysFlatAndTheOrderIsKept) {
  client_->declare("q", kDurable);
  const std::int64_t before = resident_kilobytes();
  fill("q", true);
  EXPECT_EQ(client_->counts("q").messages, static_cast<std::uint32_t>(kDeep));
  EXPECT_LT(resident_kilobytes() - before, 80'000);  // of 100 MB of bodies alone
  EXPECT_TRUE(becomes_true([this] { return megabytes_in("segments") > 60; }));
  expect_all("q");
}

TEST_F(DeepStorage, TransientMessagesSpillAndComeBackInOrder) {
  client_->declare("q");
  const std::int64_t before = resident_kilobytes();
  fill("q", false);
  EXPECT_LT(resident_kilobytes() - before, 80'000);
  EXPECT_TRUE(becomes_true([this] { return megabytes_in("spill") > 60; }));
  expect_all("q");
}

TEST_F(DeepStorage, ComesBackWholeAfterARestart) {
  client_->declare("q", kDurable);
  fill("q", true);
  restart();
  EXPECT_EQ(client_->counts("q").messages, static_cast<std::uint32_t>(kDeep));
  expect_all("q");
}

TEST_F(DeepStorage, IsReadWithBasicGetToo) {
  client_->declare("q", kDurable);
  fill("q", true);
  constexpr int kGot = 30'000;
  for (int n = 0; n != kGot; ++n) {
    const auto got = client_->get("q", true);
    ASSERT_TRUE(got) << "message " << n;
    ASSERT_TRUE(got->body == deep_body(n)) << "message " << n;
  }
  EXPECT_EQ(client_->counts("q").messages, std::uint32_t{kDeep - kGot});
}

TEST_F(DeepStorage, IsEmptyWhenItIsPurged) {
  client_->declare("q", kDurable);
  fill("q", true);
  client_->purge("q");
  EXPECT_EQ(client_->counts("q").messages, 0u);
  store("q", {"behind"});
  restart();
  EXPECT_EQ(drain(*client_, "q"), std::vector<std::string>{"behind"});
}

// What is paged out is seen in the space view, and goes with the messages.
TEST_F(Storage, TheSpaceViewNamesTheQueuesThatHaveSegments) {
  client_->declare("deep", kDurable);
  const std::string body(20'000, 'x');
  for (int n = 0; n != 6'000; ++n) client_->publish("", "deep", body, persistent());
  client_->flush();
  const NodeStorage& storage = *broker_->server().storage();
  ASSERT_TRUE(becomes_true([&] {
    const StorageSpace now = storage.space();
    return !now.queues.empty() && now.queues[0].live_bytes > 10'000'000;
  }));
  const StorageSpace space = storage.space();
  EXPECT_GE(space.segments.durable.live, space.queues[0].live_bytes / 2);
  EXPECT_GT(space.queues[0].file_bytes, 0u);
  EXPECT_GE(space.log.files, 1u);
  EXPECT_EQ(space.damage.chunks, 0u);
  client_->purge("deep");
  EXPECT_TRUE(becomes_true([&] { return storage.space().queues.empty(); }));
}

TEST_F(Storage, MessagesOfBothKindsInOneQueueShareChunks) {
  client_->declare("both", kDurable);
  client_->declare("filler", kDurable);
  std::vector<std::string> kept;
  for (int n = 0; n != 1'000; ++n) {
    const bool keep = n % 2 == 0;
    if (keep) kept.push_back(std::to_string(n));
    client_->publish("", "both", std::to_string(n), keep ? persistent() : amqp::PropertyList{});
  }
  // Four files of the log: what is in the first moves to a segment.
  const std::string megabyte(1 << 20, 'x');
  for (int n = 0; n != 110; ++n) {
    client_->publish("", "filler", megabyte, persistent());
    client_->purge("filler");
  }
  const NodeStorage& storage = *broker_->server().storage();
  ASSERT_TRUE(becomes_true([&] { return storage.space().queues.size() == 1; }));
  EXPECT_LE(storage.space().queues[0].chunks, 3u);
  EXPECT_EQ(client_->counts("both").messages, 1'000u);
  restart();
  EXPECT_EQ(drain(*client_, "both"), kept);
}

// Someone has put back a copy of the definitions that is older than the messages.
TEST_F(Storage, AQueueDoesNotGetTheMessagesOfOneThatTheDefinitionsDoNotKnow) {
  const auto database = directory_ / "data" / "definitions.sqlite";
  restart();
  client_.reset();
  broker_.reset();
  std::filesystem::copy_file(database, directory_ / "copy");
  start();
  client_->declare("forgotten", kDurable);
  store("forgotten", numbers(1, 3));
  client_.reset();
  broker_.reset();
  for (const char* rest : {"definitions.sqlite-wal", "definitions.sqlite-shm"}) {
    std::filesystem::remove(directory_ / "data" / rest);
  }
  std::filesystem::copy_file(directory_ / "copy", database,
                             std::filesystem::copy_options::overwrite_existing);
  start();
  client_->declare("another", kDurable);
  store("another", {"its own"});
  restart();
  EXPECT_EQ(drain(*client_, "another"), std::vector<std::string>{"its own"});
}

}  // namespace
}  // namespace coney::test
