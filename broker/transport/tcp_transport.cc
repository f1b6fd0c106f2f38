#include "broker/transport/tcp_transport.h"

#include <limits.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace coney {
namespace {

bool would_block(int error) {
  return error == EAGAIN || error == EWOULDBLOCK;
}

IoResult broken(int error) {
  return {IoStatus::kError, 0, std::system_category().message(error)};
}

std::size_t total_size(std::span<const iovec> buffers) {
  std::size_t total = 0;
  for (const iovec& buffer : buffers) total += buffer.iov_len;
  return total;
}

}  // namespace

IoResult TcpTransport::read(std::span<char> into) {
  for (;;) {
    ssize_t count = ::recv(fd(), into.data(), into.size(), 0);
    if (count > 0) return {IoStatus::kOk, static_cast<std::size_t>(count), {}};
    if (count == 0) return {IoStatus::kEof, 0, {}};
    if (errno == EINTR) continue;
    return would_block(errno) ? IoResult{IoStatus::kWantRead, 0, {}} : broken(errno);
  }
}

IoResult TcpTransport::write(std::span<const iovec> from) {
  std::span<const iovec> batch = from.first(std::min<std::size_t>(from.size(), IOV_MAX));
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(batch.data());  // sendmsg only reads it
  message.msg_iovlen = batch.size();
  for (;;) {
    ssize_t count = ::sendmsg(fd(), &message, MSG_NOSIGNAL);
    if (count >= 0) {
      auto sent = static_cast<std::size_t>(count);
      bool all = sent == total_size(batch);
      return {all ? IoStatus::kOk : IoStatus::kWantWrite, sent, {}};
    }
    if (errno == EINTR) continue;
    return would_block(errno) ? IoResult{IoStatus::kWantWrite, 0, {}} : broken(errno);
  }
}

void TcpTransport::shut_down() {
  ::shutdown(fd(), SHUT_WR);
}

}  // namespace coney
