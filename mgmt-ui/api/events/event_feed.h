#pragma once
// What happens in the topology, told to those who listen at that moment: server-sent events
// (text/event-stream) by RabbitMQ's names of events, "queue.created", with vhost and name. Who does
// not read fast enough is told how many events were left out. Used by the management's thread.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/topology/change.h"

namespace coney::management {

// One listener's bytes on their way: events are added whole, or counted as left out.
class EventSubscription {
 public:
  static constexpr std::size_t kMaxWaiting = std::size_t{256} << 10;  // bytes

  // The event that tells how many were left out, and how many bytes may wait.
  explicit EventSubscription(std::string_view left_out = "events.left_out",
                             std::size_t max_waiting = kMaxWaiting)
      : left_out_event_(left_out), max_waiting_(max_waiting) {}

  void add(std::string_view event);
  // Some of what should have come is gone.
  void leave_out(std::size_t events) { left_out_ += events; }
  bool has_waiting() const { return !waiting_.empty(); }
  bool has_room(std::size_t bytes) const { return waiting_.size() + bytes <= max_waiting_; }
  // Tells the listener, if there is anything.
  void wake() {
    if (wake_ && (!waiting_.empty() || left_out_ != 0)) wake_();
  }

  // What has come since the last call, as the bytes of the stream; empty: nothing.
  std::string take();
  // Called when something has come; replaces the one before.
  void on_news(std::function<void()> wake) { wake_ = std::move(wake); }

 private:
  const std::string left_out_event_;
  const std::size_t max_waiting_;
  std::string waiting_;
  std::size_t left_out_ = 0;
  std::function<void()> wake_;
};

class EventFeed {
 public:
  // Ends when the last pointer to it goes.
  std::shared_ptr<EventSubscription> subscribe();
  void publish(std::span<const Change> changes);

 private:
  std::vector<std::weak_ptr<EventSubscription>> subscribers_;
};

// The event of a change; empty: none that anybody is told.
std::string event_of(const Change& change);

}  // namespace coney::management
