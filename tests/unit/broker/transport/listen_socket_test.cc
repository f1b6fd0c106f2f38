#include "broker/transport/listen_socket.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>

#include "tests/unit/broker/transport/loopback.h"

namespace coney {
namespace {

using namespace test;

SocketAddress local(const char* host, const ListenSocket& listener) {
  return *SocketAddress::parse(host, listener.endpoint().port);
}

std::vector<ListenSocket> open_all(std::string_view host, int count = 1,
                                   const SocketOptions& options = {}) {
  auto listeners = ListenSocket::open(*Endpoint::make(host, 0), options, count);
  if (listeners) return std::move(*listeners);
  ADD_FAILURE() << listeners.error().reason;
  return {};
}

bool has_ipv6_loopback() {
  return static_cast<bool>(ListenSocket::open(*Endpoint::make("::1", 0), {}, 1));
}

int option(int fd, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  ::getsockopt(fd, level, name, &value, &size);
  return value;
}

TEST(ListenSocket, AcceptsAConnectionWithBothAddresses) {
  auto listeners = open_all("127.0.0.1");
  FileDescriptor client = connect_to(local("127.0.0.1", listeners[0]));
  AcceptResult accepted = accept_one(listeners[0]);
  ASSERT_EQ(accepted.status, IoStatus::kOk);
  EXPECT_EQ(accepted.client, SocketAddress::local_end(client.get()));
  EXPECT_EQ(accepted.server, SocketAddress::remote_end(client.get()));
  EXPECT_EQ(accepted.server.to_string(), listeners[0].endpoint().to_string());
}

TEST(ListenSocket, WantsReadWhenNobodyConnects) {
  auto listeners = open_all("127.0.0.1");
  EXPECT_EQ(listeners[0].accept().status, IoStatus::kWantRead);
}

TEST(ListenSocket, EveryAddressServesBothFamilies) {
  auto listeners = open_all("");
  FileDescriptor v4 = connect_to(local("127.0.0.1", listeners[0]));
  ASSERT_TRUE(v4);
  EXPECT_EQ(accept_one(listeners[0]).client.host(), "127.0.0.1");
  if (!has_ipv6_loopback()) GTEST_SKIP() << "no IPv6 on this machine";
  FileDescriptor v6 = connect_to(local("::1", listeners[0]));
  ASSERT_TRUE(v6);
  EXPECT_EQ(accept_one(listeners[0]).client.host(), "::1");
}

TEST(ListenSocket, OneAddressServesNoOther) {
  auto listeners = open_all("127.0.0.1");
  EXPECT_FALSE(connect_to(local("127.0.0.2", listeners[0])));
  EXPECT_FALSE(connect_to(local("::1", listeners[0])));
}

TEST(ListenSocket, APortInUseIsSaidClearly) {
  auto listeners = open_all("127.0.0.1");
  for (int count : {1, 2}) {
    auto second = ListenSocket::open(listeners[0].endpoint(), {}, count);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().reason, "cannot listen on " + listeners[0].endpoint().to_string() +
                                         ": the address is already in use");
  }
}

TEST(ListenSocket, SharedPortsDoNotHideAnotherProgram) {
  auto listeners = open_all("127.0.0.1", 2);
  EXPECT_FALSE(ListenSocket::open(listeners[0].endpoint(), {}, 2));
  Endpoint everywhere{std::nullopt, listeners[0].endpoint().port};
  EXPECT_FALSE(ListenSocket::open(everywhere, {}, 2));
}

TEST(ListenSocket, AForeignAddressIsRefusedByName) {
  auto listeners = ListenSocket::open(*Endpoint::make("192.0.2.1", 5672), {}, 1);
  ASSERT_FALSE(listeners);
  EXPECT_EQ(listeners.error().reason,
            "cannot listen on 192.0.2.1:5672: Cannot assign requested address");
}

TEST(ListenSocket, ThePortIsFreeAgainAfterUse) {
  auto listeners = open_all("127.0.0.1", 2);
  Endpoint endpoint = listeners[0].endpoint();
  FileDescriptor client = connect_to(*endpoint.address);
  short ready = POLLIN;
  pollfd entries[] = {{listeners[0].fd(), ready, 0}, {listeners[1].fd(), ready, 0}};
  ASSERT_EQ(::poll(entries, 2, 10'000), 1);
  for (ListenSocket& listener : listeners) listener.accept();  // closed by us: TIME_WAIT here
  listeners.clear();
  EXPECT_TRUE(ListenSocket::open(endpoint, {}, 2));
}

TEST(ListenSocket, SharesOnePortBetweenShards) {
  auto listeners = open_all("127.0.0.1", 3);
  ASSERT_EQ(listeners.size(), 3u);
  EXPECT_EQ(listeners[0].endpoint(), listeners[1].endpoint());
  EXPECT_EQ(listeners[0].endpoint(), listeners[2].endpoint());
  std::vector<FileDescriptor> clients;
  for (int i = 0; i < 64; ++i) clients.push_back(connect_to(local("127.0.0.1", listeners[0])));
  int total = 0;
  for (ListenSocket& listener : listeners) {
    int mine = 0;
    while (listener.accept().status == IoStatus::kOk) ++mine;
    EXPECT_LT(mine, 64);
    total += mine;
  }
  EXPECT_EQ(total, 64);
}

TEST(ListenSocket, SetsTheOptionsOfAcceptedSockets) {
  SocketOptions options;
  options.keepalive = true;
  options.send_buffer = 65536;
  options.receive_buffer = 32768;
  auto listeners = open_all("127.0.0.1", 1, options);
  FileDescriptor client = connect_to(local("127.0.0.1", listeners[0]));
  AcceptResult accepted = accept_one(listeners[0]);
  int fd = accepted.socket.get();
  EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(option(fd, SOL_SOCKET, SO_SNDBUF), 2 * 65536);  // the kernel doubles it
  EXPECT_EQ(option(fd, SOL_SOCKET, SO_RCVBUF), 2 * 32768);
}

TEST(ListenSocket, LeavesOptionsOffThatAreOff) {
  SocketOptions options;
  options.nodelay = false;
  auto listeners = open_all("127.0.0.1", 1, options);
  FileDescriptor client = connect_to(local("127.0.0.1", listeners[0]));
  AcceptResult accepted = accept_one(listeners[0]);
  EXPECT_EQ(option(accepted.socket.get(), IPPROTO_TCP, TCP_NODELAY), 0);
  EXPECT_EQ(option(accepted.socket.get(), SOL_SOCKET, SO_KEEPALIVE), 0);
}

TEST(ListenSocket, RunningOutOfDescriptorsIsNoEnd) {
  auto listeners = open_all("127.0.0.1");
  FileDescriptor client = connect_to(local("127.0.0.1", listeners[0]));
  ASSERT_TRUE(wait_for(listeners[0].fd(), POLLIN));
  rlimit before;
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit none{0, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  AcceptResult refused = listeners[0].accept();
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(refused.status, IoStatus::kError);
  EXPECT_TRUE(refused.exhausted);
  EXPECT_EQ(refused.error, "Too many open files");
  EXPECT_EQ(listeners[0].accept().status, IoStatus::kOk);
}

}  // namespace
}  // namespace coney
