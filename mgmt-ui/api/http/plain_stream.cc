#include "mgmt-ui/api/http/socket_stream.h"

namespace coney::management {
namespace {

namespace asio = boost::asio;

class PlainStream final : public ByteStream {
 public:
  explicit PlainStream(SocketStream stream) : stream_(std::move(stream)) {}

  awaitable<bool> open() override { co_return true; }
  awaitable<std::size_t> read_some(asio::mutable_buffer to, error_code& error) override {
    return stream_.async_read_some(to, awaited(error));
  }
  awaitable<std::size_t> write_some(asio::const_buffer from, error_code& error) override {
    return stream_.async_write_some(from, awaited(error));
  }
  awaitable<void> finish() override {
    error_code ignored;
    stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
    co_return;
  }
  void close() override { stream_.close(); }
  void expires_after(std::chrono::seconds time) override { stream_.expires_after(time); }
  void expires_never() override { stream_.expires_never(); }
  asio::any_io_executor executor() override { return stream_.get_executor(); }

 private:
  SocketStream stream_;
};

}  // namespace

std::unique_ptr<ByteStream> plain_stream(asio::io_context& io, FileDescriptor socket) {
  return std::make_unique<PlainStream>(socket_stream(io, std::move(socket)));
}

}  // namespace coney::management
