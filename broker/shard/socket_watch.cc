#include "broker/shard/socket_watch.h"

#include <boost/asio/posix/stream_descriptor.hpp>

#include "broker/log/log.h"

namespace coney {
namespace {

namespace asio = boost::asio;
using Wait = asio::posix::descriptor_base::wait_type;

// Shared with the waits that are under way, which may end after the watch.
struct WatchState {
  WatchState(asio::io_context& context, SocketHandler& owner)
      : descriptor(context), handler(&owner) {}

  asio::posix::stream_descriptor descriptor;
  SocketHandler* handler;  // null: the watch is gone
  bool reading = false;
  bool writing = false;
};

class AsioSocketWatch final : public SocketWatch {
 public:
  AsioSocketWatch(asio::io_context& context, int fd, SocketHandler& handler)
      : state_(std::make_shared<WatchState>(context, handler)) {
    boost::system::error_code error;
    state_->descriptor.assign(fd, error);
    if (error) log::error(log::Category::kConnection, "cannot watch a socket: {}", error.message());
  }

  ~AsioSocketWatch() override {
    state_->handler = nullptr;
    if (state_->descriptor.is_open()) state_->descriptor.release();
  }

  void wait_readable() override {
    if (std::exchange(state_->reading, true)) return;
    state_->descriptor.async_wait(Wait::wait_read, [state = state_](const auto& error) {
      state->reading = false;
      if (state->handler && !error) state->handler->on_readable();
    });
  }

  void wait_writable() override {
    if (std::exchange(state_->writing, true)) return;
    state_->descriptor.async_wait(Wait::wait_write, [state = state_](const auto& error) {
      state->writing = false;
      if (state->handler && !error) state->handler->on_writable();
    });
  }

 private:
  std::shared_ptr<WatchState> state_;
};

}  // namespace

std::unique_ptr<SocketWatch> make_socket_watch(asio::io_context& context, int fd,
                                               SocketHandler& handler) {
  return std::make_unique<AsioSocketWatch>(context, fd, handler);
}

}  // namespace coney
