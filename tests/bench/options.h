#pragma once
// What the command line says, per mode.

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/uri.h"

namespace bench {

struct CommonOptions {
  Uri uri;
  int pid = 0;  // of the broker, 0 when it is not to be measured
  std::uint16_t heartbeat = 0;
  int timeout_seconds = 30;
};

enum class ExchangeKind : std::uint8_t { kDefault, kDirect, kFanout, kTopic };

struct LoadOptions {
  int publishers = 1;
  int consumers = 1;
  int queues = 1;
  std::string queue;  // its name: not declared if it is there, and left as it is
  int publisher_threads = 1;
  int consumer_threads = 1;
  std::size_t body_size = 16;
  bool persistent = false;
  bool durable = false;
  std::string queue_type;                      // x-queue-type, empty for none
  std::vector<std::string> queue_arguments;    // KEY=VALUE, beside it; numbers are numbers
  std::vector<std::string> consume_arguments;  // the same, of basic.consume
  int priorities = 0;                          // see PublishForm
  std::vector<std::string> expirations;
  std::uint32_t confirm_window = 0;  // 0: no confirms
  std::uint16_t prefetch = 1000;
  std::uint32_t ack_every = 100;
  bool auto_ack = false;
  ExchangeKind exchange = ExchangeKind::kDefault;
  int fanout = 0;            // every publish goes to this many queues
  double rate = 0;           // messages per second over all publishers, 0 for as fast as possible
  double consumer_rate = 0;  // deliveries per second over all consumers, 0: no limit
  std::int64_t max_backlog = -1;  // -1: a default that suits body_size
  double warm_up_seconds = 1;
  double seconds = 10;
  std::int64_t messages = 0;  // measure until so many are through, from the first on; 0: by time
};

struct ChurnOptions {
  int connections = 0;  // idle: how many to hold
  int parallel = 50;    // opened at a time
  double seconds = 5;   // churn: how long; idle: how long to hold
};

struct QueuesOptions {
  int queues = 10'000;
  int connections = 1;
  bool durable = false;
  bool bind = false;  // bind each to a direct exchange
  bool keep = false;  // they stay
};

struct BindingsOptions {
  int bindings = 10'000;
  std::string pattern = "exact";  // exact, star, hash
};

}  // namespace bench
