#include "tests/bench/load.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <thread>

#include "tests/bench/consumer_loop.h"
#include "tests/bench/interruption.h"
#include "tests/bench/process_usage.h"
#include "tests/bench/publisher_loop.h"

namespace bench {
namespace {

// One write carries this much at most.
constexpr std::size_t kBatchBytes = 256 * 1024;

std::int64_t backlog_limit(const LoadOptions& load) {
  if (load.max_backlog >= 0) return load.max_backlog;
  if (load.consumers == 0) return 0;
  constexpr std::int64_t kMessages = 100'000;
  constexpr std::int64_t kBytes = 256 << 20;
  const auto size = static_cast<std::int64_t>(std::max<std::size_t>(load.body_size, 1));
  return std::max<std::int64_t>(std::min(kMessages, kBytes / size), 100);
}

std::vector<std::string> picked(const std::vector<std::string>& from,
                                const std::vector<std::size_t>& indices) {
  std::vector<std::string> out;
  for (std::size_t index : indices) out.push_back(from[index]);
  return out;
}

struct Moment {
  Totals totals;
  std::uint64_t at = 0;
  double publisher_cpu = 0;
  double consumer_cpu = 0;
  ProcessUsage broker;
};

// Connections and threads of one run. Threads are joined whatever happens.
class LoadRun {
 public:
  LoadRun(const CommonOptions& common, const LoadOptions& load, const Route& route)
      : common_(common), load_(load), shared_(route.copies, backlog_limit(load)) {
    add_consumers(route);
    add_publishers(route);
  }
  ~LoadRun() { finish(); }

  void start() {
    for (auto& loop : consumer_loops_) {
      consumer_threads_.emplace_back([&loop] { loop->run(); });
    }
    for (auto& loop : publisher_loops_) {
      publisher_threads_.emplace_back([&loop] { loop->run(); });
    }
  }

  // Sleeps in small steps, so that a failure ends the run at once.
  void pass(double seconds) const {
    const std::uint64_t end = now_ns() + static_cast<std::uint64_t>(seconds * 1e9);
    while (!shared_.stopped() && now_ns() < end) {
      throw_if_interrupted();
      const std::uint64_t left = end - std::min(end, now_ns());
      std::this_thread::sleep_for(
          std::chrono::nanoseconds(std::min<std::uint64_t>(left, 50'000'000)));
    }
  }

  // Until so many messages are through, counted from `start` on. Says when each fifth of them was,
  // and how much memory the broker had at most.
  LoadResult pass_messages(std::int64_t count, const Moment& start) {
    LoadResult result;
    std::vector<std::uint64_t> ends = {start.at};
    std::uint64_t looked_at = 0, moved_at = start.at, last = 0;
    while (!shared_.stopped() && ends.size() != 6) {
      throw_if_interrupted();
      std::this_thread::sleep_for(std::chrono::microseconds(500));
      const std::uint64_t now = now_ns(), through = messages_through() - start_of(start);
      if (through != last) moved_at = now;
      last = through;
      if (now - moved_at > static_cast<std::uint64_t>(common_.timeout_seconds) * 1'000'000'000) {
        throw Failure("no message for {} s", common_.timeout_seconds);
      }
      while (ends.size() != 6 && through * 5 >= ends.size() * static_cast<std::size_t>(count)) {
        ends.push_back(now);
      }
      if (common_.pid > 0 && now - looked_at > 20'000'000) {
        looked_at = now;
        result.most_rss =
            std::max(result.most_rss, static_cast<double>(usage_of(common_.pid).rss_bytes));
      }
    }
    if (ends.size() != 6) return result;
    const double fifth = static_cast<double>(count) / 5 * 1e9;
    result.first_fifth = fifth / static_cast<double>(ends[1] - ends[0]);
    result.last_fifth = fifth / static_cast<double>(ends[5] - ends[4]);
    return result;
  }

  Moment measure() {
    Moment moment;
    moment.totals = shared_.totals();
    moment.at = now_ns();
    for (auto& thread : publisher_threads_) {
      moment.publisher_cpu += cpu_seconds_of(thread.native_handle());
    }
    for (auto& thread : consumer_threads_) {
      moment.consumer_cpu += cpu_seconds_of(thread.native_handle());
    }
    if (common_.pid > 0) moment.broker = usage_of(common_.pid);
    return moment;
  }

  std::int64_t backlog() const { return shared_.backlog(); }

  void finish() {
    shared_.stop();
    for (auto& thread : publisher_threads_) {
      if (thread.joinable()) thread.join();
    }
    for (auto& thread : consumer_threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  void throw_failure() const {
    if (const std::string why = shared_.failure(); !why.empty()) throw Failure("{}", why);
  }

 private:
  std::uint64_t of_interest(const Totals& totals) const {
    if (load_.consumers > 0) return totals.delivered;
    return load_.confirm_window > 0 ? totals.confirmed : totals.published;
  }
  std::uint64_t messages_through() const { return of_interest(shared_.totals()); }
  std::uint64_t start_of(const Moment& start) const { return of_interest(start.totals); }

  void add_consumers(const Route& route) {
    const int threads = std::min(load_.consumer_threads, load_.consumers);
    const ConsumerHabits habits{load_.auto_ack ? 0 : load_.ack_every, common_.heartbeat,
                                load_.consumer_rate / std::max(threads, 1)};
    for (int i = 0; i < threads; ++i) {
      consumer_loops_.push_back(std::make_unique<ConsumerLoop>(shared_, habits));
    }
    const auto consumers = static_cast<std::size_t>(load_.consumers);
    for (std::size_t i = 0; i < consumers; ++i) {
      Client client(common_.uri, {common_.heartbeat, common_.timeout_seconds});
      subscribe(client, picked(route.queues, share_of(i, consumers, route.queues.size())), load_);
      std::string unread;
      Socket socket = client.release(unread);
      consumer_loops_[i % consumer_loops_.size()]->add(std::move(socket), std::move(unread));
    }
  }

  void add_publishers(const Route& route) {
    const PublisherLimits limits{load_.confirm_window, load_.rate / std::max(load_.publishers, 1),
                                 common_.heartbeat};
    for (int i = 0; i < std::min(load_.publisher_threads, load_.publishers); ++i) {
      publisher_loops_.push_back(std::make_unique<PublisherLoop>(shared_, limits));
    }
    const auto publishers = static_cast<std::size_t>(load_.publishers);
    for (std::size_t i = 0; i < publishers; ++i) {
      Client client(common_.uri, {common_.heartbeat, common_.timeout_seconds});
      if (limits.confirm_window > 0) {
        client.call<amqp::ConfirmSelectOk>(amqp::ConfirmSelect{});
      }
      auto batch = batch_for(route, i, client.frame_max());
      std::string unread;
      Socket socket = client.release(unread);
      publisher_loops_[i % publisher_loops_.size()]->add(std::move(socket), std::move(unread),
                                                         std::move(batch));
    }
  }

  // Publishers with the same routing keys share a batch.
  std::shared_ptr<const PublishBatch> batch_for(const Route& route, std::size_t index,
                                                std::uint32_t frame_max) {
    const auto publishers = static_cast<std::size_t>(load_.publishers);
    const auto share = share_of(index, publishers, route.routing_keys.size());
    auto& batch = batches_[share.front()];
    if (batch == nullptr) {
      const PublishForm form{route.exchange,   picked(route.routing_keys, share),
                             load_.body_size,  load_.persistent,
                             frame_max,        load_.priorities,
                             load_.expirations};
      batch = std::make_shared<PublishBatch>(form, kBatchBytes);
    }
    return batch;
  }

  const CommonOptions& common_;
  const LoadOptions& load_;
  SharedLoad shared_;
  std::map<std::size_t, std::shared_ptr<const PublishBatch>> batches_;
  std::vector<std::unique_ptr<PublisherLoop>> publisher_loops_;
  std::vector<std::unique_ptr<ConsumerLoop>> consumer_loops_;
  std::vector<std::thread> publisher_threads_;
  std::vector<std::thread> consumer_threads_;
};

LoadResult difference(const Moment& from, const Moment& to) {
  auto change = [&](std::uint64_t Totals::*member) {
    return static_cast<double>(to.totals.*member - from.totals.*member);
  };
  LoadResult result;
  result.seconds = static_cast<double>(to.at - from.at) / 1e9;
  result.published = change(&Totals::published);
  result.confirmed = change(&Totals::confirmed);
  result.refused = change(&Totals::refused);
  result.returned = change(&Totals::returned);
  result.delivered = change(&Totals::delivered);
  result.publisher_cpu = to.publisher_cpu - from.publisher_cpu;
  result.consumer_cpu = to.consumer_cpu - from.consumer_cpu;
  result.broker_cpu = to.broker.cpu_seconds - from.broker.cpu_seconds;
  result.broker_rss = static_cast<double>(to.broker.rss_bytes);
  result.blocked = to.totals.blocked > 0;
  return result;
}

double per(double total, double count) {
  return count > 0 ? total / count : 0;
}

}  // namespace

std::vector<std::size_t> share_of(std::size_t index, std::size_t consumers, std::size_t queues) {
  if (consumers >= queues) return {index % queues};
  std::vector<std::size_t> share;
  for (std::size_t queue = index; queue < queues; queue += consumers) share.push_back(queue);
  return share;
}

void subscribe(Client& client, const std::vector<std::string>& queues, const LoadOptions& load) {
  if (!load.auto_ack) {
    amqp::BasicQos qos;
    qos.prefetch_count = load.prefetch;
    client.call<amqp::BasicQosOk>(qos);
  }
  const std::string arguments = encoded_arguments(load.consume_arguments);
  for (const std::string& queue : queues) {
    amqp::BasicConsume consume;
    consume.queue = queue;
    consume.no_ack = load.auto_ack;
    consume.arguments = arguments;
    client.call<amqp::BasicConsumeOk>(consume);
  }
}

LoadResult run_load(const CommonOptions& common, const LoadOptions& load, const Route& route) {
  LoadRun run(common, load, route);
  LoadResult passed;
  Moment start;
  if (load.messages > 0) {
    start = run.measure();
    run.start();
    passed = run.pass_messages(load.messages, start);
  } else {
    run.start();
    run.pass(load.warm_up_seconds);
    start = run.measure();
    run.pass(load.seconds);
  }
  const Moment end = run.measure();
  LoadResult result = difference(start, end);
  result.first_fifth = passed.first_fifth;
  result.last_fifth = passed.last_fifth;
  result.most_rss = std::max(passed.most_rss, result.broker_rss);
  result.backlog = static_cast<double>(run.backlog());
  run.finish();
  run.throw_failure();
  return result;
}

Report run_throughput(const CommonOptions& common, const LoadOptions& load) {
  const Topology topology(common, load);
  const LoadResult result = run_load(common, load, topology.route());
  const double messages = load.consumers > 0 ? result.delivered : result.published;
  Report report("throughput");
  report.add("published_per_second", result.published / result.seconds, "/s");
  if (load.confirm_window > 0) {
    report.add("confirmed_per_second", result.confirmed / result.seconds, "/s");
    report.add("refused", result.refused);
  }
  report.add("delivered_per_second", result.delivered / result.seconds, "/s");
  report.add("delivered_bytes_per_second",
             result.delivered / result.seconds * static_cast<double>(load.body_size), "B/s");
  if (load.publishers > 0) report.add("backlog", result.backlog, "messages at the end");
  if (load.messages > 0) {
    report.add("first_fifth_per_second", result.first_fifth, "/s");
    report.add("last_fifth_per_second", result.last_fifth, "/s");
  }
  if (result.returned > 0) report.add("returned", result.returned);
  if (result.blocked) report.add_text("blocked", "the broker sent connection.blocked");
  if (common.pid > 0) {
    report.add("broker_cpu_us_per_message", per(result.broker_cpu * 1e6, messages), "us");
    report.add("broker_cpu_cores", result.broker_cpu / result.seconds);
    report.add("broker_rss_bytes", result.broker_rss, "B");
    if (load.messages > 0) report.add("broker_most_rss_bytes", result.most_rss, "B");
  }
  report.add("publisher_cpu_us_per_message", per(result.publisher_cpu * 1e6, result.published),
             "us");
  report.add("consumer_cpu_us_per_message", per(result.consumer_cpu * 1e6, result.delivered), "us");
  report.add("seconds", result.seconds, "s");
  return report;
}

}  // namespace bench
