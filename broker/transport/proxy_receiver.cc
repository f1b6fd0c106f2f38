#include "broker/transport/proxy_receiver.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace coney {
namespace {

// recv() as an IoResult; `flags` may be MSG_PEEK.
IoResult receive_some(int fd, std::span<char> into, int flags) {
  for (;;) {
    ssize_t count = ::recv(fd, into.data(), into.size(), flags);
    if (count > 0) return {IoStatus::kOk, static_cast<std::size_t>(count), {}};
    if (count == 0) return {IoStatus::kEof, 0, {}};
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {IoStatus::kWantRead, 0, {}};
    return {IoStatus::kError, 0, std::system_category().message(errno)};
  }
}

}  // namespace

// The bytes are looked at first and taken only as far as they are the header's: all of them while
// it is incomplete (else the socket would stay readable and the wait would spin).
IoResult ProxyReceiver::receive(int fd) {
  std::array<char, kProxyV2HeadSize + kProxyV2MaxBody> peeked;
  for (;;) {
    IoResult peek = receive_some(fd, peeked, MSG_PEEK);
    if (peek.status != IoStatus::kOk) return peek;
    std::size_t known = bytes_.size();
    bytes_.append(peeked.data(), peek.bytes);
    ProxyRead read = read_proxy_header(bytes_);
    if (read.status == ProxyStatus::kError) return {IoStatus::kError, 0, read.error};
    IoResult taken = take(fd, known, read);
    if (taken.status != IoStatus::kOk || read.status == ProxyStatus::kDone) return taken;
  }
}

// Removes from the socket what of bytes_ was only peeked at and is the header's.
IoResult ProxyReceiver::take(int fd, std::size_t known, const ProxyRead& read) {
  if (read.status == ProxyStatus::kDone) {
    bytes_.resize(read.consumed);
    header_ = read.header;
  }
  IoResult taken = receive_some(fd, std::span(bytes_).subspan(known), 0);
  bool short_count = taken.status == IoStatus::kOk && taken.bytes != bytes_.size() - known;
  if (short_count) return {IoStatus::kError, 0, "peeked bytes are gone from the socket"};
  return taken;
}

}  // namespace coney
