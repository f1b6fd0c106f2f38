#include "tests/bench/topology.h"

#include <unistd.h>

#include <charconv>
#include <cstdio>

#include "amqp/table.h"

namespace bench {
namespace {

std::string_view type_of(ExchangeKind kind) {
  switch (kind) {
    case ExchangeKind::kDirect:
      return "direct";
    case ExchangeKind::kFanout:
      return "fanout";
    case ExchangeKind::kTopic:
      return "topic";
    case ExchangeKind::kDefault:
      break;
  }
  return "";
}

amqp::Value value_of(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  return is_number ? amqp::Value::int64(number) : amqp::Value::text(text);
}

std::string queue_arguments(const LoadOptions& load) {
  std::vector<std::string> all = load.queue_arguments;
  if (!load.queue_type.empty()) all.push_back("x-queue-type=" + load.queue_type);
  return encoded_arguments(all);
}

// Deletes go out in batches, so that 100,000 queues do not cost as many round trips.
constexpr std::size_t kBatch = 500;

}  // namespace

std::string name_of(std::string_view what) {
  return fmt::format("coney-bench.{}.{}", ::getpid(), what);
}

std::string encoded_arguments(const std::vector<std::string>& assignments) {
  if (assignments.empty()) return {};
  amqp::Table table;
  for (const std::string& assignment : assignments) {
    const std::size_t sign = assignment.find('=');
    table.append(assignment.substr(0, sign), value_of(assignment.substr(sign + 1)));
  }
  std::string encoded;
  amqp::encode_table(encoded, table);
  return encoded.substr(4);
}

Topology::Topology(const CommonOptions& common, const LoadOptions& load)
    : common_(common), client_(common.uri, {common.heartbeat, common.timeout_seconds}) {
  try {
    load.queue.empty() ? declare_queues(load) : declare_named(load);
    if (load.exchange == ExchangeKind::kDefault) {
      route_.routing_keys = route_.queues;
    } else {
      declare_exchange(load);
    }
  } catch (...) {
    remove();
    throw;
  }
}

Topology::~Topology() {
  remove();
}

void Topology::remove() {
  if (queues_stay_) route_.queues.clear();
  remove_quietly(common_, route_.exchange, route_.queues);
}

// A queue that is there may have been declared with other arguments.
void Topology::declare_named(const LoadOptions& load) {
  queues_stay_ = true;
  route_.queues.push_back(load.queue);
  amqp::QueueDeclare declare;
  declare.queue = load.queue;
  declare.passive = true;
  try {
    Client(common_.uri, {0, common_.timeout_seconds}).call<amqp::QueueDeclareOk>(declare);
  } catch (const Failure&) {
    declare.passive = false;
    declare.durable = load.durable;
    const std::string arguments = queue_arguments(load);
    declare.arguments = arguments;
    client_.call<amqp::QueueDeclareOk>(declare);
  }
}

void Topology::declare_queues(const LoadOptions& load) {
  const std::string arguments = queue_arguments(load);
  for (int i = 0; i < load.queues; ++i) {
    const std::string& name = route_.queues.emplace_back(name_of(fmt::format("q{}", i)));
    amqp::QueueDeclare declare;
    declare.queue = name;
    declare.durable = load.durable;
    declare.arguments = arguments;
    client_.call<amqp::QueueDeclareOk>(declare);
  }
}

void Topology::declare_exchange(const LoadOptions& load) {
  route_.exchange = name_of("x");
  amqp::ExchangeDeclare declare;
  declare.exchange = route_.exchange;
  declare.type = type_of(load.exchange);
  declare.durable = load.durable;
  client_.call<amqp::ExchangeDeclareOk>(declare);
  const bool to_all = load.fanout > 0 || load.exchange == ExchangeKind::kFanout;
  for (std::size_t i = 0; i < route_.queues.size(); ++i) {
    const std::string key = to_all ? "bench.all.key" : fmt::format("bench.{}.key", i);
    const std::string pattern = load.exchange == ExchangeKind::kTopic
                                    ? fmt::format("bench.{}.#", to_all ? "*" : std::to_string(i))
                                    : key;
    amqp::QueueBind bind;
    bind.queue = route_.queues[i];
    bind.exchange = route_.exchange;
    bind.routing_key = pattern;
    client_.call<amqp::QueueBindOk>(bind);
    if (!to_all || i == 0) route_.routing_keys.push_back(key);
  }
  if (to_all) route_.copies = static_cast<int>(route_.queues.size());
}

void remove_quietly(const CommonOptions& common, const std::string& exchange,
                    const std::vector<std::string>& queues) {
  try {
    Client client(common.uri, {0, common.timeout_seconds});
    if (!exchange.empty()) {
      amqp::ExchangeDelete remove;
      remove.exchange = exchange;
      client.call<amqp::ExchangeDeleteOk>(remove);
    }
    for (std::size_t start = 0; start < queues.size(); start += kBatch) {
      const std::size_t end = std::min(queues.size(), start + kBatch);
      for (std::size_t i = start; i < end; ++i) {
        amqp::QueueDelete remove;
        remove.queue = queues[i];
        client.post(remove);
      }
      for (std::size_t i = start; i < end; ++i) client.await<amqp::QueueDeleteOk>();
    }
    client.close();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "coney-bench: could not clear away: %s\n", error.what());
  }
}

}  // namespace bench
