#include "broker/transport/proxy_receiver.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <array>

#include "tests/unit/broker/transport/loopback.h"

namespace coney {
namespace {

using namespace test;

const std::string kLine = "PROXY TCP4 192.0.2.1 198.51.100.7 56324 5672\r\n";

std::string rest_of(int fd) {
  std::array<char, 64> buffer;
  ssize_t count = ::recv(fd, buffer.data(), buffer.size(), 0);
  return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : "";
}

TEST(ProxyReceiver, LeavesTheClientsBytesInTheSocket) {
  SocketPair pair = connected_pair();
  send_all(pair.client.get(), kLine + "AMQP");
  ASSERT_TRUE(wait_for(pair.server.get(), POLLIN));
  ProxyReceiver receiver;
  EXPECT_EQ(receiver.receive(pair.server.get()).status, IoStatus::kOk);
  EXPECT_EQ(receiver.header().source.to_string(), "192.0.2.1:56324");
  EXPECT_EQ(rest_of(pair.server.get()), "AMQP");
}

TEST(ProxyReceiver, TakesAHeaderThatComesByteByByteWithoutSpinning) {
  SocketPair pair = connected_pair();
  ProxyReceiver receiver;
  for (std::size_t i = 0; i < kLine.size(); ++i) {
    EXPECT_EQ(receiver.receive(pair.server.get()).status, IoStatus::kWantRead) << i;
    pollfd entry{pair.server.get(), POLLIN, 0};
    ASSERT_EQ(::poll(&entry, 1, 0), 0) << "the socket would stay readable";
    send_all(pair.client.get(), kLine.substr(i, 1));
    ASSERT_TRUE(wait_for(pair.server.get(), POLLIN));
  }
  EXPECT_EQ(receiver.receive(pair.server.get()).status, IoStatus::kOk);
  EXPECT_TRUE(receiver.header().has_addresses);
}

TEST(ProxyReceiver, EofInTheHeader) {
  SocketPair pair = connected_pair();
  send_all(pair.client.get(), "PROXY TC");
  pair.client.reset();
  ProxyReceiver receiver;
  IoStatus status = IoStatus::kWantRead;
  while (status == IoStatus::kWantRead && wait_for(pair.server.get(), POLLIN)) {
    status = receiver.receive(pair.server.get()).status;
  }
  EXPECT_EQ(status, IoStatus::kEof);
}

TEST(ProxyReceiver, AWrongHeaderIsAnErrorWithItsReason) {
  SocketPair pair = connected_pair();
  send_all(pair.client.get(), std::string_view("AMQP\0\0\x09\x01", 8));
  ASSERT_TRUE(wait_for(pair.server.get(), POLLIN));
  ProxyReceiver receiver;
  IoResult result = receiver.receive(pair.server.get());
  EXPECT_EQ(result.status, IoStatus::kError);
  EXPECT_EQ(result.error, "the connection does not begin with a PROXY protocol header");
}

TEST(ProxyReceiver, AResetIsAnError) {
  SocketPair pair = connected_pair();
  reset_on_close(pair.client.get());
  pair.client.reset();
  ASSERT_TRUE(wait_for(pair.server.get(), POLLIN));
  EXPECT_EQ(ProxyReceiver().receive(pair.server.get()).status, IoStatus::kError);
}

}  // namespace
}  // namespace coney
