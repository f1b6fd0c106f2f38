// The sockets of a shard: from hand-over to shut-down.

#include "broker/connection/connection.h"
#include "broker/log/log.h"
#include "broker/queue/queue.h"
#include "broker/server/server_context.h"
#include "broker/shard/for_each_connection.h"
#include "broker/shard/proxy_greeting.h"
#include "broker/transport/tcp_transport.h"
#include "broker/transport/tls_transport.h"

namespace coney {

Connection* Shard::find(ConnectionId id) {
  if (id.shard != id_ || id.slot >= connections_.size()) return nullptr;
  const ConnectionSlot& slot = connections_[id.slot];
  return slot.generation == id.generation ? slot.connection.get() : nullptr;
}

void Shard::keep_listening(std::unique_ptr<SocketHandler> acceptor) {
  acceptors_.push_back(std::move(acceptor));
}

void Shard::hand_over(AcceptedMail accepted) {
  connection_count_.fetch_add(1, std::memory_order_relaxed);
  std::vector<Mail> batch;
  batch.emplace_back(std::move(accepted));
  deliver_mail(batch);
}

void Shard::accept(const AcceptedMail& mail) {
  FileDescriptor socket(mail.socket);
  if (shutting_down_) return connection_gone();
  if (config().proxy_protocol) return await_greeting(std::move(socket), mail.listener);
  const SocketAddress client = SocketAddress::remote_end(socket.get());
  const SocketAddress server = SocketAddress::local_end(socket.get());
  open_connection(std::move(socket), mail.listener, client, server);
}

void Shard::await_greeting(FileDescriptor socket, std::uint32_t listener) {
  greetings_.push_back(std::make_unique<ProxyGreeting>(*this, std::move(socket), listener,
                                                       [this] { greeting_done_ = true; }));
  greetings_.back()->start();
}

void Shard::finish_greetings() {
  greeting_done_ = false;
  auto ended = std::stable_partition(
      greetings_.begin(), greetings_.end(),
      [](const auto& greeting) { return greeting->state() == ProxyGreeting::State::kWaiting; });
  std::vector<std::unique_ptr<ProxyGreeting>> finished(std::make_move_iterator(ended),
                                                       std::make_move_iterator(greetings_.end()));
  greetings_.erase(ended, greetings_.end());
  for (auto& greeting : finished) {
    if (greeting->state() == ProxyGreeting::State::kFailed || shutting_down_) {
      connection_gone();
      continue;
    }
    open_connection(greeting->take_socket(), greeting->listener(), greeting->client(),
                    greeting->server());
  }
}

void Shard::open_connection(FileDescriptor socket, std::uint32_t listener, SocketAddress client,
                            SocketAddress server) {
  const ListenerContext& context = server_.listeners[listener];
  std::unique_ptr<Transport> transport;
  if (context.tls) {
    transport = std::make_unique<TlsTransport>(std::move(socket), *server_.tls->current());
  } else {
    transport = std::make_unique<TcpTransport>(std::move(socket));
  }
  const ConnectionId id = take_connection_slot();
  auto& slot = connections_[id.slot];
  slot.connection =
      std::make_unique<Connection>(*this, id, std::move(transport), client, server, context.name);
  Connection& connection = *slot.connection;
  connection.start();
  if (!alarm_.empty()) connection.on_alarm(alarm_);
}

ConnectionId Shard::take_connection_slot() {
  std::uint32_t slot = static_cast<std::uint32_t>(connections_.size());
  if (free_connections_.empty()) {
    connections_.emplace_back();
  } else {
    slot = free_connections_.back();
    free_connections_.pop_back();
  }
  std::uint32_t& generation = connections_[slot].generation;
  if (++generation == 0) generation = 1;
  return {id_, slot, generation};
}

void Shard::shut_down() {
  if (std::exchange(shutting_down_, true)) return;
  const auto grace = server_.shut_down_grace;
  grace_ends_ = now_ + grace;
  // So that the loop looks at the clock then.
  run_after(grace, [] {});
  run_after(grace + kFarewellGrace, [] {});
  acceptors_.clear();
  connection_count_.fetch_sub(static_cast<std::uint32_t>(greetings_.size()));
  greetings_.clear();
  for_each_connection([](Connection& connection) { connection.shut_down(); });
}

void Shard::say_farewell() {
  if (round_ == 0) {
    if (connection_count() != 0 && now_ < grace_ends_) return;
    drop_connections();
  } else if (farewells_[round_ - 1] != server_.shards.size()) {
    return;
  }
  if (++round_ == kFarewellRounds) return;
  for (std::size_t shard = 0; shard != server_.shards.size(); ++shard) {
    post(static_cast<ShardId>(shard), FarewellMail{round_ - 1});
  }
  hand_out();
}

void Shard::drop_connections() {
  to_remove_.clear();
  for (ConnectionSlot& slot : connections_) slot.connection.reset();
  to_flush_.clear();
}

// After it nothing of this shard watches a socket. Runs on the shard's thread when it ends and
// again when the shard goes, for a shard that was never started and for mail that came too late.
void Shard::drop_everything() {
  acceptors_.clear();
  greetings_.clear();
  drop_connections();
  std::vector<Mail> unread;
  inbox_.take(unread);
  for (Mail& mail : unread) {
    if (auto* accepted = std::get_if<AcceptedMail>(&mail)) FileDescriptor(accepted->socket);
  }
}

}  // namespace coney
