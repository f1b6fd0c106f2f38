#include <openssl/ssl.h>

#include <boost/asio/ssl.hpp>

#include "mgmt-ui/api/http/socket_stream.h"

namespace coney::management {
namespace {

namespace asio = boost::asio;

class TlsStream final : public SocketStream<asio::ssl::stream<Socket>> {
 public:
  TlsStream(Socket socket, asio::ssl::context& context)
      : SocketStream(std::move(socket), context) {}

  awaitable<bool> open() override {
    error_code error;
    expires_after(kHandshake);
    co_await stream().async_handshake(asio::ssl::stream_base::server, token(error));
    co_return !error;
  }
  awaitable<void> finish() override {
    error_code ignored;
    expires_after(kHandshake);
    co_await stream().async_shutdown(token(ignored));
  }

 private:
  static constexpr std::chrono::seconds kHandshake{15};  // the one at the end, too
};

}  // namespace

// The wrapper gives back a reference, OpenSSL keeps another for the stream.
std::unique_ptr<ByteStream> tls_stream(asio::io_context& io, FileDescriptor socket,
                                       const TlsCredentials& credentials) {
  const auto current = credentials.current();
  SSL_CTX_up_ref(current->native());
  asio::ssl::context context(current->native());
  return std::make_unique<TlsStream>(connected_socket(io, std::move(socket)), context);
}

}  // namespace coney::management
