#include "tests/unit/broker/transport/loopback.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <cerrno>

namespace coney::test {
namespace {

constexpr int kPatienceMs = 10'000;

}  // namespace

bool wait_for(int fd, short events) {
  pollfd entry{fd, events, 0};
  return ::poll(&entry, 1, kPatienceMs) == 1;
}

FileDescriptor connect_to(const SocketAddress& address, int buffer_size) {
  FileDescriptor client(::socket(address.is_v6() ? AF_INET6 : AF_INET, SOCK_STREAM, 0));
  if (buffer_size > 0) {
    ::setsockopt(client.get(), SOL_SOCKET, SO_SNDBUF, &buffer_size, sizeof buffer_size);
    ::setsockopt(client.get(), SOL_SOCKET, SO_RCVBUF, &buffer_size, sizeof buffer_size);
  }
  sockaddr_storage storage;
  socklen_t size = address.to_sockaddr(storage);
  if (::connect(client.get(), reinterpret_cast<sockaddr*>(&storage), size) != 0) return {};
  ::fcntl(client.get(), F_SETFL, O_NONBLOCK);
  int on = 1;
  ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return client;
}

AcceptResult accept_one(ListenSocket& listener) {
  wait_for(listener.fd(), POLLIN);
  return listener.accept();
}

SocketPair connected_pair(int buffer_size) {
  SocketOptions options;
  if (buffer_size > 0) options.send_buffer = options.receive_buffer = buffer_size;
  auto listeners = ListenSocket::open(*Endpoint::make("127.0.0.1", 0), options, 1);
  ListenSocket& listener = listeners.value().front();
  FileDescriptor client = connect_to(*listener.endpoint().address, buffer_size);
  AcceptResult accepted = accept_one(listener);
  EXPECT_EQ(accepted.status, IoStatus::kOk) << accepted.error;
  return {std::move(accepted.socket), std::move(client)};
}

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    if (count < 0 && errno != EAGAIN) {
      ADD_FAILURE() << "send: errno " << errno;
      return;
    }
    if (count < 0) {
      ASSERT_TRUE(wait_for(fd, POLLOUT));
    }
  }
}

void reset_on_close(int fd) {
  linger option{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &option, sizeof option);
}

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

}  // namespace coney::test
