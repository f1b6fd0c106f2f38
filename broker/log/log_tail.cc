#include "broker/log/log_tail.h"

#include <algorithm>

namespace coney::log {

void LogTail::add(const Entry& entry) {
  TailLine line{0, entry.time, entry.level, entry.category,
                std::string(entry.text.substr(0, kMostBytes))};
  const std::lock_guard lock(mutex_);
  line.number = ++last_;
  lines_.push_back(std::move(line));
  if (lines_.size() > kMostLines) lines_.pop_front();
}

std::uint64_t LogTail::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

std::vector<TailLine> LogTail::behind(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  const std::uint64_t wanted = last_ - std::min(last_, number);
  const auto count = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(wanted, lines_.size()));
  return {lines_.end() - count, lines_.end()};
}

LogTail& tail() {
  static LogTail one;
  return one;
}

}  // namespace coney::log
