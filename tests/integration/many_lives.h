#pragma once
// A broker on two shards that has several lives in a test: each ends in an orderly stop or in
// kill -9, and the next one begins with the same data.

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/integration/becomes_true.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {

using amqp::Table;
using amqp::Value;

constexpr QueueFlags kDurable{.durable = true};

inline amqp::PropertyList persistent() {
  amqp::PropertyList properties;
  properties.delivery_mode = 2;
  return properties;
}

inline Table headers_of(const Delivery& delivery) {
  auto properties = amqp::PropertyList::decode(delivery.properties);
  if (!properties || !properties->headers) return {};
  return *amqp::decode_table(*properties->headers);
}

inline std::string text_in(const Table& table, std::string_view key) {
  const Value* value = table.find(key);
  return value && value->as_string() ? *value->as_string() : "";
}

inline std::int64_t number_in(const Table& table, std::string_view key) {
  const Value* value = table.find(key);
  return value ? value->as_integer().value_or(-1) : -1;
}

// "q rejected 2": queue, reason and count of each death, newest first.
inline std::vector<std::string> deaths_of(const Delivery& delivery) {
  std::vector<std::string> deaths;
  const Table headers = headers_of(delivery);
  const Value* all = headers.find("x-death");
  if (!all || !all->as_array()) return deaths;
  for (const Value& death : *all->as_array()) {
    const Table& table = *death.as_table();
    deaths.push_back(text_in(table, "queue") + " " + text_in(table, "reason") + " " +
                     std::to_string(number_in(table, "count")));
  }
  return deaths;
}

// How a life of the broker ends.
enum class End : std::uint8_t { kStop, kKill };

class BrokerOfManyLives : public testing::TestWithParam<End> {
 protected:
  void SetUp() override { start(); }
  void start() {
    process_ =
        std::make_unique<BrokerProcess>(config_ ? *config_ : broker_config(directory_ / "data"));
    client_ = std::make_unique<Client>(process_->port());
    other_shard_ = std::make_unique<Client>(process_->port());
    client_->declare("log.of.one", kDurable);
    other_shard_->declare("log.of.the.other", kDurable);
  }
  void restart() {
    wait_for_the_log();
    end();
    start();
  }
  void end() {
    const bool kills = GetParam() == End::kKill;
    process_->signal(kills ? SIGKILL : SIGTERM);
    client_.reset();
    other_shard_.reset();
    EXPECT_EQ(process_->wait(), kills ? -SIGKILL : 0);
  }
  // Until all that the client has done so far is on disk, on both shards.
  void wait_for_the_log() {
    if (!std::exchange(confirms_, true)) client_->confirm_select();
    for (const char* queue : {"log.of.one", "log.of.the.other"}) {
      client_->publish("", queue, "m", persistent());
    }
    client_->wait_for_confirms();
    confirms_ = false;  // the next client's
  }
  Client connect() { return Client(process_->port()); }

  void store(const std::string& queue, const std::string& body,
             amqp::PropertyList properties = persistent()) {
    properties.delivery_mode = 2;
    client_->publish("", queue, body, properties);
  }
  std::string drain(const std::string& queue) {
    std::string all;
    while (auto got = client_->get(queue, true)) all += got->body;
    return all;
  }
  Delivery get(const std::string& queue, bool no_ack = false) {
    std::optional<Delivery> got;
    EXPECT_TRUE(becomes_true([&] {
      got = client_->get(queue, no_ack);
      return got.has_value();
    }));
    return got.value_or(Delivery{});
  }
  bool becomes_count(const std::string& queue, std::uint32_t messages) {
    return becomes_true([&] { return client_->counts(queue).messages == messages; });
  }

  TemporaryDirectory directory_;
  std::optional<Config> config_;
  std::unique_ptr<BrokerProcess> process_;
  std::unique_ptr<Client> client_, other_shard_;
  bool confirms_ = false;
};

inline Table dead_letters_to(const std::string& queue) {
  return {{"x-dead-letter-exchange", Value::text("")},
          {"x-dead-letter-routing-key", Value::text(queue)}};
}

const auto kEveryEnd = testing::Values(End::kStop, End::kKill);
const auto kEndName = [](const auto& each) {
  return std::string(each.param == End::kStop ? "Stop" : "Kill");
};

}  // namespace coney::test
