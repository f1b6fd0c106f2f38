#pragma once
// The reading side of a connection in a run. Connections of a thread share one read buffer; each
// keeps only the start of a frame that has not arrived whole.

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "tests/bench/failure.h"
#include "tests/bench/frame_scanner.h"
#include "tests/bench/socket.h"

namespace bench {

class ReadBuffer {
 public:
  static constexpr std::size_t kReadSize = 256 * 1024;
  static constexpr std::size_t kMaxCarry = 512 * 1024;

  char* data() { return bytes_.get(); }

 private:
  std::unique_ptr<char[]> bytes_ = std::make_unique<char[]>(kMaxCarry + kReadSize);
};

class Inbound {
 public:
  // `unread`: bytes that arrived before the run.
  explicit Inbound(std::string unread) : carry_(std::move(unread)) {}

  // One read and what it brought. True when more may be there already. Throws Failure at the end of
  // the connection.
  template <typename Handler>
  bool read(Socket& socket, ReadBuffer& buffer, Handler& handler) {
    char* start = buffer.data();
    std::memcpy(start, carry_.data(), carry_.size());
    const ssize_t got = socket.receive(start + carry_.size(), ReadBuffer::kReadSize, MSG_DONTWAIT);
    if (got == 0) throw Failure("the broker closed a connection");
    if (got < 0) {
      if (errno == EAGAIN || errno == EINTR) return false;
      throw Failure("read: {}", std::strerror(errno));
    }
    scan({start, carry_.size() + static_cast<std::size_t>(got)}, handler);
    return static_cast<std::size_t>(got) == ReadBuffer::kReadSize;
  }

 private:
  template <typename Handler>
  void scan(std::string_view bytes, Handler& handler) {
    const std::size_t taken = scanner_.scan(bytes, handler);
    carry_.assign(bytes.substr(taken));
    if (carry_.size() > ReadBuffer::kMaxCarry) throw Failure("a frame is too large");
  }

  FrameScanner scanner_;
  std::string carry_;
};

}  // namespace bench
