#pragma once
// The bytes between coneyctl and a node: over the local socket, TCP or TLS. Every call waits, for
// as long as was set before it at most; behind an error the socket is good for nothing but
// connect().

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "mgmt-ui/cli/node/node_place.h"

namespace coney::cli {

class NodeSocket {
 public:
  NodeSocket();
  ~NodeSocket();

  // Anew, if it was connected. `timeout`: of each step. Failures say what to do next.
  std::optional<Failure> connect(const NodePlace& place, std::chrono::milliseconds timeout);

  // All of it.
  boost::system::error_code write(std::string_view bytes);
  // At least a byte, unless there is an error.
  std::size_t read_some(boost::asio::mutable_buffer to, boost::system::error_code& error);

  void expires_after(std::chrono::milliseconds time);
  void expires_never();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace coney::cli
