#pragma once
// One HTTP connection, from its first request to its end: requests are read, admitted and answered
// one after the other. Used on the io_context's thread.

#include <boost/beast/core/flat_buffer.hpp>
#include <string_view>

#include "mgmt-ui/api/api.h"
#include "mgmt-ui/api/http/byte_stream.h"
#include "mgmt-ui/api/http/message.h"
#include "mgmt-ui/api/http/waiting_clients.h"

namespace coney::management {

class Session {
 public:
  // All outlive it.
  Session(ByteStream& stream, Api& api, Peer peer, WaitingClients& waiting)
      : stream_(stream), api_(api), peer_(std::move(peer)), waiting_(waiting) {}

  // Until the client goes, or is given up. REQUIRES: the stream is open.
  boost::asio::awaitable<void> run();

 private:
  using error_code = boost::system::error_code;
  template <typename T>
  using awaitable = boost::asio::awaitable<T>;
  class Unread;

  static constexpr std::uint32_t kMaxHead = 16 * 1024;

  // Reading; false: the connection is to end.
  awaitable<bool> read_head(RequestParser& parser);
  awaitable<bool> await_request();
  awaitable<void> parse_some(RequestParser& parser, error_code& error);
  enum class Body : std::uint8_t { kRead, kTooLarge, kMalformed, kLost };
  awaitable<Body> read_body(RequestParser& parser, std::size_t limit, bool wanted);
  awaitable<bool> say_continue(const RequestParser& parser);

  awaitable<bool> serve_one(RequestParser& parser);
  awaitable<Answer> answer_to(Api::Admitted admitted);

  // Writing; false: likewise.
  awaitable<bool> write(Answer answer, unsigned version, bool keep_alive, bool is_head);
  awaitable<bool> write_long(Answer answer, unsigned version, bool keep_alive, bool is_head);
  awaitable<bool> write_piece(LongBody& body, std::string& to);
  awaitable<void> write_events(Answer answer, unsigned version);
  awaitable<bool> write_text(std::string_view text, Unread* unread);

  ByteStream& stream_;
  Api& api_;
  const Peer peer_;
  WaitingClients& waiting_;
  boost::beast::flat_buffer buffer_{kMaxHead * 4};  // what has been read and not parsed
};

}  // namespace coney::management
