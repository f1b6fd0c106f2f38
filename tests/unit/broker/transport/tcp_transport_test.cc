#include "broker/transport/tcp_transport.h"

#include <gtest/gtest.h>
#include <limits.h>
#include <poll.h>

#include <array>
#include <vector>

#include "tests/unit/broker/transport/loopback.h"

namespace coney {
namespace {

using namespace test;

std::string read_once(Transport& transport) {
  std::array<char, 4096> buffer;
  if (!wait_for(transport.fd(), POLLIN)) return "(nothing to read)";
  IoResult result = transport.read(buffer);
  return result.status == IoStatus::kOk ? std::string(buffer.data(), result.bytes) : result.error;
}

TEST(TcpTransport, ReadsWhatThePeerWrote) {
  SocketPair pair = connected_pair();
  TcpTransport transport(std::move(pair.server));
  EXPECT_EQ(transport.handshake().status, IoStatus::kOk);
  send_all(pair.client.get(), "hello");
  EXPECT_EQ(read_once(transport), "hello");
  EXPECT_FALSE(transport.pending());
  EXPECT_EQ(transport.peer_identity(), nullptr);
}

TEST(TcpTransport, WantsReadWhenNothingIsThere) {
  SocketPair pair = connected_pair();
  TcpTransport transport(std::move(pair.server));
  std::array<char, 16> buffer;
  IoResult result = transport.read(buffer);
  EXPECT_EQ(result.status, IoStatus::kWantRead);
  EXPECT_EQ(result.bytes, 0u);
}

TEST(TcpTransport, GathersBuffersInOrder) {
  SocketPair pair = connected_pair();
  TcpTransport transport(std::move(pair.server));
  TcpTransport peer(std::move(pair.client));
  std::array buffers{buffer_of("one "), buffer_of(""), buffer_of("two "), buffer_of("three")};
  IoResult result = transport.write(buffers);
  EXPECT_EQ(result.status, IoStatus::kOk);
  EXPECT_EQ(result.bytes, 13u);
  EXPECT_EQ(read_once(peer), "one two three");
}

TEST(TcpTransport, TakesMoreBuffersThanTheKernelInTwoCalls) {
  SocketPair pair = connected_pair();
  TcpTransport transport(std::move(pair.server));
  std::vector<iovec> buffers(IOV_MAX + 10, buffer_of("x"));
  IoResult result = transport.write(buffers);
  EXPECT_EQ(result.status, IoStatus::kOk);
  EXPECT_EQ(result.bytes, static_cast<std::size_t>(IOV_MAX));
  EXPECT_EQ(transport.write(std::span(buffers).subspan(IOV_MAX)).bytes, 10u);
}

TEST(TcpTransport, PartialWritesLoseNothing) {
  SocketPair pair = connected_pair(4096);
  TcpTransport transport(std::move(pair.server));
  TcpTransport peer(std::move(pair.client));
  const std::string sent = pattern(1 << 20);
  std::string received;
  std::vector<char> buffer(8192);
  std::size_t offset = 0;
  int blocked = 0;
  while (received.size() < sent.size()) {
    if (offset < sent.size()) {
      iovec rest = buffer_of(std::string_view(sent).substr(offset));
      IoResult written = transport.write({&rest, 1});
      ASSERT_NE(written.status, IoStatus::kError) << written.error;
      offset += written.bytes;
      if (written.status == IoStatus::kWantWrite) ++blocked;
    }
    ASSERT_TRUE(wait_for(peer.fd(), POLLIN));
    IoResult read = peer.read(buffer);
    ASSERT_EQ(read.status, IoStatus::kOk) << read.error;
    received.append(buffer.data(), read.bytes);
  }
  EXPECT_EQ(received, sent);
  EXPECT_GT(blocked, 0);
}

TEST(TcpTransport, EofWhenThePeerCloses) {
  SocketPair pair = connected_pair();
  TcpTransport transport(std::move(pair.server));
  send_all(pair.client.get(), "bye");
  pair.client.reset();
  EXPECT_EQ(read_once(transport), "bye");
  std::array<char, 16> buffer;
  ASSERT_TRUE(wait_for(transport.fd(), POLLIN));
  EXPECT_EQ(transport.read(buffer).status, IoStatus::kEof);
}

TEST(TcpTransport, ResetIsAnErrorWithItsReason) {
  SocketPair pair = connected_pair();
  TcpTransport transport(std::move(pair.server));
  reset_on_close(pair.client.get());
  pair.client.reset();
  ASSERT_TRUE(wait_for(transport.fd(), POLLIN));
  std::array<char, 16> buffer;
  IoResult result = transport.read(buffer);
  EXPECT_EQ(result.status, IoStatus::kError);
  EXPECT_EQ(result.error, "Connection reset by peer");
}

TEST(TcpTransport, WritingToAClosedPeerIsAnErrorNotASignal) {
  SocketPair pair = connected_pair();
  TcpTransport transport(std::move(pair.server));
  reset_on_close(pair.client.get());
  pair.client.reset();
  ASSERT_TRUE(wait_for(transport.fd(), POLLHUP));
  iovec bytes = buffer_of("x");
  IoResult first = transport.write({&bytes, 1});
  IoResult second = transport.write({&bytes, 1});
  EXPECT_EQ(first.status, IoStatus::kError);
  EXPECT_EQ(second.status, IoStatus::kError);
  EXPECT_EQ(second.error, "Broken pipe");
}

TEST(TcpTransport, ShutDownEndsOurSideOnly) {
  SocketPair pair = connected_pair();
  TcpTransport transport(std::move(pair.server));
  TcpTransport peer(std::move(pair.client));
  transport.shut_down();
  std::array<char, 16> buffer;
  ASSERT_TRUE(wait_for(peer.fd(), POLLIN));
  EXPECT_EQ(peer.read(buffer).status, IoStatus::kEof);
  send_all(peer.fd(), "late");
  EXPECT_EQ(read_once(transport), "late");
}

TEST(TcpTransport, ClosesItsSocket) {
  SocketPair pair = connected_pair();
  TcpTransport peer(std::move(pair.client));
  { TcpTransport transport(std::move(pair.server)); }
  std::array<char, 16> buffer;
  ASSERT_TRUE(wait_for(peer.fd(), POLLIN));
  EXPECT_EQ(peer.read(buffer).status, IoStatus::kEof);
}

}  // namespace
}  // namespace coney
