#include "mgmt-ui/api/work/mailbox.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

namespace coney::management {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kTurn{2};

}  // namespace

void Mailbox::post(std::function<void()> what) {
  post_steps([what = std::move(what)] {
    what();
    return false;
  });
}

void Mailbox::post_steps(Steps steps) {
  std::lock_guard lock(mutex_);
  if (!io_) return;
  waiting_.push_back(std::move(steps));
  if (!running_) call_again();
}

void Mailbox::close() {
  std::lock_guard lock(mutex_);
  io_ = nullptr;
}

void Mailbox::clear() {
  waiting_.clear();
  current_ = nullptr;
}

void Mailbox::call_again() {
  running_ = true;
  boost::asio::post(*io_, [self = shared_from_this()] { self->run(); });
}

void Mailbox::run() {
  const auto end = Clock::now() + kTurn;
  bool more = true;
  while (more && Clock::now() < end) more = run_one();
  if (!more) return;
  std::lock_guard lock(mutex_);
  if (io_) call_again();
}

// False: there is nothing more.
bool Mailbox::run_one() {
  if (!current_) {
    std::lock_guard lock(mutex_);
    running_ = io_ && !waiting_.empty();
    if (!running_) return false;
    current_ = std::move(waiting_.front());
    waiting_.pop_front();
  }
  if (!current_()) current_ = nullptr;
  return true;
}

}  // namespace coney::management
