#include "broker/log/log_output.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace coney::log {

LogOutput::~LogOutput() {
  if (owned_ && descriptor_ >= 0) ::close(descriptor_);
}

std::optional<std::string> LogOutput::open() {
  if (!owned_) return std::nullopt;
  std::error_code ignored;  // open() says what is wrong
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  const int opened = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (opened < 0) return path_ + ": " + std::strerror(errno);
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = opened;
  torn_ = false;
  return std::nullopt;
}

bool LogOutput::write_all(std::string_view bytes) {
  const size_t whole = bytes.size();
  if (torn_ && ::write(descriptor_, "\n", 1) == 1) torn_ = false;
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (written < 0 && errno != EINTR && !(errno == EAGAIN && wait_until_writable())) {
      last_error_ = errno;
      torn_ = torn_ || bytes.size() < whole;
      return false;
    }
  }
  return true;
}

bool LogOutput::wait_until_writable() const {
  constexpr int kPatienceMilliseconds = 100;
  pollfd poll_descriptor{descriptor_, POLLOUT, 0};
  const bool writable = ::poll(&poll_descriptor, 1, kPatienceMilliseconds) > 0;
  errno = EAGAIN;
  return writable;
}

}  // namespace coney::log
