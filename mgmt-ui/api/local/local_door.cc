#include "mgmt-ui/api/local/local_door.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

#include "broker/log/log.h"
#include "mgmt-ui/api/local/local_address.h"

namespace coney::management {
namespace {

using log::Category;

constexpr int kBacklog = 128;
constexpr int kPause = 100;  // ms, after a failed accept

std::string user_name(uid_t uid) {
  std::vector<char> buffer(16 * 1024);
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  return found ? found->pw_name : "uid " + std::to_string(uid);
}

// Others may connect where the directory lets them, and log in as everywhere.
Peer peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  Peer peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return peer;
  if (credentials.uid == 0 || credentials.uid == ::geteuid()) {
    peer.local_user = user_name(credentials.uid);
  }
  return peer;
}

std::string failure(const std::string& path) {
  return "the local socket " + path + ": " + std::strerror(errno);
}

}  // namespace

class LocalDoor::Thread {
 public:
  explicit Thread(std::string path) : path_(std::move(path)) {}
  ~Thread() { close(); }

  const std::string& path() const { return path_; }

  void set_receiver(Receiver receiver) {
    std::lock_guard lock(mutex_);
    receiver_ = std::move(receiver);
  }

  std::optional<std::string> open() {
    if (listening_) return std::nullopt;
    const auto address = LocalAddress::make(path_);
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    stop_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC));
    if (!address || !socket || !stop_) return failure(path_);
    ::unlink(path_.c_str());  // of a process that has been killed
    // The file gets the socket's mode, so that it never is open to others.
    if (::fchmod(socket.get(), 0600) != 0 ||
        ::bind(socket.get(), address->address(), address->size()) != 0 ||
        ::listen(socket.get(), kBacklog) != 0) {
      return failure(path_);
    }
    listening_ = std::move(socket);
    thread_ = std::thread([this] { run(); });
    return std::nullopt;
  }

 private:
  void close() {
    if (!listening_) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_.get(), &one, sizeof one);
    thread_.join();
    ::unlink(path_.c_str());
  }

  void run() {
    ::pthread_setname_np(::pthread_self(), "local-door");
    pollfd watched[] = {{listening_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    while (true) {
      ::poll(watched, 2, -1);
      if (watched[1].revents != 0) return;
      if (watched[0].revents != 0 && !accept_one()) ::poll(watched + 1, 1, kPause);
    }
  }

  bool accept_one() {
    FileDescriptor socket(
        ::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) return errno == EAGAIN || errno == ECONNABORTED;
    Peer peer = peer_of(socket.get());
    std::lock_guard lock(mutex_);
    if (receiver_) receiver_(std::move(socket), std::move(peer));
    return true;
  }

  const std::string path_;
  std::mutex mutex_;
  Receiver receiver_;
  FileDescriptor listening_, stop_;
  std::thread thread_;
};

LocalDoor::LocalDoor(std::string path) : thread_(std::make_unique<Thread>(std::move(path))) {}
LocalDoor::~LocalDoor() = default;

const std::string& LocalDoor::path() const {
  return thread_->path();
}

std::optional<std::string> LocalDoor::open(Receiver receiver) {
  thread_->set_receiver(std::move(receiver));
  return thread_->open();
}

void LocalDoor::release() {
  thread_->set_receiver({});
}

}  // namespace coney::management
