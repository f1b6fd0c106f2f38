#include "mgmt-ui/api/http/session.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/string.hpp>

#include "mgmt-ui/api/events/event_feed.h"

namespace coney::management {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using std::chrono::seconds;

namespace {

constexpr seconds kIdle{75};              // between two requests
constexpr seconds kHead{15};              // of a head that has begun
constexpr seconds kStep{30};              // without any progress of a body or an answer
constexpr seconds kQuiet{15};             // after which a client without events gets a sign of life
constexpr std::size_t kRead = 4096;       // of a head
constexpr std::size_t kReadBody = 65536;  // at most
constexpr std::size_t kShortAnswer = 64 * 1024;     // that is written with its head in one go
constexpr std::size_t kLongBody = 4 * 1024 * 1024;  // what a long list takes while it is written
constexpr std::size_t kRefusedBody = 64 * 1024;     // read, so that the connection may go on

// A client of whom nothing is known but that it has connected, as long as it lives.
class Quiet {
 public:
  Quiet(IdleConnections& all, std::string address, std::function<void()> end)
      : all_(all), place_(all.add(std::move(address), std::move(end))) {}
  ~Quiet() { all_.remove(place_); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  IdleConnections& all_;
  const IdleConnections::Place place_;
};

// The bytes are not HTTP; the network is not at fault.
bool is_malformed(const boost::system::error_code& error) {
  return error && error.category() == make_error_code(http::error::bad_method).category();
}

}  // namespace

// What a client has to take yet, as long as it lives.
class Session::Unread {
 public:
  Unread(Session& session, std::size_t bytes)
      : all_(session.waiting_.unread),
        place_(all_.add(bytes, UnreadAnswers::Clock::now(),
                        [&stream = session.stream_] { stream.close(); })) {}
  ~Unread() { all_.remove(place_); }
  Unread(const Unread&) = delete;
  Unread& operator=(const Unread&) = delete;

  void progressed() { all_.progressed(place_, UnreadAnswers::Clock::now()); }

 private:
  UnreadAnswers& all_;
  const UnreadAnswers::Place place_;
};

asio::awaitable<void> Session::run() {
  bool go_on = true;
  while (go_on) {
    RequestParser parser;
    parser.header_limit(kMaxHead);
    parser.body_limit(boost::none);  // read_body() knows
    go_on = co_await read_head(parser);
    if (go_on) go_on = co_await serve_one(parser);
  }
}

// ---- reading ----

asio::awaitable<bool> Session::read_head(RequestParser& parser) {
  const Quiet quiet(waiting_.idle, peer_.address, [this] { stream_.close(); });
  const bool begun = co_await await_request();
  if (!begun) co_return false;
  stream_.expires_after(kHead);
  error_code error;
  while (!error && !parser.is_header_done()) co_await parse_some(parser, error);
  if (error == http::error::header_limit) {
    co_await write(empty_answer(431), 11, false, false);
  } else if (is_malformed(error)) {
    co_await write(empty_answer(400), 11, false, false);
  }
  co_return !error;
}

// A client may be silent for longer than a head may take.
asio::awaitable<bool> Session::await_request() {
  if (buffer_.size() != 0) co_return true;
  stream_.expires_after(kIdle);
  error_code error;
  buffer_.commit(co_await stream_.read_some(buffer_.prepare(kRead), error));
  co_return !error;
}

// What has been read, then, if that is not enough, what comes next.
asio::awaitable<void> Session::parse_some(RequestParser& parser, error_code& error) {
  if (buffer_.size() != 0) {
    buffer_.consume(parser.put(buffer_.data(), error));
    if (error != http::error::need_more) co_return;
    error = {};
  }
  const std::size_t room = buffer_.max_size() - buffer_.size();
  if (room == 0) {
    error = http::error::buffer_overflow;
    co_return;
  }
  const std::size_t most = parser.is_header_done() ? kReadBody : kRead;
  buffer_.commit(co_await stream_.read_some(buffer_.prepare(std::min(room, most)), error));
}

asio::awaitable<Session::Body> Session::read_body(RequestParser& parser, std::size_t limit,
                                                  bool wanted) {
  if (parser.is_done()) co_return Body::kRead;
  const auto length = parser.content_length();
  if (length && *length > limit) co_return Body::kTooLarge;
  parser.body_limit(limit);
  if (wanted) {
    const bool told = co_await say_continue(parser);
    if (!told) co_return Body::kLost;
  }
  stream_.expires_after(kStep);
  while (!parser.is_done()) {
    if (wanted) stream_.expires_after(kStep);  // a stranger has that time for all of it
    error_code error;
    co_await parse_some(parser, error);
    if (error == http::error::body_limit) co_return Body::kTooLarge;
    if (error) co_return is_malformed(error) ? Body::kMalformed : Body::kLost;
  }
  co_return Body::kRead;
}

asio::awaitable<bool> Session::say_continue(const RequestParser& parser) {
  if (!beast::iequals(parser.get()[http::field::expect], "100-continue")) co_return true;
  co_return co_await write_text("HTTP/1.1 100 Continue\r\n\r\n", nullptr);
}

// ---- answering ----

asio::awaitable<bool> Session::serve_one(RequestParser& parser) {
  const bool is_head = parser.get().method() == http::verb::head;
  const unsigned version = parser.get().version();
  auto admitted = api_.admit(request_of(parser.get(), peer_));
  bool keep_alive = parser.keep_alive();
  Answer answer;
  if (auto* refusal = std::get_if<Answer>(&admitted)) {
    const Body body = co_await read_body(parser, kRefusedBody, false);
    keep_alive = keep_alive && body == Body::kRead;
    answer = std::move(*refusal);
  } else {
    auto& call = std::get<Api::Admitted>(admitted);
    const Body body = co_await read_body(parser, call.max_body, true);
    if (body == Body::kLost) co_return false;
    keep_alive = keep_alive && body == Body::kRead;
    if (body == Body::kTooLarge) {
      answer =
          error_answer(413, "payload_too_large", "The body is longer than this endpoint takes.");
    } else if (body == Body::kMalformed) {
      answer = empty_answer(400);
    } else {
      call.call->request.body = std::move(parser.get().body());
      answer = co_await answer_to(std::move(call));
    }
  }
  if (answer.events) {
    co_await write_events(std::move(answer), version);
    co_return false;
  }
  keep_alive = keep_alive && !answer.close;
  while (answer.rest && answer.body.size() < kShortBody) {
    const bool more = co_await write_piece(*answer.rest, answer.body);
    if (!more) answer.rest.reset();
  }
  if (answer.rest) co_return co_await write_long(std::move(answer), version, keep_alive, is_head);
  co_return co_await write(std::move(answer), version, keep_alive, is_head);
}

// Does not count as idle, however long it takes.
asio::awaitable<Answer> Session::answer_to(Api::Admitted admitted) {
  stream_.expires_never();
  auto start = [this, &admitted](auto handler) {
    auto waiting = std::make_shared<decltype(handler)>(std::move(handler));
    api_.carry_out(std::move(admitted), [waiting, executor = stream_.executor()](Answer answer) {
      asio::post(executor, [waiting, answer = std::move(answer)]() mutable {
        std::move (*waiting)(std::move(answer));
      });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Answer)>(
      std::move(start), asio::use_awaitable);
}

// ---- writing ----

asio::awaitable<bool> Session::write(Answer answer, unsigned version, bool keep_alive,
                                     bool is_head) {
  Unread unread(*this, answer.body.size());
  std::string head = head_of(answer, BodyLength::kOfBody, version, keep_alive);
  if (is_head) answer.body.clear();
  if (answer.body.size() <= kShortAnswer) head += std::exchange(answer.body, {});
  for (const std::string_view text : {std::string_view(head), std::string_view(answer.body)}) {
    const bool written = co_await write_text(text, &unread);
    if (!written) co_return false;
  }
  co_return keep_alive;
}

// As fast as the client takes it. Without chunks the end of the connection is that of the body.
asio::awaitable<bool> Session::write_long(Answer answer, unsigned version, bool keep_alive,
                                          bool is_head) {
  const bool chunked = version >= 11;
  keep_alive = keep_alive && chunked;
  Unread unread(*this, kLongBody);
  const BodyLength length = chunked ? BodyLength::kChunked : BodyLength::kUntilEnd;
  const std::string head = head_of(answer, length, version, keep_alive);
  const bool begun = co_await write_text(head, &unread);
  if (!begun || is_head) co_return begun&& keep_alive;
  std::string piece = std::move(answer.body);
  for (bool more = true; more;) {
    if (piece.empty()) more = co_await write_piece(*answer.rest, piece);
    if (piece.empty()) continue;
    const std::string text = chunked ? chunk_of(piece) : std::move(piece);
    piece.clear();
    const bool written = co_await write_text(text, &unread);
    if (!written) co_return false;
  }
  if (!chunked) co_return false;
  const bool ended = co_await write_text("0\r\n\r\n", &unread);
  co_return ended&& keep_alive;
}

// The next piece, once it is this client's turn: others are served between two of them. False: that
// was the last.
asio::awaitable<bool> Session::write_piece(LongBody& body, std::string& to) {
  asio::steady_timer first(stream_.executor());
  {
    const Turns::Turn turn(waiting_.turns, [&first] { first.cancel(); });
    while (!turn.is_first()) {
      first.expires_after(kStep);
      error_code woken;
      co_await first.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    if (!body.write(to)) co_return false;
  }
  co_await asio::post(stream_.executor(), asio::use_awaitable);
  co_return true;
}

// Until the client goes; what it does not read is dropped, not kept.
asio::awaitable<void> Session::write_events(Answer answer, unsigned version) {
  const auto events = std::move(answer.events);
  const std::string head = head_of(answer, BodyLength::kUntilEnd, version, false);
  bool there = co_await write_text(head, nullptr);
  asio::steady_timer news(stream_.executor());
  events->on_news([&news] { news.cancel(); });
  while (there) {
    std::string text = events->take();
    if (text.empty()) {
      news.expires_after(kQuiet);
      error_code woken;
      co_await news.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      if (!woken) text = ": quiet\n\n";
    }
    if (!text.empty()) there = co_await write_text(text, nullptr);
  }
  events->on_news(nullptr);
}

asio::awaitable<bool> Session::write_text(std::string_view text, Unread* unread) {
  while (!text.empty()) {
    stream_.expires_after(kStep);
    error_code error;
    const std::size_t written = co_await stream_.write_some(asio::buffer(text), error);
    if (error) co_return false;
    text.remove_prefix(written);
    if (unread) unread->progressed();
  }
  co_return true;
}

}  // namespace coney::management
