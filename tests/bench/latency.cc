#include "tests/bench/latency.h"

#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <deque>
#include <memory>
#include <thread>

#include "tests/bench/confirm_window.h"
#include "tests/bench/event_queue.h"
#include "tests/bench/handshake.h"
#include "tests/bench/histogram.h"
#include "tests/bench/inbound.h"
#include "tests/bench/interruption.h"
#include "tests/bench/load.h"
#include "tests/bench/process_usage.h"
#include "tests/bench/publish_batch.h"

namespace bench {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
// How long deliveries and confirms may come in after the last message.
constexpr std::uint64_t kGrace = 2 * kSecond;

// A sleeping thread wakes tens of microseconds late, which is not the broker's latency. So the
// publisher sleeps until shortly before and spins, where that is little of its time.
constexpr std::uint64_t kSpin = 60'000;

// When messages are due: number n at start + n / rate. Those due before `measured_from` warm up.
struct Schedule {
  std::uint64_t start = 0;
  std::uint64_t measured_from = 0;
  std::uint64_t end = 0;
  double rate = 0;

  std::uint64_t due(std::uint64_t number) const {
    return start + static_cast<std::uint64_t>(static_cast<double>(number) / rate * 1e9);
  }
  std::uint64_t messages() const {
    return static_cast<std::uint64_t>(std::floor(static_cast<double>(end - start) / 1e9 * rate));
  }
};

struct Progress {
  std::atomic<std::uint64_t> delivered{0};
  std::atomic<bool> failed{false};
  std::atomic<bool> stop{false};
};

void precise_timers() {
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

void refuse_method(std::uint32_t id, std::string_view arguments) {
  if (id == amqp::ConnectionBlocked::kMethod.id.packed()) return;
  if (id == amqp::ConnectionUnblocked::kMethod.id.packed()) return;
  throw Failure("{}", describe_method(id, arguments));
}

class LatencyConsumer {
 public:
  LatencyConsumer(const Schedule& schedule, Progress& progress, const LoadOptions& load)
      : schedule_(schedule), progress_(progress), ack_every_(load.auto_ack ? 0 : load.ack_every) {}

  void add(Client&& client) {
    std::string unread;
    Socket socket = client.release(unread);
    events_.add(socket.fd(), EPOLLIN, links_.size());
    links_.push_back({std::move(socket), Inbound(std::move(unread)), 0, {}});
  }

  void run() {
    while (!progress_.stop.load()) {
      for (const epoll_event& event : events_.wait(50'000'000)) serve(links_[event.data.u64]);
    }
  }

  const Histogram& histogram() const { return histogram_; }

 private:
  struct Link {
    Socket socket;
    Inbound inbound;
    std::uint32_t unacked = 0;
    std::string output;
  };
  struct Handler {
    LatencyConsumer& self;
    Link& link;
    std::uint64_t now;
    std::uint64_t count = 0;

    void delivered(std::uint64_t tag, std::uint64_t stamp) {
      ++count;
      if (stamp >= self.schedule_.measured_from) self.histogram_.record(now - std::min(now, stamp));
      if (self.ack_every_ == 0 || ++link.unacked < self.ack_every_) return;
      link.unacked = 0;
      amqp::BasicAck ack;
      ack.delivery_tag = tag;
      ack.multiple = true;
      append_method(link.output, 1, ack);
    }
    void confirmed(std::uint64_t, bool, bool) {}
    void method(std::uint16_t, std::uint32_t id, std::string_view arguments) {
      refuse_method(id, arguments);
    }
    void broken(const char* why) { throw Failure("the broker sent {}", why); }
  };

  void serve(Link& link) {
    Handler handler{*this, link, now_ns()};
    link.inbound.read(link.socket, buffer_, handler);
    progress_.delivered.fetch_add(handler.count);
    if (link.output.empty()) return;
    const ssize_t sent = link.socket.send(link.output, MSG_DONTWAIT);
    if (sent > 0) link.output.erase(0, static_cast<std::size_t>(sent));
  }

  const Schedule& schedule_;
  Progress& progress_;
  std::uint32_t ack_every_;
  EventQueue events_;
  ReadBuffer buffer_;
  std::deque<Link> links_;
  Histogram histogram_;
};

class LatencyPublisher {
 public:
  LatencyPublisher(const Schedule& schedule, Progress& progress, const LoadOptions& load,
                   const Route& route)
      : schedule_(schedule), progress_(progress), load_(load), route_(route) {}

  void add(Client&& client) {
    const std::uint32_t frame_max = client.frame_max();
    std::string unread;
    Socket socket = client.release(unread);
    events_.add(socket.fd(), EPOLLIN, links_.size());
    Link& link = links_.emplace_back(std::move(socket), std::move(unread));
    amqp::PropertyList properties;
    if (load_.persistent) properties.delivery_mode = 2;
    for (const std::string& key : route_.routing_keys) {
      std::string& form = link.forms.emplace_back();
      append_publish(form, 1, route_.exchange, key, properties, std::string(load_.body_size, 'x'),
                     frame_max);
      std::string without_body;
      append_publish(without_body, 1, route_.exchange, key, properties, "", frame_max);
      link.stamp_at.push_back(without_body.size() + amqp::kFrameHeaderSize);
    }
  }

  void run() {
    precise_timers();
    if (schedule_.rate * kSpin * 10 < 1e9) spin_ = kSpin;
    const std::uint64_t messages = schedule_.messages();
    std::uint64_t number = 0;
    while (number < messages && !progress_.stop.load()) {
      const std::uint64_t now = now_ns();
      for (; number < messages && schedule_.due(number) <= now; ++number) publish(number);
      flush_all();
      wait_until(schedule_.due(number) - spin_);
      while (spin_ > 0 && now_ns() < schedule_.due(number)) {
      }
    }
    const std::uint64_t deadline = now_ns() + kGrace;
    while (!progress_.stop.load() && now_ns() < deadline && !all_is_back()) {
      flush_all();
      wait_until(now_ns() + 1'000'000);
    }
  }

  std::uint64_t published() const { return published_; }
  const Histogram& confirm_histogram() const { return confirms_; }
  const Histogram& sent_confirm_histogram() const { return sent_confirms_; }
  const Histogram& send_histogram() const { return sends_; }

 private:
  struct Times {
    std::uint64_t due, sent;
  };
  struct Link {
    Link(Socket&& s, std::string unread) : socket(std::move(s)), inbound(std::move(unread)) {}
    Socket socket;
    Inbound inbound;
    std::vector<std::string> forms;  // one publish per routing key
    std::vector<std::size_t> stamp_at;
    std::string output;
    ConfirmWindow window;
    std::deque<Times> times;  // of tags from window.first_unconfirmed() on
    std::uint64_t first_timed_tag = 1;
  };
  struct Handler {
    LatencyPublisher& self;
    Link& link;
    std::uint64_t now;

    void delivered(std::uint64_t, std::uint64_t) {}
    void confirmed(std::uint64_t tag, bool multiple, bool) {
      link.window.confirm(tag, multiple, [&](std::uint64_t settled) {
        const Times& times = link.times[settled - link.first_timed_tag];
        if (times.due < self.schedule_.measured_from) return;
        self.confirms_.record(now - std::min(now, times.due));
        self.sent_confirms_.record(now - std::min(now, times.sent));
      });
      while (link.first_timed_tag < link.window.first_unconfirmed()) {
        link.times.pop_front();
        ++link.first_timed_tag;
      }
    }
    void method(std::uint16_t, std::uint32_t id, std::string_view arguments) {
      refuse_method(id, arguments);
    }
    void broken(const char* why) { throw Failure("the broker sent {}", why); }
  };

  void publish(std::uint64_t number) {
    Link& link = links_[number % links_.size()];
    const std::size_t form = number / links_.size() % link.forms.size();
    const std::uint64_t due = schedule_.due(number);
    std::memcpy(link.forms[form].data() + link.stamp_at[form], &due, sizeof due);
    link.output.append(link.forms[form]);
    const std::uint64_t now = now_ns();
    if (load_.confirm_window > 0) {
      link.window.publish();
      link.times.push_back({due, now});
    }
    ++published_;
    if (due >= schedule_.measured_from) sends_.record(now - due);
  }

  void flush_all() {
    for (Link& link : links_) {
      if (link.output.empty()) continue;
      const ssize_t sent = link.socket.send(link.output, MSG_DONTWAIT);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        throw Failure("write: {}", std::strerror(errno));
      }
      if (sent > 0) link.output.erase(0, static_cast<std::size_t>(sent));
    }
  }

  // Reads what is there also when the time has passed already.
  void wait_until(std::uint64_t when) {
    std::uint64_t now = now_ns();
    do {
      throw_if_interrupted();
      // Where a socket is full, look again soon.
      const std::uint64_t most = anything_unsent() ? 100'000 : 50'000'000;
      for (const epoll_event& event : events_.wait(std::min(when - std::min(now, when), most))) {
        Link& link = links_[event.data.u64];
        Handler handler{*this, link, now_ns()};
        link.inbound.read(link.socket, buffer_, handler);
      }
      flush_all();
      now = now_ns();
    } while (now < when && !progress_.stop.load());
  }

  bool anything_unsent() const {
    return std::any_of(links_.begin(), links_.end(),
                       [](const Link& link) { return !link.output.empty(); });
  }
  bool all_is_back() const {
    const bool confirmed = std::all_of(links_.begin(), links_.end(), [](const Link& link) {
      return link.window.unconfirmed() == 0;
    });
    return confirmed &&
           (load_.consumers == 0 ||
            progress_.delivered.load() >= published_ * static_cast<std::uint64_t>(route_.copies));
  }

  const Schedule& schedule_;
  Progress& progress_;
  const LoadOptions& load_;
  const Route& route_;
  EventQueue events_;
  ReadBuffer buffer_;
  std::deque<Link> links_;
  Histogram confirms_;       // from when due
  Histogram sent_confirms_;  // from when sent
  Histogram sends_;
  std::uint64_t published_ = 0;
  std::uint64_t spin_ = 0;
};

void add_quantiles(Report& report, const std::string& what, const Histogram& histogram) {
  auto add = [&](const char* name, std::uint64_t nanoseconds) {
    report.add(what + "_" + name + "_us", static_cast<double>(nanoseconds) / 1e3, "us");
  };
  add("p50", histogram.quantile(0.5));
  add("p90", histogram.quantile(0.9));
  add("p99", histogram.quantile(0.99));
  add("p999", histogram.quantile(0.999));
  add("max", histogram.max());
}

class LatencyRun {
 public:
  LatencyRun(const CommonOptions& common, const LoadOptions& load, const Route& route)
      : common_(common),
        load_(load),
        route_(route),
        consumer_(schedule_, progress_, load),
        publisher_(schedule_, progress_, load, route) {}

  Report run() {
    connect();
    set_schedule();
    const ProcessUsage before = common_.pid > 0 ? usage_of(common_.pid) : ProcessUsage{};
    std::thread consumer([&] { guarded([&] { consumer_.run(); }); });
    guarded([&] { publisher_.run(); });
    progress_.stop.store(true);
    consumer.join();
    if (!failure_.empty()) throw Failure("{}", failure_);
    return report(before);
  }

 private:
  ClientOptions client_options() const { return {common_.heartbeat, common_.timeout_seconds}; }

  void connect() {
    const auto consumers = static_cast<std::size_t>(load_.consumers);
    for (std::size_t i = 0; i < consumers; ++i) {
      Client client(common_.uri, client_options());
      std::vector<std::string> queues;
      for (std::size_t queue : share_of(i, consumers, route_.queues.size())) {
        queues.push_back(route_.queues[queue]);
      }
      subscribe(client, queues, load_);
      consumer_.add(std::move(client));
    }
    for (int i = 0; i < load_.publishers; ++i) {
      Client client(common_.uri, client_options());
      if (load_.confirm_window > 0) client.call<amqp::ConfirmSelectOk>(amqp::ConfirmSelect{});
      publisher_.add(std::move(client));
    }
  }

  void set_schedule() {
    schedule_.start = now_ns() + 1'000'000;
    schedule_.measured_from =
        schedule_.start + static_cast<std::uint64_t>(load_.warm_up_seconds * 1e9);
    schedule_.end = schedule_.measured_from + static_cast<std::uint64_t>(load_.seconds * 1e9);
    schedule_.rate = load_.rate;
  }

  // Runs one thread's part; the first failure stops both.
  template <typename Part>
  void guarded(Part&& part) {
    try {
      part();
    } catch (const std::exception& error) {
      if (!progress_.failed.exchange(true)) failure_ = error.what();
      progress_.stop.store(true);
    }
  }

  Report report(const ProcessUsage& before) const {
    Report report("latency");
    const auto published = static_cast<double>(publisher_.published());
    const double delivered = static_cast<double>(progress_.delivered.load());
    report.add("rate", load_.rate, "/s");
    report.add("published", published);
    report.add("delivered", delivered);
    report.add("missing", load_.consumers > 0 ? published * route_.copies - delivered : 0);
    if (load_.consumers > 0) add_quantiles(report, "delivery", consumer_.histogram());
    if (load_.confirm_window > 0) {
      add_quantiles(report, "confirm", publisher_.confirm_histogram());
      add_quantiles(report, "confirm_since_sent", publisher_.sent_confirm_histogram());
    }
    add_quantiles(report, "send_delay", publisher_.send_histogram());
    if (common_.pid > 0) {
      const ProcessUsage after = usage_of(common_.pid);
      report.add("broker_cpu_us_per_message",
                 (after.cpu_seconds - before.cpu_seconds) * 1e6 / std::max(published, 1.0), "us");
      report.add("broker_rss_bytes", static_cast<double>(after.rss_bytes), "B");
    }
    return report;
  }

  const CommonOptions& common_;
  const LoadOptions& load_;
  const Route& route_;
  Schedule schedule_;
  Progress progress_;
  LatencyConsumer consumer_;
  LatencyPublisher publisher_;
  std::string failure_;
};

}  // namespace

Report run_latency(const CommonOptions& common, const LoadOptions& load) {
  const Topology topology(common, load);
  return LatencyRun(common, load, topology.route()).run();
}

}  // namespace bench
