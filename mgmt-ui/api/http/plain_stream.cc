#include "mgmt-ui/api/http/socket_stream.h"

namespace coney::management {
namespace {

namespace asio = boost::asio;

class PlainStream final : public SocketStream<Socket> {
 public:
  explicit PlainStream(Socket socket) : SocketStream(std::move(socket)) {}

  awaitable<bool> open() override { co_return true; }
  awaitable<void> finish() override {
    error_code ignored;
    socket().socket().shutdown(asio::socket_base::shutdown_send, ignored);
    co_return;
  }
};

}  // namespace

std::unique_ptr<ByteStream> plain_stream(asio::io_context& io, FileDescriptor socket) {
  return std::make_unique<PlainStream>(connected_socket(io, std::move(socket)));
}

}  // namespace coney::management
