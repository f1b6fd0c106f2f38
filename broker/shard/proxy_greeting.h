#pragma once
// A fresh connection of which the PROXY protocol header is still awaited. Lives on the shard that
// will own the connection.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "broker/shard/shard.h"
#include "broker/transport/file_descriptor.h"
#include "broker/transport/proxy_receiver.h"

namespace coney {

class ProxyGreeting final : public SocketHandler {
 public:
  // `done` is called once, when state() is no longer kWaiting; it must not destroy the greeting.
  ProxyGreeting(Shard& shard, FileDescriptor socket, std::uint32_t listener,
                std::function<void()> done);

  enum class State : std::uint8_t { kWaiting, kComplete, kFailed };
  State state() const { return state_; }
  void start();
  void tick(Shard::Clock::time_point now);  // the handshake's time limit

  void on_readable() override;
  void on_writable() override {}

  // After kComplete.
  FileDescriptor take_socket();
  SocketAddress client() const { return client_; }
  SocketAddress server() const { return server_; }
  std::uint32_t listener() const { return listener_; }

 private:
  void finish(State state);
  void fail(const std::string& reason);

  FileDescriptor socket_;
  std::uint32_t listener_;
  std::function<void()> done_;
  State state_ = State::kWaiting;
  SocketAddress client_, server_;
  bool trusted_;
  Shard::Clock::time_point deadline_{};  // zero: none
  ProxyReceiver receiver_;
  std::unique_ptr<SocketWatch> watch_;  // goes before socket_
};

}  // namespace coney
