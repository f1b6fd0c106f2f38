#include "mgmt-ui/api/http/http_server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "broker/log/log.h"
#include "mgmt-ui/api/http/byte_stream.h"
#include "mgmt-ui/api/http/session.h"

namespace coney::management {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

constexpr std::chrono::milliseconds kAcceptPause{100};

awaitable<void> run_connection(asio::io_context& io, FileDescriptor socket, Api& api, Peer peer,
                               const TlsCredentials* tls, WaitingClients& waiting) {
  const auto stream =
      tls ? tls_stream(io, std::move(socket), *tls) : plain_stream(io, std::move(socket));
  const bool open = co_await stream->open();
  if (!open) co_return;
  Session session(*stream, api, std::move(peer), waiting);
  co_await session.run();
  co_await stream->finish();
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
