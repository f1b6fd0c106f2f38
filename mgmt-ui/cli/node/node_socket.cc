#include "mgmt-ui/cli/node/node_socket.h"

#include <sys/socket.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <cerrno>

#include "mgmt-ui/api/local/local_address.h"
#include "mgmt-ui/cli/node/unreachable.h"

namespace coney::cli {

namespace asio = boost::asio;
using boost::system::error_code;

class NodeSocket::State {
 public:
  using Plain = boost::beast::basic_stream<asio::generic::stream_protocol>;
  using Tls = asio::ssl::stream<Plain>;
  using milliseconds = std::chrono::milliseconds;

  // A local socket accepts at once, or its queue is full.
  std::optional<Failure> connect(const LocalPlace& place, milliseconds) {
    const auto address = management::LocalAddress::make(place.socket);
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!address || !socket || ::connect(socket.get(), address->address(), address->size()) != 0) {
      return no_local_node(place, errno);
    }
    tls_.reset();
    plain_.emplace(io_);
    plain_->socket().assign(asio::generic::stream_protocol(AF_UNIX, 0), socket.release());
    return std::nullopt;
  }

  std::optional<Failure> connect(const RemotePlace& place, milliseconds timeout) {
    tls_.reset();
    error_code error;
    asio::ip::tcp::resolver resolver(io_);
    const auto found = resolver.resolve(place.host, place.port, error);
    for (const auto& entry : found) {
      plain_.emplace(io_);
      plain_->expires_after(timeout);
      error = wait([&](auto done) { plain_->async_connect(entry.endpoint(), done); });
      if (!error) break;
    }
    if (error) return no_remote_node(place, error);
    return place.tls ? shake_hands(place, timeout) : std::nullopt;
  }

  template <typename Buffer, typename Token>
  void read(Buffer to, Token done) {
    tls_ ? tls_->async_read_some(to, done) : plain_->async_read_some(to, done);
  }
  template <typename Buffer, typename Token>
  void write(Buffer from, Token done) {
    tls_ ? asio::async_write(*tls_, from, done) : asio::async_write(*plain_, from, done);
  }
  Plain& lowest() { return tls_ ? tls_->next_layer() : *plain_; }

  // Runs one operation to its end.
  template <typename Start>
  error_code wait(Start start) {
    error_code result;
    start([&](error_code error, auto&&...) { result = error; });
    io_.restart();
    io_.run();
    return result;
  }

 private:
  std::optional<Failure> shake_hands(const RemotePlace& place, milliseconds timeout) {
    error_code error;
    tls_context_.set_default_verify_paths(error);
    if (!place.ca_file.empty()) tls_context_.load_verify_file(place.ca_file, error);
    if (error) return no_remote_node(place, error);
    tls_context_.set_verify_mode(asio::ssl::verify_peer);
    tls_.emplace(std::move(*plain_), tls_context_);
    tls_->set_verify_callback(asio::ssl::host_name_verification(place.host));
    SSL_set_tlsext_host_name(tls_->native_handle(), place.host.c_str());
    lowest().expires_after(timeout);
    error = wait([&](auto done) { tls_->async_handshake(asio::ssl::stream_base::client, done); });
    if (error) return no_remote_node(place, error);
    return std::nullopt;
  }

  asio::io_context io_{1};
  asio::ssl::context tls_context_{asio::ssl::context::tls_client};
  std::optional<Plain> plain_;
  std::optional<Tls> tls_;  // over what was plain
};

NodeSocket::NodeSocket() : state_(std::make_unique<State>()) {}
NodeSocket::~NodeSocket() = default;

std::optional<Failure> NodeSocket::connect(const NodePlace& place,
                                           std::chrono::milliseconds timeout) {
  return std::visit([&](const auto& each) { return state_->connect(each, timeout); }, place);
}

error_code NodeSocket::write(std::string_view bytes) {
  return state_->wait([&](auto done) { state_->write(asio::buffer(bytes), done); });
}

std::size_t NodeSocket::read_some(asio::mutable_buffer to, error_code& error) {
  std::size_t count = 0;
  error = state_->wait([&](auto done) {
    state_->read(to, [&count, done](error_code result, std::size_t bytes) {
      count = bytes;
      done(result);
    });
  });
  return count;
}

void NodeSocket::expires_after(std::chrono::milliseconds time) {
  state_->lowest().expires_after(time);
}

void NodeSocket::expires_never() {
  state_->lowest().expires_never();
}

}  // namespace coney::cli
