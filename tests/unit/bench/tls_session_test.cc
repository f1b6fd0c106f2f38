#include "tests/bench/tls_session.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>

#include "tests/bench/failure.h"
#include "tests/unit/broker/transport/test_certificates.h"

namespace bench {
namespace {

using coney::test::Identity;
using coney::test::make_identity;
using coney::test::TemporaryDirectory;

// A server on the other end of a socket pair, which sends back what comes, `size` bytes in all.
class Echo {
 public:
  Echo(const Identity& identity, std::size_t size) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) throw std::runtime_error("socketpair");
    fd_ = ends[0];
    thread_ = std::thread([&identity, size, fd = ends[1]] { serve(identity, size, fd); });
  }
  ~Echo() {
    ::close(fd_);
    thread_.join();
  }
  int fd() const { return fd_; }

 private:
  static void serve(const Identity& identity, std::size_t size, int fd) {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context, identity.certificate.get());
    SSL_CTX_use_PrivateKey(context, identity.key.get());
    SSL* session = SSL_new(context);
    SSL_set_fd(session, fd);
    std::string bytes(size, '\0');
    std::size_t got = 0, count = 0;
    if (SSL_accept(session) == 1) {
      while (got < size && SSL_read_ex(session, bytes.data() + got, size - got, &count) == 1) {
        got += count;
      }
      if (got == size && size != 0) SSL_write_ex(session, bytes.data(), size, &count);
    }
    SSL_free(session);
    SSL_CTX_free(context);
    ::close(fd);
  }

  int fd_ = -1;
  std::thread thread_;
};

void wait_for(int fd, short events) {
  pollfd entry{fd, events, 0};
  ASSERT_EQ(::poll(&entry, 1, 10'000), 1);
}

class TlsSessionTest : public testing::Test {
 protected:
  TemporaryDirectory directory_;
  Identity authority_ = make_identity("Test CA", nullptr, true);
  Identity server_ = make_identity("localhost", &authority_);
  std::string ca_file_ = directory_.write("ca.pem", authority_.certificate_pem());
};

TEST_F(TlsSessionTest, SendsAndReceivesMoreThanASocketHolds) {
  std::string bytes(3'000'000, '\0');
  for (std::size_t n = 0; n != bytes.size(); ++n) bytes[n] = static_cast<char>(n % 251);
  Echo echo(server_, bytes.size());
  ::fcntl(echo.fd(), F_SETFL, O_NONBLOCK);
  TlsSession session(TlsContext("localhost", ""), echo.fd());
  std::size_t full = 0;
  for (std::string_view left = bytes; !left.empty();) {
    const ssize_t sent = session.send(left, false);
    if (sent > 0) left.remove_prefix(static_cast<std::size_t>(sent));
    if (sent > 0) continue;
    ASSERT_EQ(errno, EAGAIN);
    ++full;
    wait_for(echo.fd(), POLLIN | POLLOUT);
  }
  EXPECT_GT(full, 0u);
  std::string back;
  std::string part(100'000, '\0');
  while (back.size() < bytes.size()) {
    const ssize_t got = session.receive(part.data(), part.size(), false);
    if (got > 0) back.append(part, 0, static_cast<std::size_t>(got));
    if (got > 0) continue;
    ASSERT_TRUE(got < 0 && errno == EAGAIN);
    wait_for(echo.fd(), POLLIN);
  }
  EXPECT_TRUE(back == bytes);
}

TEST_F(TlsSessionTest, WaitsOnASocketThatBlocks) {
  Echo echo(server_, 5);
  TlsSession session(TlsContext("localhost", ca_file_), echo.fd());
  ASSERT_EQ(session.send("hello", true), 5);
  char part[100];
  ASSERT_EQ(session.receive(part, sizeof part, true), 5);
  EXPECT_EQ(std::string_view(part, 5), "hello");
  EXPECT_EQ(session.receive(part, sizeof part, true), 0);  // the end
}

TEST_F(TlsSessionTest, TakesTheCertificateOfTheAuthorityForTheHostOnly) {
  const Identity stranger = make_identity("localhost", nullptr);
  Echo of_another_authority(stranger, 1);
  TlsSession one(TlsContext("localhost", ca_file_), of_another_authority.fd());
  EXPECT_THROW(one.send("x", true), Failure);
  Echo of_another_host(server_, 1);
  TlsSession other(TlsContext("example.org", ca_file_), of_another_host.fd());
  EXPECT_THROW(other.send("x", true), Failure);
}

TEST_F(TlsSessionTest, TakesAnyCertificateWithoutAnAuthority) {
  const Identity stranger = make_identity("stranger", nullptr);
  Echo echo(stranger, 1);
  TlsSession session(TlsContext("localhost", ""), echo.fd());
  EXPECT_EQ(session.send("x", true), 1);
}

TEST_F(TlsSessionTest, FileWithoutAuthorityIsRefused) {
  EXPECT_THROW(TlsContext("localhost", directory_.path("absent.pem")), Failure);
  EXPECT_THROW(TlsContext("localhost", directory_.write("empty.pem", "")), Failure);
}

}  // namespace
}  // namespace bench
