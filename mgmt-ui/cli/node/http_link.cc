#include "mgmt-ui/cli/node/http_link.h"

#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/core/detail/base64.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <cerrno>
#include <cstring>

#include "mgmt-ui/api/local/local_address.h"
#include "mgmt-ui/cli/node/unreachable.h"

namespace coney::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Plain = beast::basic_stream<asio::generic::stream_protocol>;
using Tls = asio::ssl::stream<Plain>;

std::string basic(const RemotePlace& place) {
  namespace base64 = beast::detail::base64;
  const std::string text = place.user + ":" + place.password;
  std::string encoded(base64::encoded_size(text.size()), '\0');
  encoded.resize(base64::encode(encoded.data(), text.data(), text.size()));
  return "Basic " + encoded;
}

class HttpLink final : public NodeLink {
 public:
  HttpLink(NodePlace place, std::chrono::milliseconds timeout)
      : place_(std::move(place)), timeout_(timeout) {}

  Result<NodeReply> send(const NodeRequest& request) override {
    if (auto failure = ensure_connected()) return std::move(*failure);
    http::response<http::string_body> response;
    error_code error = exchange(message_of(request), response);
    if (error) {
      connected_ = false;
      return no_answer(place_, error);
    }
    if (!response.keep_alive()) connected_ = false;
    return NodeReply{response.result_int(), std::move(response.body())};
  }

  Result<NodeReply> follow(const NodeRequest& request,
                           std::optional<std::chrono::milliseconds> most,
                           const std::function<void(std::string_view)>& take) override {
    if (auto failure = ensure_connected()) return std::move(*failure);
    connected_ = false;  // it is good for nothing afterwards
    NodeReply reply;
    const auto message = message_of(request);
    const error_code error = tls_ ? follow(*tls_, message, most, take, reply)
                                  : follow(*plain_, message, most, take, reply);
    if (error) return no_answer(place_, error);
    return reply;
  }

 private:
  std::optional<Failure> ensure_connected() {
    if (connected_) return std::nullopt;
    auto failure = connect();
    connected_ = !failure;
    return failure;
  }

  const RemotePlace* remote() const { return std::get_if<RemotePlace>(&place_); }

  std::optional<Failure> connect() {
    buffer_.clear();
    tls_.reset();
    if (const auto* local = std::get_if<LocalPlace>(&place_)) return connect_local(*local);
    return connect_remote(*remote());
  }

  // A local socket accepts at once, or its queue is full.
  std::optional<Failure> connect_local(const LocalPlace& place) {
    const auto address = management::LocalAddress::make(place.socket);
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!address || !socket || ::connect(socket.get(), address->address(), address->size()) != 0) {
      return no_local_node(place, errno);
    }
    Plain::socket_type connected(io_);
    connected.assign(asio::generic::stream_protocol(AF_UNIX, 0), socket.release());
    plain_.emplace(std::move(connected));
    return std::nullopt;
  }

  std::optional<Failure> connect_remote(const RemotePlace& place) {
    error_code error;
    asio::ip::tcp::resolver resolver(io_);
    const auto found = resolver.resolve(place.host, place.port, error);
    for (const auto& entry : found) {
      plain_.emplace(io_);
      plain_->expires_after(timeout_);
      error = wait([&](auto done) { plain_->async_connect(entry.endpoint(), done); });
      if (!error) break;
    }
    if (error) return no_remote_node(place, error);
    return place.tls ? shake_hands(place) : std::nullopt;
  }

  std::optional<Failure> shake_hands(const RemotePlace& place) {
    error_code error;
    tls_context_.set_default_verify_paths(error);
    if (!place.ca_file.empty()) tls_context_.load_verify_file(place.ca_file, error);
    if (error) return no_remote_node(place, error);
    tls_context_.set_verify_mode(asio::ssl::verify_peer);
    tls_.emplace(std::move(*plain_), tls_context_);
    tls_->set_verify_callback(asio::ssl::host_name_verification(place.host));
    SSL_set_tlsext_host_name(tls_->native_handle(), place.host.c_str());
    tls_->next_layer().expires_after(timeout_);
    error = wait([&](auto done) { tls_->async_handshake(asio::ssl::stream_base::client, done); });
    if (error) return no_remote_node(place, error);
    return std::nullopt;
  }

  http::request<http::string_body> message_of(const NodeRequest& request) const {
    const std::string prefix = remote() ? remote()->prefix : "";
    http::request<http::string_body> message(http::string_to_verb(request.method),
                                             prefix + request.target, 11);
    message.set(http::field::host, remote() ? remote()->host : "localhost");
    message.set(http::field::user_agent, "coneyctl");
    message.set(http::field::accept, "application/json");
    if (remote()) message.set(http::field::authorization, basic(*remote()));
    for (const auto& [name, value] : request.headers) message.set(name, value);
    message.body() = request.body;
    message.prepare_payload();
    return message;
  }

  error_code exchange(const http::request<http::string_body>& request,
                      http::response<http::string_body>& response) {
    return tls_ ? exchange(*tls_, request, response) : exchange(*plain_, request, response);
  }

  template <typename Stream>
  error_code exchange(Stream& stream, const http::request<http::string_body>& request,
                      http::response<http::string_body>& response) {
    beast::get_lowest_layer(stream).expires_after(timeout_);
    error_code error = wait([&](auto done) { http::async_write(stream, request, done); });
    if (error) return error;
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    error = wait([&](auto done) { http::async_read(stream, buffer_, parser, done); });
    response = parser.release();
    return error;
  }

  template <typename Stream>
  error_code follow(Stream& stream, const http::request<http::string_body>& request,
                    std::optional<std::chrono::milliseconds> most,
                    const std::function<void(std::string_view)>& take, NodeReply& reply) {
    auto& lowest = beast::get_lowest_layer(stream);
    lowest.expires_after(timeout_);
    error_code error = wait([&](auto done) { http::async_write(stream, request, done); });
    if (error) return error;
    http::response_parser<http::buffer_body> parser;
    parser.body_limit(boost::none);
    error = wait([&](auto done) { http::async_read_header(stream, buffer_, parser, done); });
    reply.status = parser.get().result_int();
    const bool is_refused = reply.status >= 300;
    if (!is_refused) lowest.expires_never();
    if (!is_refused && most) lowest.expires_after(*most);
    while (!error && !parser.is_done()) {
      char bytes[4096];
      parser.get().body().data = bytes;
      parser.get().body().size = sizeof bytes;
      error = wait([&](auto done) { http::async_read_some(stream, buffer_, parser, done); });
      if (error == http::error::need_buffer) error = {};
      const std::string_view got(bytes, sizeof bytes - parser.get().body().size);
      if (is_refused) {
        reply.body += got;
      } else if (!got.empty()) {
        take(got);
      }
    }
    const bool is_over = !is_refused && most && error == beast::error::timeout;
    return is_over ? error_code() : error;
  }

  // Runs one operation to its end.
  template <typename Start>
  error_code wait(Start start) {
    error_code result;
    start([&](error_code error, auto&&...) { result = error; });
    io_.restart();
    io_.run();
    return result;
  }

  const NodePlace place_;
  const std::chrono::milliseconds timeout_;
  asio::io_context io_{1};
  asio::ssl::context tls_context_{asio::ssl::context::tls_client};
  std::optional<Plain> plain_;
  std::optional<Tls> tls_;
  beast::flat_buffer buffer_;
  bool connected_ = false;
};

}  // namespace

std::unique_ptr<NodeLink> make_http_link(NodePlace place, std::chrono::milliseconds timeout) {
  return std::make_unique<HttpLink>(std::move(place), timeout);
}

}  // namespace coney::cli
