#include "tests/bench/definitions.h"

#include <algorithm>
#include <deque>
#include <numeric>

#include "tests/bench/interruption.h"
#include "tests/bench/load.h"
#include "tests/bench/process_usage.h"
#include "tests/bench/topology.h"

namespace bench {
namespace {

// Requests that are under way on one connection.
constexpr std::size_t kWindow = 200;

std::vector<std::string> numbered(std::string_view what, int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(name_of(fmt::format("{}{}", what, i)));
  return names;
}

// Removes what a run declared, also when it failed.
struct Leftovers {
  const CommonOptions& common;
  std::string exchange;
  std::vector<std::string> queues;
  bool stay = false;
  ~Leftovers() {
    if (!stay) remove_quietly(common, exchange, queues);
  }
};

// Sends request(i) for every i in [0, count) spread over the clients, kWindow at a time on each.
template <typename Reply, typename Request>
void pipeline(std::deque<Client>& clients, std::size_t count, Request&& request) {
  for (std::size_t start = 0; start < count; start += kWindow * clients.size()) {
    throw_if_interrupted();
    const std::size_t end = std::min(count, start + kWindow * clients.size());
    for (std::size_t i = start; i < end; ++i) clients[i % clients.size()].post(request(i));
    for (Client& client : clients) client.flush();
    for (std::size_t i = start; i < end; ++i) clients[i % clients.size()].await<Reply>();
  }
}

void declare_exchange(Client& client, const std::string& name, std::string_view type,
                      bool durable) {
  amqp::ExchangeDeclare declare;
  declare.exchange = name;
  declare.type = type;
  declare.durable = durable;
  client.call<amqp::ExchangeDeclareOk>(declare);
}

void declare_queues(std::deque<Client>& clients, const std::vector<std::string>& names,
                    bool durable) {
  pipeline<amqp::QueueDeclareOk>(clients, names.size(), [&](std::size_t i) {
    amqp::QueueDeclare declare;
    declare.queue = names[i];
    declare.durable = durable;
    return declare;
  });
}

std::deque<Client> connect(const CommonOptions& common, int count) {
  std::deque<Client> clients;
  for (int i = 0; i < count; ++i) {
    clients.emplace_back(common.uri, ClientOptions{common.heartbeat, common.timeout_seconds});
  }
  return clients;
}

ProcessUsage usage_or_none(int pid) {
  return pid > 0 ? usage_of(pid) : ProcessUsage{};
}

double seconds_since(std::uint64_t start) {
  return static_cast<double>(now_ns() - start) / 1e9;
}

// What one declared thing cost.
void add_costs(Report& report, const CommonOptions& common, const ProcessUsage& before,
               std::string_view what, int count) {
  if (common.pid <= 0) return;
  const ProcessUsage after = usage_of(common.pid);
  const double grown = static_cast<double>(after.rss_bytes) - static_cast<double>(before.rss_bytes);
  report.add(fmt::format("broker_bytes_per_{}", what), grown / count, "B");
  report.add(fmt::format("broker_cpu_us_per_{}", what),
             (after.cpu_seconds - before.cpu_seconds) * 1e6 / count, "us");
  report.add("broker_rss_bytes", static_cast<double>(after.rss_bytes), "B");
}

// A binding pattern and a routing key that it alone matches.
struct PatternAndKey {
  std::string pattern;
  std::string key;
};

PatternAndKey pattern_of(const std::string& kind, std::size_t number) {
  const std::string key = fmt::format("region.{}.device{}.temperature", number % 100, number);
  if (kind == "star") return {fmt::format("region.*.device{}.temperature", number), key};
  if (kind == "hash") return {fmt::format("#.device{}.#", number), key};
  return {key, key};
}

LoadResult publish_through(const CommonOptions& common, const LoadOptions& load,
                           const std::string& exchange, const std::string& queue,
                           std::vector<std::string> keys) {
  return run_load(common, load, Route{exchange, {queue}, std::move(keys), 1});
}

// Every key of the run in an order that does not follow the order of declaration.
std::vector<std::string> shuffled_keys(const BindingsOptions& bindings) {
  std::vector<std::string> keys;
  std::size_t number = 0;
  const auto count = static_cast<std::size_t>(bindings.bindings);
  // A step without a common factor with the count visits all.
  std::size_t step = count * 5 / 8 + 1;
  while (std::gcd(step, count) != 1) ++step;
  for (std::size_t i = 0; i < count; ++i, number = (number + step) % count) {
    keys.push_back(pattern_of(bindings.pattern, number).key);
  }
  return keys;
}

}  // namespace

Report run_queues(const CommonOptions& common, const QueuesOptions& options) {
  std::deque<Client> clients = connect(common, options.connections);
  const std::vector<std::string> names = numbered("many", options.queues);
  Leftovers leftovers{common, options.bind ? name_of("many-x") : "", names, options.keep};
  if (options.bind) declare_exchange(clients[0], leftovers.exchange, "direct", options.durable);
  const ProcessUsage before = usage_or_none(common.pid);
  const std::uint64_t start = now_ns();
  declare_queues(clients, names, options.durable);
  const double declared = seconds_since(start);
  if (options.bind) {
    pipeline<amqp::QueueBindOk>(clients, names.size(), [&](std::size_t i) {
      amqp::QueueBind bind;
      bind.queue = names[i];
      bind.exchange = leftovers.exchange;
      bind.routing_key = names[i];
      return bind;
    });
  }
  Report report("queues");
  report.add("queues", options.queues);
  report.add("declare_seconds", declared, "s");
  report.add("declares_per_second", options.queues / declared, "/s");
  if (options.bind) report.add("bind_seconds", seconds_since(start) - declared, "s");
  add_costs(report, common, before, "queue", options.queues);
  return report;
}

Report run_bindings(const CommonOptions& common, const BindingsOptions& options,
                    const LoadOptions& load) {
  std::deque<Client> clients = connect(common, 1);
  const std::vector<std::string> queues = numbered("bound", 1);
  Leftovers leftovers{common, name_of("bound-x"), queues};
  declare_queues(clients, queues, false);
  declare_exchange(clients[0], leftovers.exchange, "topic", false);
  auto bind = [&](std::size_t i) {
    // Views must outlive the encoding, which happens before the next call.
    static std::string pattern;
    pattern = pattern_of(options.pattern, i).pattern;
    amqp::QueueBind request;
    request.queue = queues[0];
    request.exchange = leftovers.exchange;
    request.routing_key = pattern;
    return request;
  };
  pipeline<amqp::QueueBindOk>(clients, 1, bind);
  const LoadResult one = publish_through(common, load, leftovers.exchange, queues[0],
                                         {pattern_of(options.pattern, 0).key});
  const ProcessUsage before = usage_or_none(common.pid);
  const std::uint64_t start = now_ns();
  pipeline<amqp::QueueBindOk>(clients, static_cast<std::size_t>(options.bindings), bind);
  const double bound = seconds_since(start);
  Report report("bindings");
  report.add("bindings", options.bindings);
  report.add_text("pattern", options.pattern);
  report.add("bind_seconds", bound, "s");
  report.add("binds_per_second", options.bindings / bound, "/s");
  add_costs(report, common, before, "binding", options.bindings);
  const LoadResult all =
      publish_through(common, load, leftovers.exchange, queues[0], shuffled_keys(options));
  auto cost = [](const LoadResult& result) {
    return result.delivered > 0 ? result.broker_cpu * 1e6 / result.delivered : 0;
  };
  report.add("delivered_per_second_one_binding", one.delivered / one.seconds, "/s");
  report.add("delivered_per_second_all_bindings", all.delivered / all.seconds, "/s");
  if (common.pid > 0) {
    report.add("broker_cpu_us_one_binding", cost(one), "us per message");
    report.add("broker_cpu_us_all_bindings", cost(all), "us per message");
    report.add("routing_us", cost(all) - cost(one), "us more per message");
  }
  return report;
}

}  // namespace bench
