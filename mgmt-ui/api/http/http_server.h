#pragma once
// HTTP/1.1 for the API over any stream socket, with TLS or without, on the io_context's thread.
// Each connection is served by itself: one that is slow or stuck is closed after a while, one that
// sends too much is refused before it is read. Lists that may be long are written as the client
// takes them; what waits for clients beside that is bounded, and those who say nothing make room
// for others: see waiting_clients.h.

#include <map>
#include <memory>
#include <string>

#include "broker/transport/file_descriptor.h"
#include "broker/transport/listen_socket.h"
#include "broker/transport/tls_credentials.h"
#include "mgmt-ui/api/api.h"
#include "mgmt-ui/api/http/waiting_clients.h"

namespace boost::asio {
class io_context;
}

namespace coney::management {

class HttpServer {
 public:
  static constexpr std::size_t kMaxConnections = 2'000;
  static constexpr std::size_t kMaxPerAddress = 500;

  // Both outlive what runs on the io_context.
  HttpServer(boost::asio::io_context& io, Api& api) : io_(io), api_(api) {}

  // Serves all that connect. `tls` null: without.
  void listen(ListenSocket socket, const TlsCredentials* tls);
  // Serves a connection that another has accepted, of whatever family.
  void serve(FileDescriptor socket, Peer peer, const TlsCredentials* tls);

 private:
  boost::asio::io_context& io_;
  Api& api_;
  std::map<std::string, std::size_t> connections_;  // by address
  WaitingClients waiting_;
};

}  // namespace coney::management
