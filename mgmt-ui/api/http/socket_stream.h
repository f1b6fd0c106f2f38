#pragma once
// The socket under a byte stream (byte_stream.h), with Beast's time limits.

#include <sys/socket.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>

#include "mgmt-ui/api/http/byte_stream.h"

namespace coney::management {

using SocketStream = boost::beast::basic_stream<boost::asio::generic::stream_protocol>;

inline SocketStream socket_stream(boost::asio::io_context& io, FileDescriptor socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  SocketStream stream(io);
  stream.socket().assign({address.ss_family, 0}, socket.release());
  return stream;
}

inline auto awaited(boost::system::error_code& error) {
  return boost::asio::redirect_error(boost::asio::use_awaitable, error);
}

}  // namespace coney::management
