#include "mgmt-ui/cli/command/waiting.h"

#include <chrono>
#include <ostream>

namespace coney::cli {
namespace {

constexpr std::string_view kEraseLine = "\r\033[K";
constexpr std::chrono::milliseconds kStep{200};
constexpr int kSteps = 5;  // in a second
constexpr int kBarWidth = 20;

// A mark that wanders to and fro.
std::string bar(int step) {
  const int turn = step % (2 * kBarWidth - 2);
  std::string text(kBarWidth, ' ');
  text[static_cast<std::size_t>(turn < kBarWidth ? turn : 2 * kBarWidth - 2 - turn)] = '=';
  return "[" + text + "]";
}

}  // namespace

Waiting::Waiting(std::ostream& out, std::string what, bool interactive)
    : out_(out), what_(std::move(what)) {
  if (interactive) thread_ = std::thread([this] { show(); });
}

Waiting::~Waiting() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Waiting::show() {
  std::unique_lock lock(mutex_);
  int step = 0;
  while (!changed_.wait_for(lock, kStep, [this] { return over_; })) {
    if (++step < kSteps) continue;
    out_ << kEraseLine << what_ << " " << bar(step) << " " << step / kSteps << " s" << std::flush;
  }
  if (step >= kSteps) out_ << kEraseLine << std::flush;
}

}  // namespace coney::cli
