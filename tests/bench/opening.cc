#include "tests/bench/opening.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "amqp/frame.h"
#include "tests/bench/failure.h"
#include "tests/bench/interruption.h"
#include "tests/bench/method_frame.h"
#include "tests/bench/process_usage.h"

namespace bench {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kTurn = 50'000'000;
constexpr std::uint32_t kMaxPayload = 1u << 20;

}  // namespace

Opening::Opening(const CommonOptions& common) : common_(common), address_(resolve(common.uri)) {
  raise_descriptor_limit();
}

void Opening::start(std::size_t slot) {
  connections_[slot] = std::make_unique<Connection>(
      start_connect(address_), Handshake(common_.uri, common_.heartbeat), now_ns());
  connections_[slot]->socket.reset_on_close();
  connections_[slot]->output = amqp::kProtocolHeader;
  events_.add(connections_[slot]->socket.fd(), EPOLLIN | EPOLLOUT | EPOLLET, slot);
}

void Opening::open_and_hold(int count, int parallel) {
  last_event_ = now_ns();
  const auto wanted = static_cast<std::size_t>(count);
  while (opened_ < wanted) {
    while (connections_.size() < wanted &&
           connections_.size() < opened_ + static_cast<std::size_t>(parallel)) {
      connections_.emplace_back();
      start(connections_.size() - 1);
    }
    turn();
  }
}

std::uint64_t Opening::churn(int parallel, double seconds) {
  close_when_open_ = true;
  restart_ = true;
  last_event_ = now_ns();
  connections_.resize(static_cast<std::size_t>(parallel));
  for (std::size_t slot = 0; slot < connections_.size(); ++slot) start(slot);
  const std::uint64_t end = now_ns() + static_cast<std::uint64_t>(seconds * 1e9);
  while (now_ns() < end) turn();
  restart_ = false;
  return closed_;
}

void Opening::hold(double seconds) {
  const std::uint64_t end = now_ns() + static_cast<std::uint64_t>(seconds * 1e9);
  std::uint64_t next_heartbeat = 0;
  while (now_ns() < end) {
    last_event_ = now_ns();
    turn();
    if (common_.heartbeat == 0 || now_ns() < next_heartbeat) continue;
    next_heartbeat = now_ns() + common_.heartbeat * (kSecond / 2);
    for (std::size_t slot = 0; slot < connections_.size(); ++slot) {
      amqp::append_frame(connections_[slot]->output, amqp::FrameType::kHeartbeat, 0, "");
      flush(*connections_[slot]);
    }
  }
}

void Opening::close_all() {
  close_when_open_ = true;
  last_event_ = now_ns();
  for (std::size_t slot = 0; slot < connections_.size(); ++slot) {
    Connection* connection = connections_[slot].get();
    if (connection == nullptr || connection->phase != Phase::kOpen) continue;
    begin_close(*connection);
    flush(*connection);
  }
  auto open = [](const auto& connection) { return connection != nullptr; };
  while (std::any_of(connections_.begin(), connections_.end(), open)) turn();
}

void Opening::turn() {
  throw_if_interrupted();
  const auto events = events_.wait(kTurn);
  if (!events.empty()) last_event_ = now_ns();
  if (now_ns() > last_event_ + static_cast<std::uint64_t>(common_.timeout_seconds) * kSecond) {
    throw Failure("the broker does not answer ({} connections open)", opened_);
  }
  for (const epoll_event& event : events) serve(event.data.u64, event.events);
}

void Opening::serve(std::size_t slot, std::uint32_t events) {
  Connection* connection = connections_[slot].get();
  if (connection == nullptr) return;
  if (connection->phase == Phase::kConnecting && (events & EPOLLOUT) != 0) {
    connection->phase = Phase::kOpening;
  }
  if ((events & ~EPOLLOUT) != 0) {
    read(*connection);
    if (!take_frames(slot, *connection)) return;
  }
  flush(*connection);
}

void Opening::read(Connection& connection) {
  char buffer[16384];
  for (;;) {
    const ssize_t got = connection.socket.receive(buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got > 0) {
      connection.input.append(buffer, static_cast<std::size_t>(got));
      continue;
    }
    // After close-ok the broker may hang up in any way.
    if (!connection.input.empty()) return;
    if (got == 0) throw Failure("the broker closed a connection");
    throw Failure("read: {}", std::strerror(errno));
  }
}

bool Opening::take_frames(std::size_t slot, Connection& connection) {
  std::size_t taken = 0;
  for (;;) {
    const auto rest = std::string_view(connection.input).substr(taken);
    const auto read = amqp::read_frame(rest, kMaxPayload);
    if (read.status == amqp::FrameStatus::kNeedMore) break;
    if (read.status != amqp::FrameStatus::kFrame) throw Failure("the broker sent no AMQP frame");
    taken += read.consumed;
    if (!take_frame(slot, connection, read.frame)) return false;
  }
  connection.input.erase(0, taken);
  return true;
}

bool Opening::take_frame(std::size_t slot, Connection& connection, const amqp::Frame& frame) {
  if (frame.type == static_cast<std::uint8_t>(amqp::FrameType::kHeartbeat)) return true;
  if (connection.phase == Phase::kOpening || connection.phase == Phase::kConnecting) {
    const auto state = connection.handshake.on_frame(frame, connection.output);
    if (state == Handshake::State::kFailed) throw Failure("{}", connection.handshake.error());
    if (state == Handshake::State::kOpen) on_open(connection);
    return true;
  }
  if (frame.payload.size() < 4) throw Failure("an unexpected frame of type {}", frame.type);
  const auto id = amqp::wire::load<std::uint32_t>(frame.payload.data());
  if (id == amqp::ConnectionCloseOk::kMethod.id.packed()) return on_closed(slot), false;
  if (id == amqp::ConnectionBlocked::kMethod.id.packed()) return true;
  if (id == amqp::ConnectionUnblocked::kMethod.id.packed()) return true;
  throw Failure("{}", describe_method(id, frame.payload.substr(4)));
}

void Opening::on_open(Connection& connection) {
  connection.phase = Phase::kOpen;
  ++opened_;
  histogram_.record(now_ns() - connection.started);
  if (close_when_open_) begin_close(connection);
}

void Opening::begin_close(Connection& connection) {
  connection.phase = Phase::kClosing;
  amqp::ConnectionClose close;
  close.reply_code = 200;
  append_method(connection.output, 0, close);
}

void Opening::on_closed(std::size_t slot) {
  ++closed_;
  connections_[slot].reset();
  if (restart_) start(slot);
}

void Opening::flush(Connection& connection) {
  if (connection.phase == Phase::kConnecting || connection.output.empty()) return;
  const ssize_t sent = connection.socket.send(connection.output, MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    throw Failure("write: {}", std::strerror(errno));
  }
  if (sent > 0) connection.output.erase(0, static_cast<std::size_t>(sent));
}

Report run_churn(const CommonOptions& common, const ChurnOptions& churn) {
  Opening opening(common);
  const ProcessUsage before = common.pid > 0 ? usage_of(common.pid) : ProcessUsage{};
  const std::uint64_t start = now_ns();
  const auto closed = static_cast<double>(opening.churn(churn.parallel, churn.seconds));
  const double seconds = static_cast<double>(now_ns() - start) / 1e9;
  Report report("churn");
  report.add("connections_per_second", closed / seconds, "/s (opened, channel, closed)");
  report.add("parallel", churn.parallel);
  report.add("open_p50_us", static_cast<double>(opening.histogram().quantile(0.5)) / 1e3, "us");
  report.add("open_p99_us", static_cast<double>(opening.histogram().quantile(0.99)) / 1e3, "us");
  if (common.pid > 0 && closed > 0) {
    const double cpu = usage_of(common.pid).cpu_seconds - before.cpu_seconds;
    report.add("broker_cpu_us_per_connection", cpu * 1e6 / closed, "us");
  }
  opening.close_all();
  return report;
}

Report run_idle(const CommonOptions& common, const ChurnOptions& churn) {
  Opening opening(common);
  const ProcessUsage before = common.pid > 0 ? usage_of(common.pid) : ProcessUsage{};
  const std::uint64_t start = now_ns();
  opening.open_and_hold(churn.connections, churn.parallel);
  const double seconds = static_cast<double>(now_ns() - start) / 1e9;
  const ProcessUsage opened = common.pid > 0 ? usage_of(common.pid) : ProcessUsage{};
  const std::uint64_t held_from = now_ns();
  opening.hold(churn.seconds);
  const double held = static_cast<double>(now_ns() - held_from) / 1e9;
  Report report("idle");
  report.add("connections", churn.connections);
  report.add("open_seconds", seconds, "s");
  if (common.pid > 0) {
    const ProcessUsage after = usage_of(common.pid);
    const auto count = static_cast<double>(churn.connections);
    const double grown =
        static_cast<double>(after.rss_bytes) - static_cast<double>(before.rss_bytes);
    report.add("broker_rss_bytes", static_cast<double>(after.rss_bytes), "B");
    report.add("broker_bytes_per_connection", grown / count, "B");
    report.add("broker_idle_cpu_cores", (after.cpu_seconds - opened.cpu_seconds) / held);
  }
  opening.close_all();
  return report;
}

}  // namespace bench
