#pragma once
// The way of other threads to the management's: what they post runs there in order, or not at all
// once it is closed. What takes long comes in steps, with others' turns in between. Made by
// make_shared.

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace boost::asio {
class io_context;
}

namespace coney::management {

class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  // Called until it returns false; what was posted later waits for that.
  using Steps = std::function<bool()>;

  // The io_context is the management's thread.
  explicit Mailbox(boost::asio::io_context& io) : io_(&io) {}

  // Any thread.
  void post(std::function<void()> what);
  void post_steps(Steps steps);

  // Nothing runs from now on but what is running.
  void close();
  // Lets go of what has not run. REQUIRES: the thread has ended.
  void clear();

 private:
  void run();
  bool run_one();
  void call_again();  // REQUIRES: mutex_ is held

  std::mutex mutex_;
  boost::asio::io_context* io_;
  std::deque<Steps> waiting_;
  Steps current_;         // taken from them, the management thread's
  bool running_ = false;  // run() is called, or will be
};

}  // namespace coney::management
