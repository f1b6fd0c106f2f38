#include "broker/transport/socket_peer.h"

#include <gtest/gtest.h>
#include <poll.h>

#include "tests/unit/broker/transport/loopback.h"

namespace coney::test {
namespace {

TEST(SocketPeer, IsThereUntilItEndsItsSide) {
  SocketPair pair = connected_pair();
  EXPECT_FALSE(peer_has_ended(pair.server.get()));
  EXPECT_FALSE(has_unread_bytes(pair.server.get()));
  ::shutdown(pair.client.get(), SHUT_WR);
  ASSERT_TRUE(wait_for(pair.server.get(), POLLIN));
  EXPECT_TRUE(peer_has_ended(pair.server.get()));
  EXPECT_FALSE(has_unread_bytes(pair.server.get()));
}

TEST(SocketPeer, EndIsSeenBehindUnreadBytes) {
  SocketPair pair = connected_pair();
  send_all(pair.client.get(), "abc");
  ASSERT_TRUE(wait_for(pair.server.get(), POLLIN));
  EXPECT_TRUE(has_unread_bytes(pair.server.get()));
  EXPECT_FALSE(peer_has_ended(pair.server.get()));
  pair.client = FileDescriptor();
  ASSERT_TRUE(wait_for(pair.server.get(), POLLRDHUP));
  EXPECT_TRUE(has_unread_bytes(pair.server.get()));
  EXPECT_TRUE(peer_has_ended(pair.server.get()));
}

TEST(SocketPeer, ResetIsAnEnd) {
  SocketPair pair = connected_pair();
  reset_on_close(pair.client.get());
  pair.client = FileDescriptor();
  ASSERT_TRUE(wait_for(pair.server.get(), POLLIN));
  EXPECT_TRUE(peer_has_ended(pair.server.get()));
}

}  // namespace
}  // namespace coney::test
