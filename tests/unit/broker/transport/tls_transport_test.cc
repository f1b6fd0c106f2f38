#include "broker/transport/tls_transport.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <random>
#include <vector>

#include "tests/unit/broker/transport/loopback.h"
#include "tests/unit/broker/transport/tls_peer.h"

namespace coney {
namespace {

using namespace test;

// A server's transport and a client on one connection.
struct TlsPair {
  explicit TlsPair(const TlsContext& context, const TlsClientOptions& options = {},
                   int buffer_size = 0)
      : TlsPair(connected_pair(buffer_size), context, options) {}
  TlsPair(SocketPair sockets, const TlsContext& context, const TlsClientOptions& options)
      : server(std::move(sockets.server), context), client(std::move(sockets.client), options) {}

  TlsTransport server;
  TlsClient client;
};

IoResult read_from(Transport& transport, std::string& into, std::size_t room = 4096) {
  std::vector<char> buffer(room);
  IoResult result = transport.read(buffer);
  into.append(buffer.data(), result.bytes);
  return result;
}

// What the next record says, waiting for it; "" when the client's side has failed.
std::string await_read(TlsClient& client) {
  while (!client.failed()) {
    if (auto bytes = client.read()) return *bytes;
    if (!client.failed() && !wait_for(client.fd(), POLLIN)) break;
  }
  return "";
}

// Reads until a status that is not kWantRead, waiting in between.
IoResult await_read(Transport& transport, std::string& into) {
  for (;;) {
    IoResult result = read_from(transport, into);
    if (result.status != IoStatus::kWantRead) return result;
    if (!wait_for(transport.fd(), POLLIN)) return {IoStatus::kError, 0, "nothing comes"};
  }
}

IoResult write_to(Transport& transport, std::string_view bytes) {
  iovec buffer = buffer_of(bytes);
  return transport.write({&buffer, 1});
}

class TlsTransportTest : public testing::Test {
 protected:
  TlsFiles files_;
};

TEST_F(TlsTransportTest, CarriesBytesBothWays) {
  auto context = files_.context();
  TlsPair pair(*context);
  EXPECT_EQ(pair.server.peer_identity(), nullptr);
  ASSERT_EQ(shake_hands(pair.server, pair.client).status, IoStatus::kOk);
  ASSERT_TRUE(pair.client.write("hello"));
  std::string received;
  EXPECT_EQ(await_read(pair.server, received).status, IoStatus::kOk);
  EXPECT_EQ(received, "hello");
  IoResult written = write_to(pair.server, "welcome");
  EXPECT_EQ(written.status, IoStatus::kOk);
  EXPECT_EQ(written.bytes, 7u);
  EXPECT_EQ(await_read(pair.client), "welcome");
}

TEST_F(TlsTransportTest, TellsTheSessionInRabbitMqsWords) {
  auto context = files_.context();
  TlsPair newest(*context);
  ASSERT_EQ(shake_hands(newest.server, newest.client).status, IoStatus::kOk);
  const PeerIdentity* identity = newest.server.peer_identity();
  ASSERT_NE(identity, nullptr);
  EXPECT_EQ(identity->protocol, "tlsv1.3");
  EXPECT_EQ(identity->key_exchange, "any");
  EXPECT_EQ(identity->cipher, "aes_256_gcm");
  EXPECT_EQ(identity->hash, "aead");
  EXPECT_FALSE(identity->has_certificate);
  EXPECT_EQ(identity->subject, "");

  TlsPair older(*context, {nullptr, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256"});
  ASSERT_EQ(shake_hands(older.server, older.client).status, IoStatus::kOk);
  identity = older.server.peer_identity();
  EXPECT_EQ(identity->protocol, "tlsv1.2");
  EXPECT_EQ(identity->key_exchange, "ecdhe_ecdsa");
  EXPECT_EQ(identity->cipher, "aes_128_cbc");
  EXPECT_EQ(identity->hash, "sha256");
}

TEST_F(TlsTransportTest, TellsWhoTheClientIs) {
  files_.options.verify_peer = files_.options.fail_if_no_peer_certificate = true;
  Identity client = make_identity("someone", &files_.authority);
  for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsPair pair(*files_.context(), {&client, version});
    IoResult shaken = shake_hands(pair.server, pair.client);
    ASSERT_EQ(shaken.status, IoStatus::kOk) << shaken.error;
    const PeerIdentity* identity = pair.server.peer_identity();
    EXPECT_TRUE(identity->has_certificate);
    EXPECT_EQ(identity->subject, "CN=someone,O=Coney Test");
    EXPECT_EQ(identity->common_name, "someone");
    EXPECT_EQ(identity->issuer, "CN=Test CA,O=Coney Test");
    EXPECT_EQ(identity->serial_number.substr(0, 1), "A");
    EXPECT_EQ(identity->validity.size(), 43u) << identity->validity;
  }
}

TEST_F(TlsTransportTest, RefusesACertificateOfAnotherAuthority) {
  files_.options.verify_peer = true;
  Identity stranger_authority = make_identity("Test CA", nullptr, true);
  Identity stranger = make_identity("someone", &stranger_authority);
  for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsPair pair(*files_.context(), {&stranger, version});
    IoResult result = shake_hands(pair.server, pair.client);
    EXPECT_EQ(result.status, IoStatus::kError);
    EXPECT_EQ(result.error, "TLS: certificate verify failed: certificate signature failure");
    EXPECT_EQ(pair.server.peer_identity(), nullptr);
    EXPECT_EQ(await_read(pair.client), "");
    EXPECT_TRUE(pair.client.failed());
  }
}

TEST_F(TlsTransportTest, AMissingClientCertificateIsAnErrorOnlyWhenAskedFor) {
  files_.options.verify_peer = true;
  TlsPair tolerant(*files_.context());
  ASSERT_EQ(shake_hands(tolerant.server, tolerant.client).status, IoStatus::kOk);
  EXPECT_FALSE(tolerant.server.peer_identity()->has_certificate);
  files_.options.fail_if_no_peer_certificate = true;
  TlsPair strict(*files_.context());
  IoResult result = shake_hands(strict.server, strict.client);
  EXPECT_EQ(result.status, IoStatus::kError);
  EXPECT_EQ(result.error, "TLS: peer did not return a certificate");
}

TEST_F(TlsTransportTest, DepthCountsIntermediates) {
  files_.options.verify_peer = true;
  Identity intermediate = make_identity("Intermediate", &files_.authority, true);
  Identity client = make_identity("someone", &intermediate);
  files_.directory.write("ca.pem",
                         files_.authority.certificate_pem() + intermediate.certificate_pem());
  for (int depth : {0, 1}) {
    files_.options.depth = depth;
    TlsPair pair(*files_.context(), {&client});
    EXPECT_EQ(shake_hands(pair.server, pair.client).status,
              depth == 0 ? IoStatus::kError : IoStatus::kOk);
  }
}

TEST_F(TlsTransportTest, ServesOnlyTheVersionsThatAreListed) {
  files_.options.versions = {"tlsv1.3"};
  TlsPair refused(*files_.context(), {nullptr, TLS1_2_VERSION});
  IoResult result = shake_hands(refused.server, refused.client);
  EXPECT_EQ(result.status, IoStatus::kError);
  EXPECT_EQ(result.error, "TLS: unsupported protocol");
  files_.options.versions = {"tlsv1.2"};
  TlsPair older(*files_.context());
  ASSERT_EQ(shake_hands(older.server, older.client).status, IoStatus::kOk);
  EXPECT_EQ(older.server.peer_identity()->protocol, "tlsv1.2");
}

TEST_F(TlsTransportTest, ServesOnlyTheCiphersThatAreListed) {
  files_.options.ciphers = {"TLS_CHACHA20_POLY1305_SHA256",
                            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"};
  auto context = files_.context();
  TlsPair newest(*context);
  ASSERT_EQ(shake_hands(newest.server, newest.client).status, IoStatus::kOk);
  EXPECT_EQ(newest.server.peer_identity()->cipher, "chacha20_poly1305");
  TlsPair refused(*context, {nullptr, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256"});
  EXPECT_EQ(shake_hands(refused.server, refused.client).error, "TLS: no shared cipher");
}

TEST_F(TlsTransportTest, CiphersOfOneVersionSwitchTheOtherOff) {
  files_.options.ciphers = {"ECDHE-ECDSA-AES256-GCM-SHA384"};
  TlsPair pair(*files_.context());
  ASSERT_EQ(shake_hands(pair.server, pair.client).status, IoStatus::kOk);
  EXPECT_EQ(pair.server.peer_identity()->protocol, "tlsv1.2");
}

TEST_F(TlsTransportTest, SaysWhenBytesAreHeldInside) {
  auto context = files_.context();
  TlsPair pair(*context);
  ASSERT_EQ(shake_hands(pair.server, pair.client).status, IoStatus::kOk);
  const std::string sent = "first second third";
  for (std::size_t at = 0; at < sent.size(); at += 6) {
    ASSERT_TRUE(pair.client.write(sent.substr(at, 6)));
  }
  ASSERT_TRUE(wait_for(pair.server.fd(), POLLIN));
  std::string received;
  do {
    ASSERT_EQ(read_from(pair.server, received, 4).status, IoStatus::kOk);
  } while (pair.server.pending());
  EXPECT_EQ(received, sent);  // nothing was left behind a silent socket
  EXPECT_EQ(read_from(pair.server, received).status, IoStatus::kWantRead);
  EXPECT_FALSE(pair.server.pending());
}

TEST_F(TlsTransportTest, BytesThatCameWithTheHandshakesEndArePending) {
  auto context = files_.context();
  TlsPair pair(*context);
  pair.client.handshake();
  ASSERT_TRUE(wait_for(pair.server.fd(), POLLIN));
  ASSERT_EQ(pair.server.handshake().status, IoStatus::kWantRead);
  ASSERT_TRUE(wait_for(pair.client.fd(), POLLIN));
  ASSERT_TRUE(pair.client.handshake());
  ASSERT_TRUE(pair.client.write("at once"));
  ASSERT_TRUE(wait_for(pair.server.fd(), POLLIN));
  ASSERT_EQ(pair.server.handshake().status, IoStatus::kOk);
  EXPECT_TRUE(pair.server.pending());
  std::string received;
  EXPECT_EQ(read_from(pair.server, received).status, IoStatus::kOk);
  EXPECT_EQ(received, "at once");
}

TEST_F(TlsTransportTest, WritingToAClosedPeerIsAnErrorNotASignal) {
  auto context = files_.context();
  TlsPair pair(*context);
  ASSERT_EQ(shake_hands(pair.server, pair.client).status, IoStatus::kOk);
  reset_on_close(pair.client.fd());
  pair.client.close();
  ASSERT_TRUE(wait_for(pair.server.fd(), POLLHUP));
  int taken = 0;  // the reset itself, so that the write meets a closed socket
  socklen_t size = sizeof taken;
  ::getsockopt(pair.server.fd(), SOL_SOCKET, SO_ERROR, &taken, &size);
  IoResult result = write_to(pair.server, "x");
  EXPECT_EQ(result.status, IoStatus::kError);
  EXPECT_EQ(result.error, "Broken pipe");
}

TEST_F(TlsTransportTest, OneReadTakesSeveralRecords) {
  auto context = files_.context();
  TlsPair pair(*context);
  ASSERT_EQ(shake_hands(pair.server, pair.client).status, IoStatus::kOk);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(pair.client.write("0123456789"));
  ASSERT_TRUE(wait_for(pair.server.fd(), POLLIN));
  std::string received;
  EXPECT_EQ(read_from(pair.server, received).bytes, 100u);
}

// Half a record in the socket must neither be reported as bytes nor make the owner spin.
TEST_F(TlsTransportTest, HalfARecordIsNotPending) {
  SocketPair outer = connected_pair();
  SocketPair inner = connected_pair();
  auto context = files_.context();
  TlsTransport server(std::move(outer.server), *context);
  TlsClient client(std::move(inner.client));
  auto carry = [&](int from, int to, std::size_t limit) {
    std::vector<char> bytes(limit);
    ssize_t count = ::recv(from, bytes.data(), bytes.size(), 0);
    if (count > 0) send_all(to, {bytes.data(), static_cast<std::size_t>(count)});
    return count > 0;
  };
  while (server.handshake().status == IoStatus::kWantRead) {
    client.handshake();
    const bool out = carry(inner.server.get(), outer.client.get(), 65536);
    const bool in = carry(outer.client.get(), inner.server.get(), 65536);
    ASSERT_TRUE(out || in || wait_for(server.fd(), POLLIN));
  }
  ASSERT_TRUE(client.write("whole record"));
  ASSERT_TRUE(wait_for(inner.server.get(), POLLIN));
  ASSERT_TRUE(carry(inner.server.get(), outer.client.get(), 10));
  ASSERT_TRUE(wait_for(server.fd(), POLLIN));
  std::string received;
  EXPECT_EQ(read_from(server, received).status, IoStatus::kWantRead);
  EXPECT_FALSE(server.pending());
  ASSERT_TRUE(carry(inner.server.get(), outer.client.get(), 65536));
  EXPECT_EQ(await_read(server, received).status, IoStatus::kOk);
  EXPECT_EQ(received, "whole record");
}

TEST_F(TlsTransportTest, GathersSmallBuffersIntoOneRecord) {
  auto context = files_.context();
  TlsPair pair(*context);
  ASSERT_EQ(shake_hands(pair.server, pair.client).status, IoStatus::kOk);
  std::vector<iovec> buffers(1000, buffer_of("0123456789abcdef"));
  buffers.insert(buffers.begin() + 500, buffer_of(""));
  IoResult written = pair.server.write(buffers);
  EXPECT_EQ(written.status, IoStatus::kOk);
  EXPECT_EQ(written.bytes, 16000u);
  EXPECT_EQ(await_read(pair.client).size(), 16000u);  // SSL_read never joins records
}

TEST_F(TlsTransportTest, AnEmptyWriteIsNothing) {
  auto context = files_.context();
  TlsPair pair(*context);
  ASSERT_EQ(shake_hands(pair.server, pair.client).status, IoStatus::kOk);
  EXPECT_EQ(pair.server.write({}).status, IoStatus::kOk);
  EXPECT_EQ(write_to(pair.server, "").status, IoStatus::kOk);
  EXPECT_EQ(write_to(pair.server, "x").bytes, 1u);
  EXPECT_EQ(await_read(pair.client), "x");
}

// Cuts what is left of `bytes` into buffers of changing sizes, at a new address each time.
std::vector<std::string> cut(std::string_view bytes, std::mt19937& random) {
  std::vector<std::string> parts;
  for (std::size_t size; !bytes.empty(); bytes.remove_prefix(size)) {
    size = std::min<std::size_t>(random() % (random() % 8 == 0 ? 40'000 : 300), bytes.size());
    parts.emplace_back(bytes.substr(0, size));
  }
  return parts;
}

TEST_F(TlsTransportTest, LargeTransfersBothWaysThroughTinySockets) {
  auto context = files_.context();
  TlsPair pair(*context, {}, 4096);
  ASSERT_EQ(shake_hands(pair.server, pair.client).status, IoStatus::kOk);
  std::mt19937 random(7);
  const std::string down = pattern(3 << 20), up = pattern((3 << 20) + 1);
  std::string downloaded, uploaded;
  std::size_t down_offset = 0, up_offset = 0;
  int blocked = 0;
  while (downloaded.size() < down.size() || uploaded.size() < up.size()) {
    auto parts = cut(std::string_view(down).substr(down_offset), random);
    std::vector<iovec> buffers;
    for (const std::string& part : parts) buffers.push_back(buffer_of(part));
    IoResult written = pair.server.write(buffers);
    ASSERT_NE(written.status, IoStatus::kError) << written.error;
    down_offset += written.bytes;
    blocked += written.status == IoStatus::kWantWrite;
    if (auto bytes = pair.client.read()) downloaded += *bytes;
    if (up_offset < up.size()) {
      up_offset += pair.client.write_some(std::string_view(up).substr(up_offset, 50'000));
    }
    ASSERT_FALSE(pair.client.failed());
    IoResult read = read_from(pair.server, uploaded, 1 + random() % 70'000);
    ASSERT_TRUE(read.status == IoStatus::kOk || read.status == IoStatus::kWantRead) << read.error;
  }
  EXPECT_TRUE(downloaded == down);
  EXPECT_TRUE(uploaded == up);
  EXPECT_GT(blocked, 0);
}

TEST_F(TlsTransportTest, CloseNotifyIsEof) {
  auto context = files_.context();
  TlsPair pair(*context);
  ASSERT_EQ(shake_hands(pair.server, pair.client).status, IoStatus::kOk);
  ASSERT_TRUE(pair.client.write("last words"));
  SSL_shutdown(pair.client.native());
  std::string received;
  EXPECT_EQ(await_read(pair.server, received).status, IoStatus::kOk);
  EXPECT_EQ(received, "last words");
  EXPECT_EQ(await_read(pair.server, received).status, IoStatus::kEof);
  EXPECT_EQ(await_read(pair.server, received).status, IoStatus::kEof);
}

TEST_F(TlsTransportTest, ACloseWithoutNotifyIsEof) {
  auto context = files_.context();
  TlsPair pair(*context);
  ASSERT_EQ(shake_hands(pair.server, pair.client).status, IoStatus::kOk);
  ASSERT_TRUE(pair.client.write("last words"));
  ASSERT_FALSE(pair.client.read());  // takes the session ticket: else close() would reset
  pair.client.close();
  std::string received;
  EXPECT_EQ(await_read(pair.server, received).status, IoStatus::kOk);
  EXPECT_EQ(received, "last words");
  EXPECT_EQ(await_read(pair.server, received).status, IoStatus::kEof);
}

TEST_F(TlsTransportTest, AResetIsAnErrorAndStaysOne) {
  auto context = files_.context();
  TlsPair pair(*context);
  ASSERT_EQ(shake_hands(pair.server, pair.client).status, IoStatus::kOk);
  reset_on_close(pair.client.fd());
  pair.client.close();
  std::string received;
  IoResult result = await_read(pair.server, received);
  EXPECT_EQ(result.status, IoStatus::kError);
  EXPECT_EQ(result.error, "Connection reset by peer");
  EXPECT_EQ(read_from(pair.server, received).status, IoStatus::kError);
  EXPECT_EQ(write_to(pair.server, "x").status, IoStatus::kError);
  pair.server.shut_down();
}

TEST_F(TlsTransportTest, AnErrorBehindBytesComesAfterThemWithoutWaiting) {
  auto context = files_.context();
  TlsPair pair(*context);
  ASSERT_EQ(shake_hands(pair.server, pair.client).status, IoStatus::kOk);
  ASSERT_TRUE(pair.client.write("good"));
  send_all(pair.client.fd(), std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
  ASSERT_TRUE(wait_for(pair.server.fd(), POLLIN));
  std::string received;
  EXPECT_EQ(read_from(pair.server, received).status, IoStatus::kOk);
  EXPECT_EQ(received, "good");
  ASSERT_TRUE(pair.server.pending());
  IoResult result = read_from(pair.server, received);
  EXPECT_EQ(result.status, IoStatus::kError);
  EXPECT_EQ(result.error, "TLS: decryption failed or bad record mac");
  EXPECT_FALSE(pair.server.pending());
}

TEST_F(TlsTransportTest, ShutDownTellsTheClient) {
  auto context = files_.context();
  TlsPair pair(*context);
  ASSERT_EQ(shake_hands(pair.server, pair.client).status, IoStatus::kOk);
  write_to(pair.server, "goodbye");
  pair.server.shut_down();
  EXPECT_EQ(await_read(pair.client), "goodbye");
  EXPECT_EQ(await_read(pair.client), "");
  EXPECT_EQ(SSL_get_shutdown(pair.client.native()) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
}

TEST_F(TlsTransportTest, AKeyUpdateIsAnswered) {
  auto context = files_.context();
  TlsPair pair(*context);
  ASSERT_EQ(shake_hands(pair.server, pair.client).status, IoStatus::kOk);
  SSL_key_update(pair.client.native(), SSL_KEY_UPDATE_REQUESTED);
  ASSERT_TRUE(pair.client.write("with new keys"));
  std::string received;
  EXPECT_EQ(await_read(pair.server, received).status, IoStatus::kOk);
  EXPECT_EQ(received, "with new keys");
  write_to(pair.server, "mine too");
  EXPECT_EQ(await_read(pair.client), "mine too");
}

TEST_F(TlsTransportTest, RenegotiationIsRefused) {
  auto context = files_.context();
  TlsPair pair(*context, {nullptr, TLS1_2_VERSION});
  ASSERT_EQ(shake_hands(pair.server, pair.client).status, IoStatus::kOk);
  ASSERT_EQ(SSL_renegotiate(pair.client.native()), 1);
  pair.client.handshake();
  std::string received;
  read_from(pair.server, received);
  await_read(pair.client);
  EXPECT_TRUE(pair.client.failed());
}

TEST_F(TlsTransportTest, TicketsResumeSessionsWithoutClientCertificates) {
  for (bool verify : {false, true}) {
    files_.options.verify_peer = verify;
    auto context = files_.context();
    Identity identity = make_identity("someone", &files_.authority);
    for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      TlsPair first(*context, {&identity, version});
      ASSERT_EQ(shake_hands(first.server, first.client).status, IoStatus::kOk);
      write_to(first.server, "x");
      ASSERT_EQ(await_read(first.client), "x");
      TlsPair second(*context, {&identity, version});
      SSL_SESSION* session = SSL_get1_session(first.client.native());
      SSL_set_session(second.client.native(), session);
      SSL_SESSION_free(session);
      ASSERT_EQ(shake_hands(second.server, second.client).status, IoStatus::kOk);
      EXPECT_EQ(SSL_session_reused(second.client.native()), verify ? 0 : 1);
      EXPECT_EQ(second.server.peer_identity()->has_certificate, verify);
    }
  }
}

// Peers that do not speak TLS, or stop doing so.

IoResult handshake_with(const TlsContext& context, std::string_view bytes, bool close) {
  SocketPair pair = connected_pair();
  send_all(pair.client.get(), bytes);
  if (close) ::shutdown(pair.client.get(), SHUT_WR);
  TlsTransport server(std::move(pair.server), context);
  IoResult result;
  do {
    if (!bytes.empty() || close) {
      EXPECT_TRUE(wait_for(server.fd(), POLLIN));
    }
    result = server.handshake();
  } while (close && result.status == IoStatus::kWantRead);
  EXPECT_EQ(server.peer_identity(), nullptr);
  server.shut_down();
  return result;
}

TEST_F(TlsTransportTest, PlainAmqpIsAnErrorWithItsReason) {
  auto context = files_.context();
  IoResult result = handshake_with(*context, {"AMQP\0\0\x09\x01", 8}, false);
  EXPECT_EQ(result.status, IoStatus::kError);
  EXPECT_EQ(result.error, "TLS: wrong version number");
  result = handshake_with(*context, "GET / HTTP/1.1\r\n\r\n", false);
  EXPECT_EQ(result.error, "TLS: http request");
}

TEST_F(TlsTransportTest, ASilentPeerIsWaitedForAndItsEndIsEof) {
  auto context = files_.context();
  EXPECT_EQ(handshake_with(*context, "", false).status, IoStatus::kWantRead);
  EXPECT_EQ(handshake_with(*context, "", true).status, IoStatus::kEof);
}

std::string client_hello() {
  SocketPair pair = connected_pair();
  TlsClient client(std::move(pair.client));
  client.handshake();
  std::vector<char> bytes(65536);
  wait_for(pair.server.get(), POLLIN);
  ssize_t count = ::recv(pair.server.get(), bytes.data(), bytes.size(), 0);
  return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

TEST_F(TlsTransportTest, AHandshakeThatStopsAnywhereIsEof) {
  auto context = files_.context();
  const std::string hello = client_hello();
  ASSERT_GT(hello.size(), 100u);
  for (std::size_t size = 0; size <= hello.size(); ++size) {
    IoResult result = handshake_with(*context, hello.substr(0, size), true);
    ASSERT_EQ(result.status, IoStatus::kEof) << size << result.error;
  }
}

TEST_F(TlsTransportTest, GarbageNeverOpensASession) {
  auto context = files_.context();
  const std::string hello = client_hello();
  std::mt19937 random(11);
  for (int round = 0; round < 500; ++round) {
    std::string bytes = hello;
    for (int flips = 1 + static_cast<int>(random() % 8); flips > 0; --flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    bytes += pattern(random() % 600);
    IoResult result = handshake_with(*context, bytes, true);
    ASSERT_TRUE(result.status == IoStatus::kEof || result.status == IoStatus::kError) << round;
  }
}

}  // namespace
}  // namespace coney
