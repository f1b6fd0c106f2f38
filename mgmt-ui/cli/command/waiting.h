#pragma once
// Tells somebody at a terminal that a long request is on its way: what, and for how long already.
// The line is gone when it ends.

#include <condition_variable>
#include <iosfwd>
#include <mutex>
#include <string>
#include <thread>

namespace coney::cli {

class Waiting {
 public:
  // Says nothing during the first second. Not interactive: nothing at all.
  Waiting(std::ostream& out, std::string what, bool interactive);
  ~Waiting();
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  void show();

  std::ostream& out_;
  const std::string what_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace coney::cli
