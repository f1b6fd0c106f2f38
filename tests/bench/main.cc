// coney-bench: a load generator for AMQP 0-9-1 brokers. One subcommand per question; see README.md.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>

#include "tests/bench/definitions.h"
#include "tests/bench/failure.h"
#include "tests/bench/interruption.h"
#include "tests/bench/latency.h"
#include "tests/bench/load.h"
#include "tests/bench/opening.h"

namespace bench {
namespace {

struct CommandLine {
  CLI::App app{"Load generator for AMQP 0-9-1 brokers"};
  std::string uri = "amqp://guest:guest@localhost:5672/";
  std::string ca_file;
  std::string json_file;
  CommonOptions common;
  LoadOptions load;
  LoadOptions latency;
  LoadOptions routing;
  ChurnOptions churn;
  ChurnOptions idle;
  QueuesOptions queues;
  BindingsOptions bindings;
};

const std::map<std::string, ExchangeKind> kExchangeKinds{{"default", ExchangeKind::kDefault},
                                                         {"direct", ExchangeKind::kDirect},
                                                         {"fanout", ExchangeKind::kFanout},
                                                         {"topic", ExchangeKind::kTopic}};

const CLI::Validator kAssignment(
    [](std::string& text) { return text.find('=') > 0 ? "" : "KEY=VALUE is expected"; },
    "KEY=VALUE");

void add_common(CommandLine& line) {
  line.app.add_option("--uri", line.uri, "amqp://user:password@host:port/vhost; amqps: over TLS")
      ->capture_default_str();
  line.app.add_option("--cacert", line.ca_file,
                      "With amqps: the broker's certificate has to be from the authority in this "
                      "file and for the URI's host; without it any is taken");
  line.app.add_option("--pid", line.common.pid, "The broker's process, for its CPU and memory");
  line.app.add_option("--json", line.json_file,
                      "Also write a JSON object to this file, - for stdout");
  line.app.add_option("--heartbeat", line.common.heartbeat, "Seconds, 0 for none");
  line.app.add_option("--timeout", line.common.timeout_seconds, "Seconds to wait for an answer")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  line.app.require_subcommand(1);
  line.app.fallthrough();
}

void add_load(CLI::App& mode, LoadOptions& load) {
  mode.add_option("--publishers", load.publishers, "Connections that publish")
      ->capture_default_str();
  mode.add_option("--consumers", load.consumers, "Connections that consume")->capture_default_str();
  mode.add_option("--queues", load.queues)->capture_default_str()->check(CLI::PositiveNumber);
  mode.add_option("--queue", load.queue,
                  "Use the queue of this name and leave it; declared when it is not there");
  mode.add_option("--size", load.body_size, "Bytes of a message's body")->capture_default_str();
  mode.add_flag("--persistent", load.persistent, "Persistent messages in durable queues");
  mode.add_flag("--durable", load.durable, "Durable queues");
  mode.add_option("--queue-type", load.queue_type, "x-queue-type: classic, quorum, ...");
  mode.add_option("--queue-argument", load.queue_arguments,
                  "KEY=VALUE of queue.declare; repeatable")
      ->check(kAssignment);
  mode.add_option("--consume-argument", load.consume_arguments,
                  "KEY=VALUE of basic.consume; repeatable")
      ->check(kAssignment);
  mode.add_option("--confirms", load.confirm_window,
                  "Unconfirmed publishes at most, 0: no confirms")
      ->capture_default_str();
  mode.add_option("--prefetch", load.prefetch, "0: no limit")->capture_default_str();
  mode.add_option("--ack-every", load.ack_every, "One ack (multiple) per so many deliveries")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  mode.add_flag("--auto-ack", load.auto_ack);
  mode.add_option("--exchange", load.exchange, "default, direct, fanout or topic")
      ->transform(CLI::CheckedTransformer(kExchangeKinds));
  mode.add_option("--fanout", load.fanout, "Every publish goes to this many queues");
  mode.add_option("--rate", load.rate, "Publishes per second in total, 0: as fast as possible")
      ->capture_default_str();
  mode.add_option("--time", load.seconds, "Seconds to measure")->capture_default_str();
  mode.add_option("--warm-up", load.warm_up_seconds, "Seconds before that")->capture_default_str();
}

void add_throughput(CommandLine& line) {
  CLI::App* mode = line.app.add_subcommand("throughput", "Messages per second");
  add_load(*mode, line.load);
  mode->add_option("--max-backlog", line.load.max_backlog,
                   "Publishers pause when so many messages wait; 0: never; default 100000 or "
                   "256 MiB of bodies");
  mode->add_option("--messages", line.load.messages,
                   "Measure until so many are delivered (without consumers: published), from the "
                   "first on, instead of --time and --warm-up");
  mode->add_option("--consumer-rate", line.load.consumer_rate,
                   "Deliveries per second that are taken at most: slow consumers")
      ->capture_default_str();
  mode->add_option("--priorities", line.load.priorities,
                   "Publish with priorities 0 to this - 1, mixed");
  mode->add_option("--expirations", line.load.expirations,
                   "Publish with these expirations, mixed: 60000,120000,0; an empty one is none")
      ->delimiter(',');
  mode->add_option("--publisher-threads", line.load.publisher_threads)->capture_default_str();
  mode->add_option("--consumer-threads", line.load.consumer_threads)->capture_default_str();
}

void add_latency(CommandLine& line) {
  line.latency.rate = 1000;
  line.latency.ack_every = 1;
  CLI::App* mode = line.app.add_subcommand(
      "latency", "Time from when a message was due until it was delivered, at a fixed rate");
  add_load(*mode, line.latency);
}

void add_connections(CommandLine& line) {
  CLI::App* churn = line.app.add_subcommand("churn", "Connections opened and closed per second");
  churn->add_option("--parallel", line.churn.parallel)->capture_default_str();
  churn->add_option("--time", line.churn.seconds)->capture_default_str();
  line.idle.connections = 1000;
  line.idle.seconds = 2;
  CLI::App* idle = line.app.add_subcommand("idle", "Memory of idle connections with a channel");
  idle->add_option("--connections", line.idle.connections)->capture_default_str();
  idle->add_option("--parallel", line.idle.parallel)->capture_default_str();
  idle->add_option("--hold", line.idle.seconds, "Seconds")->capture_default_str();
}

void add_definitions(CommandLine& line) {
  CLI::App* queues = line.app.add_subcommand("queues", "Declaring many queues");
  queues->add_option("--queues", line.queues.queues)->capture_default_str();
  queues->add_option("--connections", line.queues.connections)->capture_default_str();
  queues->add_flag("--durable", line.queues.durable);
  queues->add_flag("--bind", line.queues.bind, "Bind each to a direct exchange");
  queues->add_flag("--keep", line.queues.keep, "Leave them there");
  line.routing.seconds = 3;
  line.routing.auto_ack = true;
  CLI::App* bindings =
      line.app.add_subcommand("bindings", "Many bindings on a topic exchange and their cost");
  bindings->add_option("--bindings", line.bindings.bindings)->capture_default_str();
  bindings->add_option("--pattern", line.bindings.pattern)
      ->capture_default_str()
      ->check(CLI::IsMember({"exact", "star", "hash"}));
  bindings->add_option("--time", line.routing.seconds, "Seconds to publish, with one and with all")
      ->capture_default_str();
}

// Options that mean something only together.
void complete(LoadOptions& load) {
  if (load.fanout > 0) {
    load.queues = load.fanout;
    if (load.exchange == ExchangeKind::kDefault) load.exchange = ExchangeKind::kFanout;
  }
  if (load.persistent) load.durable = true;
  if (!load.queue.empty() && load.queues != 1) throw Failure("--queue names one queue");
  if (load.publishers < 0 || load.consumers < 0 || load.publishers + load.consumers == 0) {
    throw Failure("nothing to do without publishers and consumers");
  }
  if (!load.auto_ack && load.prefetch > 0 && load.ack_every > load.prefetch) {
    throw Failure("--ack-every above --prefetch would wait for ever");
  }
}

Report run(CommandLine& line) {
  if (line.app.got_subcommand("throughput")) {
    complete(line.load);
    return run_throughput(line.common, line.load);
  }
  if (line.app.got_subcommand("latency")) {
    complete(line.latency);
    if (line.latency.rate <= 0) throw Failure("--rate must be above 0");
    if (line.latency.body_size < 8) throw Failure("--size must be 8 at least: it carries the time");
    return run_latency(line.common, line.latency);
  }
  if (line.app.got_subcommand("churn")) return run_churn(line.common, line.churn);
  if (line.app.got_subcommand("idle")) return run_idle(line.common, line.idle);
  if (line.app.got_subcommand("queues")) return run_queues(line.common, line.queues);
  return run_bindings(line.common, line.bindings, line.routing);
}

void write_json(const std::string& file, const Report& report) {
  if (file.empty()) return;
  if (file == "-") {
    std::cout << report.json();
    return;
  }
  std::ofstream out(file);
  out << report.json();
  if (!out.flush()) throw Failure("cannot write {}", file);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::CommandLine line;
  bench::add_common(line);
  bench::add_throughput(line);
  bench::add_latency(line);
  bench::add_connections(line);
  bench::add_definitions(line);
  CLI11_PARSE(line.app, argc, argv);
  bench::watch_for_interruption();
  try {
    line.common.uri = bench::parse_uri(line.uri);
    line.common.uri.ca_file = line.ca_file;
    const bench::Report report = bench::run(line);
    if (line.json_file != "-") std::cout << report.table();
    bench::write_json(line.json_file, report);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "coney-bench: " << error.what() << "\n";
    return 1;
  }
}
