#include "mgmt-ui/api/http/http_server.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "broker/log/log.h"
#include "mgmt-ui/api/events/event_feed.h"

namespace coney::management {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::awaitable;
using boost::system::error_code;
using std::chrono::seconds;

using Plain = beast::basic_stream<asio::generic::stream_protocol>;
using Tls = asio::ssl::stream<Plain>;
using Parser = http::request_parser<http::string_body>;

constexpr seconds kIdle{75};  // between two requests
constexpr seconds kHead{15};  // of a TLS handshake and of a head that has begun
constexpr std::size_t kFirstRead = 4096;
constexpr seconds kStep{30};   // without any progress of a body or an answer
constexpr seconds kQuiet{15};  // after which a client without events gets a sign of life
constexpr std::uint32_t kMaxHead = 16 * 1024;
constexpr std::size_t kLongBody = 4 * 1024 * 1024;  // what a long list takes while it is written
constexpr std::size_t kRefusedBody = 64 * 1024;     // read, so that the connection may go on
constexpr std::chrono::milliseconds kAcceptPause{100};

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::kGet;
    case http::verb::head:
      return Method::kHead;
    case http::verb::put:
      return Method::kPut;
    case http::verb::post:
      return Method::kPost;
    case http::verb::delete_:
      return Method::kDelete;
    case http::verb::options:
      return Method::kOptions;
    default:
      return Method::kOther;
  }
}

Request request_of(const Parser::value_type& message, const Peer& peer) {
  Request request;
  request.method = method_of(message.method());
  request.target = std::string(message.target());
  request.peer = peer;
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    request.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  return request;
}

http::response<http::string_body> response_of(Answer&& answer, unsigned version, bool keep_alive,
                                              bool is_head) {
  http::response<http::string_body> response(static_cast<http::status>(answer.status), version);
  response.set(http::field::server, "Coney");
  for (const auto& [name, value] : answer.headers) response.set(name, value);
  if (!answer.content_type.empty()) response.set(http::field::content_type, answer.content_type);
  response.keep_alive(keep_alive);
  if (answer.status != 204 && answer.status != 304) response.content_length(answer.body.size());
  if (!is_head) response.body() = std::move(answer.body);
  return response;
}

// What a client has to take yet, as long as it lives.
class Waiting {
 public:
  Waiting(UnreadAnswers& all, std::size_t bytes, std::function<void()> give_up)
      : all_(all), place_(all.add(bytes, UnreadAnswers::Clock::now(), std::move(give_up))) {}
  ~Waiting() { all_.remove(place_); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  void progressed() { all_.progressed(place_, UnreadAnswers::Clock::now()); }

 private:
  UnreadAnswers& all_;
  const UnreadAnswers::Place place_;
};

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

// A piece of a body of which nobody knows the length yet (RFC 9112, 7.1).
std::string chunk_of(std::string_view piece) {
  return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
}

// One connection, from its first request to its end.
template <typename Stream>
class Session {
 public:
  Session(Stream& stream, Api& api, Peer peer, WaitingClients& waiting)
      : stream_(stream), api_(api), peer_(std::move(peer)), waiting_(waiting) {}

  awaitable<void> run() {
    bool go_on = true;
    while (go_on) {
      Parser parser;
      parser.header_limit(kMaxHead);
      parser.body_limit(boost::none);  // read_body() knows
      go_on = co_await read_head(parser);
      if (go_on) go_on = co_await serve_one(parser);
    }
  }

 private:
  Plain& lowest() { return beast::get_lowest_layer(stream_); }

  // False: the connection is to end.
  awaitable<bool> read_head(Parser& parser) {
    error_code error;
    const Quiet quiet(waiting_.idle, peer_.address, [this] { lowest().close(); });
    if (buffer_.size() == 0) {  // a client may be silent for longer than a head may take
      lowest().expires_after(kIdle);
      const std::size_t count =
          co_await stream_.async_read_some(buffer_.prepare(kFirstRead), token(error));
      if (error) co_return false;
      buffer_.commit(count);
    }
    lowest().expires_after(kHead);
    co_await http::async_read_header(stream_, buffer_, parser, token(error));
    if (error == http::error::header_limit) {
      co_await write(empty_answer(431), 11, false, false);
    } else if (error &&
               error.category() == make_error_code(http::error::end_of_stream).category() &&
               error != http::error::end_of_stream && error != http::error::partial_message) {
      co_await write(empty_answer(400), 11, false, false);
    }
    co_return !error;
  }

  awaitable<bool> serve_one(Parser& parser) {
    const bool is_head = parser.get().method() == http::verb::head;
    const unsigned version = parser.get().version();
    auto admitted = api_.admit(request_of(parser.get(), peer_));
    bool keep_alive = parser.keep_alive();
    Answer answer;
    if (auto* refusal = std::get_if<Answer>(&admitted)) {
      const bool read = co_await read_body(parser, kRefusedBody, false);
      keep_alive = keep_alive && read;
      answer = std::move(*refusal);
    } else {
      auto& call = std::get<Api::Admitted>(admitted);
      const bool read = co_await read_body(parser, call.max_body, true);
      if (!read && !too_large_) co_return false;
      if (too_large_) {
        answer =
            error_answer(413, "payload_too_large", "The body is longer than this endpoint takes.");
        keep_alive = false;
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
    const bool written = co_await write(std::move(answer), version, keep_alive, is_head);
    co_return written&& keep_alive;
  }

  // False: it could not be read, or is longer than that.
  awaitable<bool> read_body(Parser& parser, std::size_t limit, bool wanted) {
    too_large_ = false;
    if (parser.is_done()) co_return true;
    const auto length = parser.content_length();
    if (length && *length > limit) {
      too_large_ = true;
      co_return false;
    }
    parser.body_limit(limit);
    if (wanted) {
      const bool told = co_await say_continue(parser);
      if (!told) co_return false;
    }
    lowest().expires_after(kStep);
    while (!parser.is_done()) {
      if (wanted) lowest().expires_after(kStep);  // a stranger has that time for all of it
      error_code error;
      co_await http::async_read_some(stream_, buffer_, parser, token(error));
      too_large_ = error == http::error::body_limit;
      if (error) co_return false;
    }
    co_return true;
  }

  awaitable<bool> say_continue(const Parser& parser) {
    if (!beast::iequals(parser.get()[http::field::expect], "100-continue")) co_return true;
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    lowest().expires_after(kStep);
    error_code error;
    co_await asio::async_write(stream_, asio::buffer(kContinue), token(error));
    co_return !error;
  }

  // Does not count as idle, however long it takes.
  awaitable<Answer> answer_to(Api::Admitted admitted) {
    lowest().expires_never();
    auto start = [this, &admitted](auto handler) {
      using Handler = decltype(handler);
      auto waiting = std::make_shared<Handler>(std::move(handler));
      auto executor = stream_.get_executor();
      api_.carry_out(std::move(admitted), [waiting, executor](Answer answer) {
        asio::post(executor, [waiting, answer = std::move(answer)]() mutable {
          std::move (*waiting)(std::move(answer));
        });
      });
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Answer)>(
        std::move(start), asio::use_awaitable);
  }

  awaitable<bool> write(Answer answer, unsigned version, bool keep_alive, bool is_head) {
    Waiting waiting(waiting_.unread, answer.body.size(), [this] { lowest().close(); });
    auto response = response_of(std::move(answer), version, keep_alive, is_head);
    http::response_serializer<http::string_body> serializer(response);
    while (!serializer.is_done()) {
      lowest().expires_after(kStep);
      error_code error;
      co_await http::async_write_some(stream_, serializer, token(error));
      if (error) co_return false;
      waiting.progressed();
    }
    co_return true;
  }

  // As fast as the client takes it. Without chunks the end of the connection is that of the body.
  awaitable<bool> write_long(Answer answer, unsigned version, bool keep_alive, bool is_head) {
    const bool chunked = version >= 11;
    keep_alive = keep_alive && chunked;
    Waiting waiting(waiting_.unread, kLongBody, [this] { lowest().close(); });
    const bool begun = co_await write_long_head(answer, version, keep_alive);
    if (!begun || is_head) co_return begun&& keep_alive;
    std::string piece = std::move(answer.body);
    for (bool more = true; more;) {
      if (piece.empty()) more = co_await write_piece(*answer.rest, piece);
      if (piece.empty()) continue;
      const std::string text = chunked ? chunk_of(piece) : std::move(piece);
      piece.clear();
      const bool written = co_await write_text(text, waiting);
      if (!written) co_return false;
    }
    if (!chunked) co_return false;
    const bool ended = co_await write_text("0\r\n\r\n", waiting);
    co_return ended&& keep_alive;
  }

  // The next piece, once it is this client's turn: others are served between two of them. False:
  // that was the last.
  awaitable<bool> write_piece(LongBody& body, std::string& to) {
    asio::steady_timer first(stream_.get_executor());
    {
      const Turns::Turn turn(waiting_.turns, [&first] { first.cancel(); });
      while (!turn.is_first()) {
        first.expires_after(kStep);
        error_code woken;
        co_await first.async_wait(token(woken));
      }
      if (!body.write(to)) co_return false;
    }
    co_await asio::post(stream_.get_executor(), asio::use_awaitable);
    co_return true;
  }

  awaitable<bool> write_long_head(const Answer& answer, unsigned version, bool keep_alive) {
    http::response<http::empty_body> head(static_cast<http::status>(answer.status), version);
    head.set(http::field::server, "Coney");
    for (const auto& [name, value] : answer.headers) head.set(name, value);
    head.set(http::field::content_type, answer.content_type);
    head.keep_alive(keep_alive);
    head.chunked(version >= 11);
    http::response_serializer<http::empty_body> serializer(head);
    lowest().expires_after(kStep);
    error_code error;
    co_await http::async_write_header(stream_, serializer, token(error));
    co_return !error;
  }

  awaitable<bool> write_text(std::string_view text, Waiting& waiting) {
    while (!text.empty()) {
      lowest().expires_after(kStep);
      error_code error;
      const std::size_t written =
          co_await stream_.async_write_some(asio::buffer(text), token(error));
      if (error) co_return false;
      text.remove_prefix(written);
      waiting.progressed();
    }
    co_return true;
  }

  // Until the client goes; what it does not read is dropped, not kept.
  awaitable<void> write_events(Answer answer, unsigned version) {
    const auto events = std::move(answer.events);
    http::response<http::empty_body> head(http::status::ok, version);
    for (const auto& [name, value] : answer.headers) head.set(name, value);
    head.set(http::field::content_type, answer.content_type);
    head.keep_alive(false);
    http::response_serializer<http::empty_body> serializer(head);
    lowest().expires_after(kStep);
    error_code error;
    co_await http::async_write_header(stream_, serializer, token(error));
    asio::steady_timer news(stream_.get_executor());
    events->on_news([&news] { news.cancel(); });
    while (!error) {
      std::string text = events->take();
      if (text.empty()) {
        news.expires_after(kQuiet);
        error_code woken;
        co_await news.async_wait(token(woken));
        if (!woken) text = ": quiet\n\n";
      }
      if (text.empty()) continue;
      lowest().expires_after(kStep);
      co_await asio::async_write(stream_, asio::buffer(text), token(error));
    }
    events->on_news(nullptr);
  }

  static auto token(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

  Stream& stream_;
  Api& api_;
  Peer peer_;
  WaitingClients& waiting_;
  beast::flat_buffer buffer_{kMaxHead * 4};
  bool too_large_ = false;
};

asio::generic::stream_protocol protocol_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return {address.ss_family, 0};
}

awaitable<void> run_plain(Plain& stream, Api& api, Peer peer, WaitingClients& waiting) {
  Session<Plain> session(stream, api, std::move(peer), waiting);
  co_await session.run();
  error_code ignored;
  stream.socket().shutdown(asio::socket_base::shutdown_send, ignored);
}

// The session takes its own reference of the context, which is renewed when its files change.
awaitable<void> run_tls(Plain stream, Api& api, Peer peer, const TlsCredentials& credentials,
                        WaitingClients& waiting) {
  const auto current = credentials.current();
  SSL_CTX_up_ref(current->native());
  asio::ssl::context context(current->native());
  Tls tls(std::move(stream), context);
  beast::get_lowest_layer(tls).expires_after(kHead);
  error_code error;
  co_await tls.async_handshake(asio::ssl::stream_base::server,
                               asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return;
  Session<Tls> session(tls, api, std::move(peer), waiting);
  co_await session.run();
  beast::get_lowest_layer(tls).expires_after(kHead);
  co_await tls.async_shutdown(asio::redirect_error(asio::use_awaitable, error));
}

awaitable<void> run_connection(asio::io_context& io, FileDescriptor socket, Api& api, Peer peer,
                               const TlsCredentials* tls, WaitingClients& waiting) {
  Plain::socket_type connected(io);
  const auto protocol = protocol_of(socket.get());
  connected.assign(protocol, socket.release());
  Plain stream(std::move(connected));
  if (tls) {
    co_await run_tls(std::move(stream), api, std::move(peer), *tls, waiting);
  } else {
    co_await run_plain(stream, api, std::move(peer), waiting);
  }
}

struct Count {
  Count(std::map<std::string, std::size_t>& all, std::string address)
      : counts(all), place(all.try_emplace(std::move(address)).first) {
    ++place->second;
  }
  ~Count() {
    if (--place->second == 0) counts.erase(place);
  }
  Count(const Count&) = delete;
  std::map<std::string, std::size_t>& counts;
  std::map<std::string, std::size_t>::iterator place;
};

awaitable<void> run_counted(asio::io_context& io, FileDescriptor socket, Api& api, Peer peer,
                            const TlsCredentials* tls,
                            std::map<std::string, std::size_t>& by_address,
                            WaitingClients& waiting) {
  Count count(by_address, peer.address);
  co_await run_connection(io, std::move(socket), api, std::move(peer), tls, waiting);
}

awaitable<void> accept_all(asio::io_context& io, HttpServer& server, ListenSocket socket,
                           const TlsCredentials* tls) {
  asio::posix::stream_descriptor readable(io, socket.fd());
  struct Release {  // the descriptor is the ListenSocket's
    asio::posix::stream_descriptor& descriptor;
    ~Release() { descriptor.release(); }
  } release{readable};
  asio::steady_timer pause(io);
  while (true) {
    co_await readable.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    AcceptResult accepted = socket.accept();
    if (accepted.status == IoStatus::kOk) {
      server.serve(std::move(accepted.socket), Peer{accepted.client.host()}, tls);
    } else if (accepted.status == IoStatus::kError) {
      log::warning(log::Category::kConnection, "HTTP: accept: {}", accepted.error);
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(asio::use_awaitable);
    }
  }
}

// A connection that fails ends; nothing of it is the server's fault but what is no network error.
void log_failure(std::exception_ptr failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error&) {
  } catch (const std::exception& error) {
    log::error(log::Category::kConnection, "HTTP: {}", error.what());
  }
}

}  // namespace

void HttpServer::listen(ListenSocket socket, const TlsCredentials* tls) {
  asio::co_spawn(io_, accept_all(io_, *this, std::move(socket), tls), log_failure);
}

void HttpServer::serve(FileDescriptor socket, Peer peer, const TlsCredentials* tls) {
  std::size_t all = 0;
  for (const auto& [address, count] : connections_) all += count;
  const auto own = connections_.find(peer.address);
  const bool full_here = own != connections_.end() && own->second >= kMaxPerAddress;
  if (full_here && !waiting_.idle.end_one(peer.address)) return;
  if (!full_here && all >= kMaxConnections && !waiting_.idle.end_one({})) return;
  asio::co_spawn(
      io_, run_counted(io_, std::move(socket), api_, std::move(peer), tls, connections_, waiting_),
      log_failure);
}

}  // namespace coney::management
