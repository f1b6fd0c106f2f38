#pragma once
// What a connection's bytes come and go by, with TLS or without: the only code that is compiled for
// either. Used on the io_context's thread. A call that has not ended in the time that was set
// before it ends with an error, and the connection is good for nothing more.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <chrono>
#include <memory>

#include "broker/transport/file_descriptor.h"
#include "broker/transport/tls_credentials.h"

namespace boost::asio {
class io_context;
}

namespace coney::management {

class ByteStream {
 public:
  using error_code = boost::system::error_code;
  template <typename T>
  using awaitable = boost::asio::awaitable<T>;

  virtual ~ByteStream() = default;

  // Before anything else; false: it is of no use.
  virtual awaitable<bool> open() = 0;
  // At least a byte, unless there is an error; `error` outlives the call.
  virtual awaitable<std::size_t> read_some(boost::asio::mutable_buffer to, error_code& error) = 0;
  virtual awaitable<std::size_t> write_some(boost::asio::const_buffer from, error_code& error) = 0;
  // Says good-bye.
  virtual awaitable<void> finish() = 0;
  // What is waiting for it ends with an error.
  virtual void close() = 0;

  virtual void expires_after(std::chrono::seconds time) = 0;
  virtual void expires_never() = 0;
  virtual boost::asio::any_io_executor executor() = 0;
};

// Of a connected socket of whatever family.
std::unique_ptr<ByteStream> plain_stream(boost::asio::io_context& io, FileDescriptor socket);
// With the credentials of now, also when their files change meanwhile.
std::unique_ptr<ByteStream> tls_stream(boost::asio::io_context& io, FileDescriptor socket,
                                       const TlsCredentials& credentials);

}  // namespace coney::management
