#include "tests/crash/move_trial.h"

#include <fmt/format.h>
#include <poll.h>

#include <atomic>
#include <boost/json.hpp>
#include <cstring>
#include <set>
#include <thread>

#include "broker/shard/mail.h"
#include "tests/bench/failure.h"
#include "tests/crash/actor.h"

namespace coney::crash {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

const std::string kSource = "moved-from", kTarget = "moved-to";
constexpr std::size_t kBody = 300;
constexpr std::uint64_t kAtOnce = 5'000;  // messages of a request
constexpr auto kPatience = 30s;

// Flags and values of a persistent message.
std::string persistent() {
  return {'\x10', '\0', '\2'};
}

std::string body_of(std::uint32_t number) {
  std::string body(kBody, static_cast<char>('a' + number % 26));
  std::memcpy(body.data(), &number, sizeof number);
  return body;
}

// ---- HTTP ----

struct HttpAnswer {
  unsigned status = 0;  // 0: the connection ended before
  std::string body;
};

bench::Socket connected(std::uint16_t port) {
  try {
    const auto uri = bench::parse_uri(fmt::format("amqp://127.0.0.1:{}", port));
    bench::Socket socket = bench::connect_to(bench::resolve(uri));
    socket.set_timeout(30);
    return socket;
  } catch (const bench::Failure&) {
    return bench::Socket();
  }
}

HttpAnswer post(std::uint16_t port, const std::string& path, const std::string& body) {
  bench::Socket socket = connected(port);
  if (socket.fd() < 0) return {};
  std::string text = fmt::format(
      "POST {} HTTP/1.1\r\nHost: test\r\nAuthorization: Basic Z3Vlc3Q6Z3Vlc3Q=\r\n"
      "Connection: close\r\nContent-Length: {}\r\n\r\n{}",
      path, body.size(), body);
  if (socket.send(text, 0) != static_cast<ssize_t>(text.size())) return {};
  text.clear();
  char buffer[4096];
  for (ssize_t count = 0; (count = socket.receive(buffer, sizeof buffer, 0)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  const std::size_t end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.1 ") || end == text.npos) return {};
  return {static_cast<unsigned>(std::stoul(text.substr(9, 3))), text.substr(end + 4)};
}

// False: the broker is gone.
bool move_some(std::uint16_t port, std::string& from) {
  std::string path = "/api/coney/queues/%2F/" + kSource + "/move";
  if (!from.empty()) path += "?from=" + from;
  const json::object wish{{"destination_queue", kTarget}, {"count", kAtOnce}};
  const HttpAnswer answer = post(port, path, json::serialize(wish));
  boost::system::error_code code;
  const json::value outcome = json::parse(answer.body, code);
  if (answer.status == 0 || (answer.status == 200 && code)) return false;
  if (answer.status != 200 || outcome.at("stopped") != nullptr) {
    throw bench::Failure("moving: {} {}", answer.status, answer.body);
  }
  const json::value& next = outcome.at("next");
  from = next.is_string() ? std::string(next.as_string()) : "";
  return true;
}

// ---- AMQP ----

class Link : public Connection::Handler {
 public:
  explicit Link(bench::Client&& client) : connection_(std::move(client), *this) {}

  template <typename Done>
  void run_until(Done done) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
      pollfd ready{connection_.fd(), POLLIN, 0};
      if (connection_.unsent() != 0) ready.events |= POLLOUT;
      ::poll(&ready, 1, 100);
      if (!connection_.write() || !connection_.read()) throw bench::Failure("the connection ended");
      if (std::chrono::steady_clock::now() > until) throw bench::Failure("nothing comes any more");
    }
  }

  void on_delivery(const Incoming& incoming) override {
    std::uint32_t number = 0;
    if (incoming.body.size() == kBody) std::memcpy(&number, incoming.body.data(), sizeof number);
    if (incoming.body != body_of(number)) throw bench::Failure("a message that is not one of ours");
    numbers.push_back(number);
  }
  void on_confirm(std::uint64_t tag, bool multiple, bool ack) override {
    if (!ack) throw bench::Failure("a publish was refused");
    unconfirmed.erase(multiple ? unconfirmed.begin() : unconfirmed.lower_bound(tag),
                      unconfirmed.upper_bound(tag));
  }
  void on_answer(std::uint32_t, std::string_view) override {}

  Connection connection_;
  std::vector<std::uint32_t> numbers;
  std::set<std::uint64_t> unconfirmed;  // tags
};

std::uint32_t declare(bench::Client& client, const std::string& queue) {
  return client.call<amqp::QueueDeclareOk>(amqp::QueueDeclare{.queue = queue, .durable = true})
      .message_count;
}

}  // namespace

MoveTrial::MoveTrial(const MoveTrialOptions& options)
    : options_(options),
      random_(options.seed),
      http_port_(free_port()),
      broker_(options.program, options.directory / "data", options.directory / "broker.log", [&] {
        auto settings = options.settings;
        settings.push_back("management.tcp.ip=127.0.0.1");
        settings.push_back(fmt::format("management.tcp.port={}", http_port_));
        return settings;
      }()) {}

bool MoveTrial::run() {
  start();
  while (kills_ < options_.rounds) {
    fill();
    while (!move_all()) start();
    if (!check()) return false;
  }
  broker_.stop();
  return true;
}

void MoveTrial::start() {
  broker_.start();
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (post(http_port_, "/", "").status == 0) {
    if (std::chrono::steady_clock::now() > until) throw bench::Failure("there is no HTTP API");
    std::this_thread::sleep_for(2ms);
  }
}

void MoveTrial::fill() {
  bench::Client client = open_client(broker_.port());
  declare(client, kSource);
  declare(client, kTarget);
  client.call<amqp::ConfirmSelectOk>(amqp::ConfirmSelect{});
  Link link(std::move(client));
  for (std::uint32_t number = 0; number != options_.messages; ++number) {
    link.connection_.publish("", kSource, persistent(), body_of(number));
    link.unconfirmed.insert(number + 1);
  }
  link.run_until([&] { return link.unconfirmed.empty(); });
  these_kills_ = 0;
}

bool MoveTrial::move_all() {
  std::atomic<bool> moved = false;
  std::optional<std::string> ended;  // by itself
  const auto life = std::chrono::microseconds(between(random_, 2'000, 250'000));
  std::thread killer([&] {
    const auto end = std::chrono::steady_clock::now() + life;
    while (!moved && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
    if (moved) return;
    ended = broker_.ended();
    if (!ended) broker_.kill();
  });
  std::string from;
  bool alive = true;
  try {
    do {
      alive = move_some(http_port_, from);
    } while (alive && !from.empty());
  } catch (...) {
    moved = true;
    killer.join();
    throw;
  }
  moved = alive;
  killer.join();
  // It may have been killed behind the last answer.
  if (ended) throw bench::Failure("the broker has ended: {}", *ended);
  if (broker_.is_running()) return true;
  ++kills_;
  ++these_kills_;
  return false;
}

MoveTrial::Numbers MoveTrial::drain(const std::string& queue) {
  bench::Client client = open_client(broker_.port());
  const std::uint32_t count = declare(client, queue);
  client.post(amqp::BasicConsume{.queue = queue, .no_ack = true, .no_wait = true});
  client.flush();
  Link link(std::move(client));
  link.run_until([&] { return link.numbers.size() >= count; });
  return link.numbers;
}

// How often it does not go on with a later one.
unsigned MoveTrial::breaks(const std::string& queue, const Numbers& numbers) {
  unsigned count = 0;
  for (std::size_t n = 1; n < numbers.size(); ++n) count += numbers[n] <= numbers[n - 1];
  if (count > these_kills_) {
    fmt::print("{}: out of order {} times after {} kills\n", queue, count, these_kills_);
  }
  return count;
}

bool MoveTrial::check() {
  const Numbers target = drain(kTarget), source = drain(kSource);
  std::vector<unsigned> times(options_.messages, 0);
  for (const Numbers* each : {&target, &source}) {
    for (std::uint32_t number : *each) ++times.at(number);
  }
  std::uint64_t lost = 0, more = 0;
  for (unsigned one : times) {
    lost += one == 0;
    more += one > 1 ? one - 1 : 0;
  }
  const unsigned out_of_order = std::max(breaks(kTarget, target), breaks(kSource, source));
  const std::uint64_t most = std::uint64_t{these_kills_} * BrowseCall::kMost;
  fmt::print(
      "{} messages moved, killed {} times: {} lost, {} in both (a batch for a kill at most: "
      "{}), {} left behind\n",
      options_.messages, these_kills_, lost, more, most, source.size());
  std::fflush(stdout);
  return lost == 0 && more <= most && source.empty() && out_of_order <= these_kills_;
}

}  // namespace coney::crash
