#pragma once
// A byte stream (byte_stream.h) over a socket, with Beast's time limits. For the .cc files that add
// what is different with TLS and without.

#include <sys/socket.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/stream_traits.hpp>

#include "mgmt-ui/api/http/byte_stream.h"

namespace coney::management {

using Socket = boost::beast::basic_stream<boost::asio::generic::stream_protocol>;

inline Socket connected_socket(boost::asio::io_context& io, FileDescriptor socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  Socket connected(io);
  connected.socket().assign({address.ss_family, 0}, socket.release());
  return connected;
}

// `Stream`: a Socket, or what is around one.
template <typename Stream>
class SocketStream : public ByteStream {
 public:
  awaitable<std::size_t> read_some(boost::asio::mutable_buffer to, error_code& error) final {
    return stream_.async_read_some(to, token(error));
  }
  awaitable<std::size_t> write_some(boost::asio::const_buffer from, error_code& error) final {
    return stream_.async_write_some(from, token(error));
  }
  void close() final { socket().close(); }
  void expires_after(std::chrono::seconds time) final { socket().expires_after(time); }
  void expires_never() final { socket().expires_never(); }
  boost::asio::any_io_executor executor() final { return stream_.get_executor(); }

 protected:
  template <typename... Arguments>
  explicit SocketStream(Arguments&&... arguments)
      : stream_(std::forward<Arguments>(arguments)...) {}

  Stream& stream() { return stream_; }
  Socket& socket() { return boost::beast::get_lowest_layer(stream_); }
  static auto token(error_code& error) {
    return boost::asio::redirect_error(boost::asio::use_awaitable, error);
  }

 private:
  Stream stream_;
};

}  // namespace coney::management
