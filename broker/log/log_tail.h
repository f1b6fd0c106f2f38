#pragma once
// The last lines of the log in memory, for who reads along: what has passed the levels of its
// category, bounded in lines and in bytes of each. Any thread; a reader makes nobody wait but the
// log's own thread, and that only for the copying of lines.

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "broker/log/log_line.h"

namespace coney::log {

struct TailLine {
  std::uint64_t number = 0;  // 1, 2, ...
  std::chrono::system_clock::time_point time;
  Level level = Level::kInfo;
  Category category = Category::kDefault;
  std::string text;  // any bytes
};

class LogTail {
 public:
  static constexpr std::size_t kMostLines = 1000;
  static constexpr std::size_t kMostBytes = 4096;  // of a line

  void add(const Entry& entry);
  // Of the last line; 0: there was none.
  std::uint64_t last() const;
  // Those behind this number that are still there. A first number that is higher than the next one
  // says how many are gone.
  std::vector<TailLine> behind(std::uint64_t number) const;

 private:
  mutable std::mutex mutex_;
  std::deque<TailLine> lines_;
  std::uint64_t last_ = 0;
};

// Of this process's log; it outlives start() and stop().
LogTail& tail();

}  // namespace coney::log
