#include "broker/shard/proxy_greeting.h"

#include "broker/log/log.h"
#include "broker/server/server_context.h"

namespace coney {

ProxyGreeting::ProxyGreeting(Shard& shard, FileDescriptor socket, std::uint32_t listener,
                             std::function<void()> done)
    : socket_(std::move(socket)),
      listener_(listener),
      done_(std::move(done)),
      client_(SocketAddress::remote_end(socket_.get())),
      server_(SocketAddress::local_end(socket_.get())),
      trusted_(shard.server().trusted_proxies.contains(client_)) {
  const auto limit = shard.config().handshake_timeout;
  if (limit.count() != 0) deadline_ = shard.now() + limit;
  watch_ = shard.watch(socket_.get(), *this);
}

void ProxyGreeting::start() {
  // Not a byte is read from a source that is not trusted, see trusted_sources.h.
  if (!trusted_) return fail("it is not a trusted source of the PROXY protocol");
  watch_->wait_readable();
}

void ProxyGreeting::tick(Shard::Clock::time_point now) {
  if (state_ != State::kWaiting || deadline_ == Shard::Clock::time_point{}) return;
  if (now >= deadline_) fail("no PROXY protocol header came in time");
}

void ProxyGreeting::on_readable() {
  if (state_ != State::kWaiting) return;
  const IoResult result = receiver_.receive(socket_.get());
  switch (result.status) {
    case IoStatus::kOk: {
      const ProxyHeader& header = receiver_.header();
      if (header.has_addresses) {
        client_ = header.source;
        server_ = header.destination;
      }
      return finish(State::kComplete);
    }
    case IoStatus::kWantRead:
    case IoStatus::kWantWrite:
      return watch_->wait_readable();
    case IoStatus::kEof:
      return finish(State::kFailed);  // a health check: nothing to tell
    case IoStatus::kError:
      return fail(result.error);
  }
}

FileDescriptor ProxyGreeting::take_socket() {
  watch_.reset();
  return std::move(socket_);
}

void ProxyGreeting::finish(State state) {
  state_ = state;
  done_();
}

void ProxyGreeting::fail(const std::string& reason) {
  log::warning(log::Category::kConnection, "closing a connection from {}: {}", client_.to_string(),
               reason);
  finish(State::kFailed);
}

}  // namespace coney
