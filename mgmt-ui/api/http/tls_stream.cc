#include <openssl/ssl.h>

#include <boost/asio/ssl.hpp>

#include "mgmt-ui/api/http/socket_stream.h"

namespace coney::management {
namespace {

namespace asio = boost::asio;

// Its own reference, which the wrapper gives back.
SSL_CTX* referenced(SSL_CTX* context) {
  SSL_CTX_up_ref(context);
  return context;
}

class TlsStream final : public ByteStream {
 public:
  TlsStream(SocketStream stream, SSL_CTX* context)
      : context_(referenced(context)), stream_(std::move(stream), context_) {}

  awaitable<bool> open() override {
    error_code error;
    expires_after(kHandshake);
    co_await stream_.async_handshake(asio::ssl::stream_base::server, awaited(error));
    co_return !error;
  }
  awaitable<std::size_t> read_some(asio::mutable_buffer to, error_code& error) override {
    return stream_.async_read_some(to, awaited(error));
  }
  awaitable<std::size_t> write_some(asio::const_buffer from, error_code& error) override {
    return stream_.async_write_some(from, awaited(error));
  }
  awaitable<void> finish() override {
    error_code ignored;
    expires_after(kHandshake);
    co_await stream_.async_shutdown(awaited(ignored));
  }
  void close() override { stream_.next_layer().close(); }
  void expires_after(std::chrono::seconds time) override {
    stream_.next_layer().expires_after(time);
  }
  void expires_never() override { stream_.next_layer().expires_never(); }
  asio::any_io_executor executor() override { return stream_.get_executor(); }

 private:
  static constexpr std::chrono::seconds kHandshake{15};  // the one at the end, too

  asio::ssl::context context_;
  asio::ssl::stream<SocketStream> stream_;
};

}  // namespace

std::unique_ptr<ByteStream> tls_stream(asio::io_context& io, FileDescriptor socket,
                                       const TlsCredentials& credentials) {
  return std::make_unique<TlsStream>(socket_stream(io, std::move(socket)),
                                     credentials.current()->native());
}

}  // namespace coney::management
