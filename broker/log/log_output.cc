#include "broker/log/log_output.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
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
  while (!bytes.empty()) {
    // As much as a pipe that is said to be writable takes without blocking.
    const std::string_view piece = torn_ ? "\n" : bytes.substr(0, PIPE_BUF);
    const ssize_t written =
        wait_until_writable() ? ::write(descriptor_, piece.data(), piece.size()) : -1;
    if (written > 0 && torn_) {
      torn_ = false;
    } else if (written > 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      last_error_ = errno;
      torn_ = torn_ || bytes.size() < whole;
      return false;
    }
  }
  return true;
}

bool LogOutput::wait_until_writable() {
  constexpr int kPatienceMilliseconds = 100;
  pollfd descriptor{descriptor_, POLLOUT, 0};
  stuck_ = ::poll(&descriptor, 1, stuck_ ? 0 : kPatienceMilliseconds) == 0;
  if (stuck_) errno = EAGAIN;
  return !stuck_;
}

}  // namespace coney::log
