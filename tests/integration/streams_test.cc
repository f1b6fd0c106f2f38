// Streams over AMQP 0-9-1: reading from anywhere, retention, and what a restart brings back.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "amqp/properties.h"
#include "amqp/table.h"
#include "tests/integration/administration.h"
#include "tests/integration/becomes_true.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/integration/failing_disk.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

using amqp::Value;

amqp::Table with(amqp::Table arguments, const std::string& key, Value value) {
  arguments.append(key, std::move(value));
  return arguments;
}

const amqp::Table kStream{{"x-queue-type", Value::text("stream")}};

amqp::Table from(Value offset) {
  return {{"x-stream-offset", std::move(offset)}};
}

Value offset_of(const Delivery& delivery) {
  const auto list = amqp::PropertyList::decode(delivery.properties);
  if (!list || !list->headers) return {};
  amqp::Decoder value(amqp::find_encoded(*list->headers, "x-stream-offset"));
  auto decoded = amqp::decode_value(value);
  return decoded ? *decoded : Value{};
}

// The bodies are the numbers of the messages, filled up to `size`.
std::string body(int number, std::size_t size = 0) {
  std::string text = std::to_string(number);
  if (text.size() < size) text.resize(size, ' ');
  return text;
}
int number_of(const Delivery& delivery) {
  return std::stoi(delivery.body);
}

class Streams : public testing::Test {
 protected:
  void SetUp() override { start(); }

  void start() {
    broker_ = std::make_unique<LocalBroker>(broker_config(directory_ / "data"), system_resources(),
                                            storage_);
    client_ = std::make_unique<Client>(broker_->port());
  }
  void restart() {
    client_.reset();
    broker_.reset();
    start();
  }
  Client connect() { return Client(broker_->port()); }

  // Messages first, first + 1, ..., last, published and confirmed.
  void store(const std::string& stream, int first, int last, std::size_t size = 0,
             const amqp::PropertyList& properties = {}) {
    Client publisher = connect();
    store(publisher, stream, first, last, size, properties);
  }
  static void store(Client& publisher, const std::string& stream, int first, int last,
                    std::size_t size = 0, const amqp::PropertyList& properties = {}) {
    publisher.confirm_select();
    send(publisher, stream, first, last, size, properties);
  }
  // REQUIRES: confirm_select().
  static void send(Client& publisher, const std::string& stream, int first, int last,
                   std::size_t size, const amqp::PropertyList& properties = {}) {
    for (int n = first; n <= last; ++n) publisher.publish("", stream, body(n, size), properties);
    publisher.wait_for_confirms();
  }

  // The first `count` deliveries to a new consumer; each has to have its number as offset.
  static std::vector<int> read(Client& client, const std::string& stream, std::size_t count,
                               const amqp::Table& arguments) {
    client.qos(100);
    client.consume(stream, "reader", false, arguments);
    std::vector<int> numbers;
    while (numbers.size() != count) {
      const Delivery delivery = client.next_delivery();
      EXPECT_EQ(offset_of(delivery), Value::int64(number_of(delivery)));
      EXPECT_FALSE(delivery.redelivered);
      client.ack(delivery.tag);
      numbers.push_back(number_of(delivery));
    }
    return numbers;
  }
  std::vector<int> read(const std::string& stream, std::size_t count,
                        const amqp::Table& arguments = from(Value::text("first"))) {
    Client client = connect();
    return read(client, stream, count, arguments);
  }

  static std::vector<int> numbers(int first, int last) {
    std::vector<int> numbers;
    for (int n = first; n <= last; ++n) numbers.push_back(n);
    return numbers;
  }

  TemporaryDirectory directory_;
  FailingDisk disk_;
  StorageOptions storage_;
  std::unique_ptr<LocalBroker> broker_;
  std::unique_ptr<Client> client_;
};

// ---- reading ----

TEST_F(Streams, TenConsumersReadTheSameHistory) {
  client_->declare("s", {.durable = true}, kStream);
  store("s", 0, 2999, 1000);
  for (int reader = 0; reader != 10; ++reader) EXPECT_EQ(read("s", 3000), numbers(0, 2999));
  EXPECT_EQ(client_->counts("s").messages, 3000u);
}

TEST_F(Streams, ConsumersStartWhereTheyAreTold) {
  client_->declare("s", {.durable = true}, kStream);
  store("s", 0, 99, 10'000);
  EXPECT_EQ(read("s", 3, from(Value::int64(42))), numbers(42, 44));
  EXPECT_EQ(read("s", 1, from(Value::text("last"))), numbers(99, 99));
  EXPECT_EQ(read("s", 2, from(Value::text("1h"))), numbers(0, 1));
  EXPECT_EQ(read("s", 2, from(Value::timestamp(1'600'000'000))), numbers(0, 1));
  Client next = connect();
  next.qos(10);
  next.consume("s", "next");
  Client later = connect();
  later.qos(10);
  later.consume("s", "later", false, from(Value::int64(101)));
  store("s", 100, 102);
  EXPECT_EQ(number_of(next.next_delivery()), 100);
  EXPECT_EQ(number_of(later.next_delivery()), 101);
}

TEST_F(Streams, SettlingGivesCreditAndNothingComesAgain) {
  client_->declare("s", {.durable = true}, kStream);
  store("s", 0, 5);
  client_->qos(2);
  client_->consume("s", "c", false, from(Value::text("first")));
  const Delivery first = client_->next_delivery();
  const Delivery second = client_->next_delivery();
  client_->flush();
  EXPECT_EQ(client_->deliveries_kept(), 0u);
  client_->requeue(first.tag);
  const Delivery third = client_->next_delivery();
  EXPECT_EQ(number_of(third), 2);
  client_->ack(third.tag, true);
  EXPECT_EQ(number_of(client_->next_delivery()), 3);
  EXPECT_EQ(number_of(client_->next_delivery()), 4);
  client_->flush();
  EXPECT_EQ(client_->deliveries_kept(), 0u);
}

TEST_F(Streams, AConsumerOnEachShardFollowsWhatIsPublished) {
  client_->declare("s", {.durable = true}, kStream);
  std::vector<Client> readers;
  for (int n = 0; n != 4; ++n) {
    Client& reader = readers.emplace_back(broker_->port());
    reader.qos(10);
    reader.consume("s", "c");
  }
  store("s", 0, 999);
  for (Client& reader : readers) {
    for (int n = 0; n != 1000; ++n) {
      const Delivery delivery = reader.next_delivery();
      ASSERT_EQ(number_of(delivery), n);
      reader.ack(delivery.tag);
    }
  }
}

TEST_F(Streams, FiltersOfConsumersAreKeptByTheBroker) {
  client_->declare("s", {.durable = true}, kStream);
  client_->confirm_select();
  for (int n = 0; n != 600; ++n) {
    std::string headers;
    amqp::encode_table(headers, {{"x-stream-filter-value", Value::text(n % 3 == 0 ? "a" : "b")}});
    amqp::PropertyList properties;
    if (n % 3 != 2) properties.headers = std::string_view(headers).substr(4);
    client_->publish("", "s", body(n, 5000), properties);
  }
  client_->wait_for_confirms();
  auto filter = [](Value values) {
    return with(from(Value::text("first")), "x-stream-filter", std::move(values));
  };
  EXPECT_EQ(read("s", 3, filter(Value::text("a"))), (std::vector{0, 3, 6}));
  EXPECT_EQ(read("s", 4, filter(Value::array({Value::text("a"), Value::text("b")}))),
            (std::vector{0, 1, 3, 4}));
  EXPECT_EQ(read("s", 3,
                 with(filter(Value::text("b")), "x-stream-match-unfiltered", Value::boolean(true))),
            (std::vector{1, 2, 4}));
  EXPECT_EQ(read("s", 200, filter(Value::text("a"))).back(), 597);
}

TEST_F(Streams, WhatAStreamCannotDoIsRefused) {
  client_->declare("s", {.durable = true}, kStream);
  auto refused = [this](auto action) {
    Client client = connect();
    try {
      action(client);
    } catch (const ClosedByBroker& closed) {
      return std::pair(closed.code, closed.only_channel);
    }
    return std::pair<std::uint16_t, bool>(0, false);
  };
  using Refusal = std::pair<std::uint16_t, bool>;
  EXPECT_EQ(refused([](Client& client) { client.get("s"); }), Refusal(540, false));
  EXPECT_EQ(refused([](Client& client) { client.purge("s"); }), Refusal(540, false));
  EXPECT_EQ(refused([](Client& client) { client.consume("s", "c"); }), Refusal(406, true));
  EXPECT_EQ(refused([](Client& client) {
              client.qos(1);
              client.consume("s", "c", true);
            }),
            Refusal(540, false));
}

TEST_F(Streams, ADeletedStreamIsGone) {
  client_->declare("s", {.durable = true}, kStream);
  store("s", 0, 99, 10'000);
  client_->delete_queue("s");
  EXPECT_FALSE(client_->queue_exists("s"));
  client_->declare("s", {.durable = true}, kStream);
  EXPECT_EQ(client_->counts("s").messages, 0u);
  store("s", 0, 0);
  EXPECT_EQ(read("s", 1), numbers(0, 0));
}

// ---- beside other queues ----

TEST_F(Streams, AMessageGoesToStreamsAndQueuesAlike) {
  client_->declare("s", {.durable = true}, kStream);
  client_->declare("t", {.durable = true}, kStream);
  client_->declare("q", {.durable = true});
  for (const char* queue : {"s", "t", "q"}) client_->bind(queue, "amq.fanout", "");
  amqp::PropertyList persistent;
  persistent.delivery_mode = 2;
  client_->confirm_select();
  for (int n = 0; n != 100; ++n) client_->publish("amq.fanout", "", body(n), persistent);
  client_->wait_for_confirms();
  restart();
  EXPECT_EQ(read("s", 100), numbers(0, 99));
  EXPECT_EQ(read("t", 100), numbers(0, 99));
  EXPECT_EQ(client_->counts("q").messages, 100u);
}

TEST_F(Streams, ATransactionIsInTheStreamOnceItIsCommitted) {
  client_->declare("s", {.durable = true}, kStream);
  Client reader = connect();
  reader.qos(10);
  reader.consume("s", "c");
  client_->tx_select();
  client_->publish("", "s", body(5));
  client_->tx_rollback();
  for (int n = 0; n != 3; ++n) client_->publish("", "s", body(n));
  client_->tx_commit();
  for (int n = 0; n != 3; ++n) EXPECT_EQ(number_of(reader.next_delivery()), n);
  restart();
  EXPECT_EQ(read("s", 3), numbers(0, 2));
}

// ---- restart ----

TEST_F(Streams, OffsetsAreTheSameAfterARestart) {
  client_->declare("s", {.durable = true}, kStream);
  store("s", 0, 1999, 1000);
  restart();
  EXPECT_EQ(client_->counts("s").messages, 2000u);
  EXPECT_EQ(read("s", 2000), numbers(0, 1999));
  store("s", 2000, 2099, 1000);
  EXPECT_EQ(read("s", 101, from(Value::int64(1999))), numbers(1999, 2099));
  restart();
  EXPECT_EQ(read("s", 1, from(Value::text("last"))), numbers(2099, 2099));
}

TEST_F(Streams, TimesAreTheSameAfterARestart) {
  client_->declare("s", {.durable = true}, kStream);
  store("s", 0, 999, 1000);
  restart();
  EXPECT_EQ(read("s", 2, from(Value::text("1h"))), numbers(0, 1));
  Client future = connect();
  future.qos(10);
  future.consume("s", "c", false, from(Value::timestamp(4'000'000'000)));
  store("s", 1000, 1000);
  EXPECT_EQ(number_of(future.next_delivery()), 1000);
}

TEST_F(Streams, WhatWasConfirmedIsThereAfterAKill) {
  constexpr int kMessages = 3000;
  std::uint32_t confirmed = 0;
  {
    client_.reset();
    broker_.reset();
    BrokerProcess process(directory_ / "data");
    Client client(process.port());
    client.declare("s", {.durable = true}, kStream);
    store(client, "s", 0, kMessages - 1, 500);
    Client reader(process.port());
    EXPECT_EQ(read(reader, "s", kMessages, from(Value::text("first"))).size(), kMessages);
    for (int n = kMessages; n != kMessages + 100; ++n) client.publish("", "s", body(n));
    client.write_out();
    confirmed = kMessages;
    process.signal(SIGKILL);
    EXPECT_EQ(process.wait(), -SIGKILL);
  }
  start();
  const auto count = static_cast<int>(client_->counts("s").messages);
  EXPECT_GE(count, static_cast<int>(confirmed));
  EXPECT_EQ(read("s", static_cast<std::size_t>(count)), numbers(0, count - 1));
  store("s", count, count + 9);
  EXPECT_EQ(read("s", 10, from(Value::int64(count))), numbers(count, count + 9));
}

// ---- retention ----

class StreamsRetention : public Streams {
 protected:
  static constexpr std::int64_t kSegment = 64 * 1024;
  static amqp::Table small_segments(const std::string& key, Value value) {
    return with(with(kStream, "x-stream-max-segment-size-bytes", Value::int64(kSegment)), key,
                std::move(value));
  }
  static PutPolicy retention(amqp::Table definition) {
    return {{.vhost = "/", .name = "p", .pattern = "^s$", .definition = std::move(definition)}};
  }
  int first_offset() { return read("s", 1).front(); }
};

TEST_F(StreamsRetention, ALongStreamLosesItsBeginning) {
  client_->declare("s", {.durable = true},
                   small_segments("x-max-length-bytes", Value::int64(500'000)));
  store("s", 0, 1999, 1000);
  const int first = first_offset();
  EXPECT_GE(first, 1500);
  EXPECT_LE(first, 1650);
  EXPECT_EQ(client_->counts("s").messages, static_cast<std::uint32_t>(2000 - first));
  restart();
  EXPECT_EQ(read("s", static_cast<std::size_t>(2000 - first)), numbers(first, 1999));
  store("s", 2000, 2000);
}

TEST_F(StreamsRetention, WhatIsTooOldGoes) {
  client_->declare("s", {.durable = true}, small_segments("x-max-age", Value::text("1s")));
  store("s", 0, 999, 1000);
  // What is not a whole segment stays.
  EXPECT_TRUE(becomes_true([this] { return client_->counts("s").messages < 70; }));
  restart();
  EXPECT_GE(first_offset(), 930);
  store("s", 1000, 1000);
  EXPECT_EQ(read("s", 1, from(Value::text("last"))), numbers(1000, 1000));
}

TEST_F(StreamsRetention, APolicyShortensAStreamThatIsThere) {
  client_->declare("s", {.durable = true}, small_segments("x-max-age", Value::text("1h")));
  store("s", 0, 1999, 1000);
  EXPECT_EQ(first_offset(), 0);
  EXPECT_FALSE(
      run(broker_->server(), retention({{"max-length-bytes", Value::int64(500'000)}})).refused);
  EXPECT_TRUE(becomes_true([this] { return client_->counts("s").messages < 550; }));
  const int first = first_offset();
  EXPECT_GE(first, 1450);
  EXPECT_LE(first, 1650);
  restart();
  EXPECT_EQ(first_offset(), first);
}

TEST_F(StreamsRetention, APolicyEndsWhatIsTooOldInAStreamThatIsThere) {
  client_->declare("s", {.durable = true},
                   small_segments("x-max-length-bytes", Value::int64(1'000'000'000)));
  store("s", 0, 999, 1000);
  EXPECT_EQ(first_offset(), 0);
  EXPECT_FALSE(run(broker_->server(), retention({{"max-age", Value::text("1s")}})).refused);
  EXPECT_TRUE(becomes_true([this] { return client_->counts("s").messages < 70; }));
  EXPECT_GE(first_offset(), 930);
}

TEST_F(StreamsRetention, AReaderOfWhatGoesContinuesBehindIt) {
  client_->declare("s", {.durable = true},
                   small_segments("x-max-length-bytes", Value::int64(200'000)));
  store("s", 0, 0);
  Client reader = connect();
  reader.qos(1);
  reader.consume("s", "c", false, from(Value::text("first")));
  const Delivery first = reader.next_delivery();
  EXPECT_EQ(number_of(first), 0);
  store("s", 1, 1999, 1000);
  reader.ack(first.tag);
  EXPECT_GE(number_of(reader.next_delivery()), 1700);
}

// ---- files ----

class StreamsOnSmallFiles : public Streams {
 protected:
  void SetUp() override {
    storage_.log_file_bytes = storage_.segment_bytes = 1024 * 1024;
    start();
  }
  std::uint64_t segment_bytes() const {
    std::uint64_t bytes = 0;
    std::error_code error;  // files come and go
    for (const auto& file : std::filesystem::directory_iterator(directory_ / "data" / "segments")) {
      const std::uint64_t size = file.file_size(error);
      if (!error) bytes += size;
    }
    return bytes;
  }
};

// What retention leaves is moved together, what the log has had is in segments.
TEST_F(StreamsOnSmallFiles, AStreamStaysWhileTheFilesAroundItGo) {
  constexpr std::size_t kBody = 3000;
  client_->declare("long", {.durable = true}, kStream);
  client_->declare("short", {.durable = true},
                   with(with(kStream, "x-stream-max-segment-size-bytes", Value::int64(32 * 1024)),
                        "x-max-length-bytes", Value::int64(300'000)));
  Client publisher = connect();
  publisher.confirm_select();
  for (int first = 0; first != 3000; first += 100) {
    send(publisher, "long", first / 3, (first + 100) / 3 - 1, kBody);
    send(publisher, "short", first, first + 99, kBody);
  }
  constexpr std::uint64_t kLive = 1000 * kBody + 300'000, kConstant = 6 * 1024 * 1024;
  EXPECT_TRUE(becomes_true([this] { return segment_bytes() < 2 * kLive + kConstant; }));
  for (int life = 0; life != 3; ++life) {
    EXPECT_EQ(read("long", 1000), numbers(0, 999));
    const auto count = static_cast<int>(client_->counts("short").messages);
    EXPECT_LT(count, 110);
    EXPECT_EQ(read("short", static_cast<std::size_t>(count)), numbers(3000 - count, 2999));
    restart();
  }
}

TEST_F(StreamsOnSmallFiles, WhatAReaderHasSeenIsThereAlthoughTheLogFailed) {
  storage_.files = &disk_;
  restart();
  client_->declare("s", {.durable = true}, kStream);
  Client reader = connect();
  reader.qos(1000);
  reader.consume("s", "c", false, from(Value::text("first")));
  std::vector<std::string> seen;
  auto see = [&](std::size_t count) {
    while (seen.size() < count) {
      const Delivery delivery = reader.next_delivery();
      EXPECT_EQ(offset_of(delivery), Value::int64(static_cast<std::int64_t>(seen.size())));
      seen.push_back(delivery.body);
      reader.ack(delivery.tag);
    }
  };
  Client publisher = connect();
  publisher.confirm_select();
  int next = 0;
  auto refused = [&](int count) {
    for (int n = 0; n != count; ++n) publisher.publish("", "s", body(next++));
    publisher.wait_for_confirms();
    return publisher.take_refused().size();
  };
  EXPECT_EQ(refused(100), 0u);
  see(100);
  disk_.fail_writes("wal", FailingDisk::Fault::kNoSpace);
  EXPECT_EQ(refused(100), 100u);
  reader.flush();
  EXPECT_EQ(reader.deliveries_kept(), 0u);
  disk_.fail_writes("wal", FailingDisk::Fault::kNone);
  EXPECT_TRUE(becomes_true([&] { return refused(1) == 0; }));
  see(static_cast<std::size_t>(next));
  restart();
  EXPECT_EQ(client_->counts("s").messages, seen.size());
  client_->qos(1000);
  client_->consume("s", "c", false, from(Value::text("first")));
  for (const std::string& each : seen) {
    const Delivery delivery = client_->next_delivery();
    EXPECT_EQ(delivery.body, each);
    client_->ack(delivery.tag);
  }
}

}  // namespace
}  // namespace coney::test
