#include "broker/server/notify.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

namespace coney {
namespace {

// A service manager's end. The name begins with '@' for the abstract namespace.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& name) : name_(name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    ::unlink(name.c_str());
    descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), length), 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  ~NotifySocket() {
    ::close(descriptor_);
    ::unlink(name_.c_str());
    ::unsetenv("NOTIFY_SOCKET");
  }

  std::string receive() {
    char buffer[64];
    const ssize_t size = ::recv(descriptor_, buffer, sizeof buffer, MSG_DONTWAIT);
    return size < 0 ? "" : std::string(buffer, static_cast<size_t>(size));
  }

 private:
  std::string name_;
  int descriptor_ = -1;
};

TEST(Notify, WithoutAServiceManagerNothingHappens) {
  ::unsetenv("NOTIFY_SOCKET");
  EXPECT_FALSE(notify_service_manager(kReady));
}

TEST(Notify, SocketInTheFileSystemGetsTheState) {
  NotifySocket manager(testing::TempDir() + "coney_notify_" + std::to_string(::getpid()));
  EXPECT_TRUE(notify_service_manager(kReady));
  EXPECT_EQ(manager.receive(), "READY=1");
}

TEST(Notify, AbstractSocketGetsTheState) {
  NotifySocket manager("@coney_notify_" + std::to_string(::getpid()));
  EXPECT_TRUE(notify_service_manager(kStopping));
  EXPECT_EQ(manager.receive(), "STOPPING=1");
}

TEST(Notify, NobodyAtTheSocketIsNoError) {
  ::setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
  EXPECT_FALSE(notify_service_manager(kReady));
  ::setenv("NOTIFY_SOCKET", std::string(200, 'x').c_str(), 1);
  EXPECT_FALSE(notify_service_manager(kReady));
  ::unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace coney
