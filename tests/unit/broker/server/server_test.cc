#include "broker/server/server.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include "broker/transport/file_descriptor.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

using namespace std::string_literals;

const std::string kProtocolHeader = "AMQP\0\0\x09\x01"s;

// Bytes until the peer ends its side, `enough` have come, or ten seconds are over.
std::string receive(int fd, std::size_t enough) {
  std::string bytes;
  char part[512];
  pollfd ready{fd, POLLIN, 0};
  while (bytes.size() < enough && poll(&ready, 1, 10'000) == 1) {
    const ssize_t count = read(fd, part, sizeof part);
    if (count <= 0) break;
    bytes.append(part, static_cast<std::size_t>(count));
  }
  return bytes;
}

class ServerTest : public testing::Test {
 protected:
  Config config() const {
    Config config;
    config.node_name = config.cluster_name = "rabbit@test";
    config.data_dir = (directory_.path() / "data").string();
    config.tcp_listeners = {{"default", "127.0.0.1", 0}};
    config.shards = 2;
    return config;
  }
  static FileDescriptor connect_to(const Server& server) {
    FileDescriptor client(socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_storage storage{};
    const Endpoint& endpoint = server.endpoints().front();
    SocketAddress address(endpoint.address->bytes(), endpoint.port);
    const socklen_t size = address.to_sockaddr(storage);
    EXPECT_EQ(connect(client.get(), reinterpret_cast<sockaddr*>(&storage), size), 0);
    return client;
  }
  static void send_text(const FileDescriptor& client, const std::string& text) {
    EXPECT_EQ(send(client.get(), text.data(), text.size(), MSG_NOSIGNAL), ssize_t(text.size()));
  }

  TemporaryDirectory directory_;
};

TEST_F(ServerTest, OffersTheHandshakeToEveryClientAndStopsThoughNoneLeaves) {
  Server server(config());
  ASSERT_EQ(server.start(), std::nullopt);
  std::vector<FileDescriptor> clients;
  for (int n = 0; n != 10; ++n) clients.push_back(connect_to(server));
  for (auto& client : clients) send_text(client, kProtocolHeader);
  for (auto& client : clients) {
    EXPECT_EQ(receive(client.get(), 11).substr(0, 3), "\x01\0\0"s);  // a method of channel 0
  }
  server.stop();
}

TEST_F(ServerTest, StartsAgainOnTheSameDirectory) {
  for (int n = 0; n != 2; ++n) {
    Server server(config());
    EXPECT_EQ(server.start(), std::nullopt);
  }
}

TEST_F(ServerTest, SaysThatTheDirectoryIsInUseAndLeavesItsOwnerAlone) {
  Server first(config());
  ASSERT_EQ(first.start(), std::nullopt);
  Server second(config());
  const auto failure = second.start();
  ASSERT_TRUE(failure);
  EXPECT_TRUE(failure->starts_with("data directory: ")) << *failure;
  FileDescriptor client = connect_to(first);
  send_text(client, kProtocolHeader);
  EXPECT_FALSE(receive(client.get(), 1).empty());
}

TEST_F(ServerTest, SaysWhichPortIsTaken) {
  Server first(config());
  ASSERT_EQ(first.start(), std::nullopt);
  Config taken = config();
  taken.data_dir += "2";
  taken.tcp_listeners.front().port = first.endpoints().front().port;
  Server second(taken);
  const auto failure = second.start();
  ASSERT_TRUE(failure);
  EXPECT_TRUE(failure->starts_with("listeners: ")) << *failure;
  EXPECT_NE(failure->find(std::to_string(first.endpoints().front().port)), std::string::npos);
}

TEST_F(ServerTest, DefinitionsFileThatIsWrongEndsTheStart) {
  Config broken = config();
  broken.load_definitions = (directory_.path() / "absent.json").string();
  Server server(broken);
  const auto failure = server.start();
  ASSERT_TRUE(failure);
  EXPECT_NE(failure->find("absent.json"), std::string::npos) << *failure;
}

TEST_F(ServerTest, TakesTheProxyHeaderOffBeforeTheHandshake) {
  Config proxied = config();
  proxied.proxy_protocol = true;
  Server server(proxied);
  ASSERT_EQ(server.start(), std::nullopt);
  FileDescriptor client = connect_to(server);
  send_text(client, "PROXY TCP4 192.0.2.1 192.0.2.2 1000 5672\r\n" + kProtocolHeader);
  EXPECT_EQ(receive(client.get(), 11).substr(0, 3), "\x01\0\0"s);
}

TEST_F(ServerTest, ClosesAProxyConnectionFromASourceThatIsNotTrusted) {
  Config proxied = config();
  proxied.proxy_protocol = true;
  proxied.proxy_trusted_sources = {{{192, 0, 2, 0}, 24}};
  Server server(proxied);
  ASSERT_EQ(server.start(), std::nullopt);
  FileDescriptor client = connect_to(server);
  EXPECT_EQ(receive(client.get(), 1), "");
}

}  // namespace
}  // namespace coney
