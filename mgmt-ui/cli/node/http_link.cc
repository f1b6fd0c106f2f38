#include "mgmt-ui/cli/node/http_link.h"

#include <boost/asio/error.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <sstream>

#include "mgmt-ui/api/http/base64.h"
#include "mgmt-ui/cli/node/node_socket.h"
#include "mgmt-ui/cli/node/unreachable.h"

namespace coney::cli {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Parser = http::response_parser<http::string_body>;

constexpr std::size_t kRead = 64 * 1024;

std::string basic(const RemotePlace& place) {
  return "Basic " + management::encode_base64(place.user + ":" + place.password);
}

class HttpLink final : public NodeLink {
 public:
  HttpLink(NodePlace place, std::chrono::milliseconds timeout)
      : place_(std::move(place)), timeout_(timeout) {}

  Result<NodeReply> send(const NodeRequest& request) override {
    if (auto failure = ensure_connected()) return std::move(*failure);
    Parser parser;
    parser.body_limit(boost::none);
    error_code error = start(request);
    while (!error && !parser.is_done()) error = parse_some(parser);
    connected_ = !error && parser.keep_alive();
    if (error) return no_answer(place_, error);
    return NodeReply{parser.get().result_int(), std::move(parser.get().body())};
  }

  Result<NodeReply> follow(const NodeRequest& request,
                           std::optional<std::chrono::milliseconds> most,
                           const std::function<void(std::string_view)>& take) override {
    if (auto failure = ensure_connected()) return std::move(*failure);
    connected_ = false;  // it is good for nothing afterwards
    Parser parser;
    parser.body_limit(boost::none);
    error_code error = start(request);
    while (!error && !parser.is_header_done()) error = parse_some(parser);
    if (error) return no_answer(place_, error);
    NodeReply reply{parser.get().result_int(), {}};
    const bool is_refused = reply.status >= 300;
    if (!is_refused) socket_.expires_never();
    if (!is_refused && most) socket_.expires_after(*most);
    while (!error && !parser.is_done()) {
      error = parse_some(parser);
      const std::string got = std::exchange(parser.get().body(), {});
      if (is_refused) {
        reply.body += got;
      } else if (!got.empty()) {
        take(got);
      }
    }
    const bool is_over = !is_refused && most && error == beast::error::timeout;
    if (error && !is_over) return no_answer(place_, error);
    return reply;
  }

 private:
  std::optional<Failure> ensure_connected() {
    if (connected_) return std::nullopt;
    buffer_.clear();
    auto failure = socket_.connect(place_, timeout_);
    connected_ = !failure;
    return failure;
  }

  const RemotePlace* remote() const { return std::get_if<RemotePlace>(&place_); }

  error_code start(const NodeRequest& request) {
    socket_.expires_after(timeout_);
    const error_code error = socket_.write(head_of(request));
    return error || request.body.empty() ? error : socket_.write(request.body);
  }

  std::string head_of(const NodeRequest& request) const {
    const std::string prefix = remote() ? remote()->prefix : "";
    const http::verb verb = http::string_to_verb(request.method);
    http::request<http::empty_body> message(verb, prefix + request.target, 11);
    message.set(http::field::host, remote() ? remote()->host : "localhost");
    message.set(http::field::user_agent, "coneyctl");
    message.set(http::field::accept, "application/json");
    if (remote()) message.set(http::field::authorization, basic(*remote()));
    for (const auto& [name, value] : request.headers) message.set(name, value);
    const bool has_body = verb == http::verb::put || verb == http::verb::post;
    if (has_body || !request.body.empty()) message.content_length(request.body.size());
    std::ostringstream text;
    text << message.base();
    return std::move(text).str();
  }

  // What has been read, then, if that is not enough, what comes next.
  error_code parse_some(Parser& parser) {
    error_code error;
    if (buffer_.size() != 0) {
      buffer_.consume(parser.put(buffer_.data(), error));
      if (error != http::error::need_more) return error;
    }
    buffer_.commit(socket_.read_some(buffer_.prepare(kRead), error));
    if (error != boost::asio::error::eof) return error;
    if (!parser.got_some()) return http::error::end_of_stream;
    error = {};
    parser.put_eof(error);
    return error;
  }

  const NodePlace place_;
  const std::chrono::milliseconds timeout_;
  NodeSocket socket_;
  beast::flat_buffer buffer_;  // what has been read and not parsed
  bool connected_ = false;
};

}  // namespace

std::unique_ptr<NodeLink> make_http_link(NodePlace place, std::chrono::milliseconds timeout) {
  return std::make_unique<HttpLink>(std::move(place), timeout);
}

}  // namespace coney::cli
