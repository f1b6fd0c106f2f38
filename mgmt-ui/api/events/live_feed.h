#pragma once
// Views that stay fresh: a listener names what it looks at, "/queues?page=1&sort=name", and is told
// as server-sent events what changes in the answers to that. Each view is asked for as a request of
// the listener's, so that it sees what it may see at that moment and nothing more.
//
//   event: view
//   data: {"view": 0, "full": {...}}      the answer, the first time and after an error
//   data: {"view": 0, "delta": {...}}     what has changed since (json_delta.h)
//   data: {"view": 0}                     it is as it was
//   data: {"view": 0, "status": 404}      why there is no answer; 413: it is too large to be kept
//
// A listener costs at most a part of the management's time: what takes long is asked for less
// often. Who does not read gets nothing new until it does, and then what has changed since the last
// time in one piece. Used by the management's thread; time comes from the caller.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mgmt-ui/api/events/event_feed.h"
#include "mgmt-ui/api/http/answer.h"
#include "mgmt-ui/api/http/request.h"

namespace coney::management {

struct LiveRequest {
  Request asked;                     // whose login the views are asked for with
  std::vector<std::string> views;    // targets below /api
  std::chrono::seconds interval{1};  // 0: only when the topology changes
};

class LiveFeed {
 public:
  static constexpr std::size_t kMaxListeners = 200;
  static constexpr std::size_t kMaxViews = 16;
  static constexpr std::size_t kMaxAnswer = std::size_t{1} << 20;  // bytes, of a view
  static constexpr std::size_t kMaxKept = std::size_t{64} << 20;   // of all answers together
  static constexpr std::chrono::milliseconds kTick{250};
  // A listener waits so many times as long as its views took, and longer with many listeners.
  static constexpr int kLeastPause = 10;
  static constexpr int kPausePerListener = 4;

  using Clock = std::chrono::steady_clock;
  using Ask = std::function<void(Request, Respond)>;
  // Both outlive it. `ask` answers on this thread, at once or later.
  LiveFeed(Ask ask, Clock::time_point (*now)()) : ask_(std::move(ask)), now_(now) {}
  ~LiveFeed();

  // Ends when the last pointer to it goes. Null: there are too many listeners.
  std::shared_ptr<EventSubscription> subscribe(LiveRequest request);
  // Something was declared, changed or deleted: views are asked for at the next tick.
  void changed();
  // To be called every kTick. False: nobody listens any more.
  bool tick();

  std::size_t kept() const { return *kept_; }  // bytes

 private:
  class Listener;

  void ask_due(const std::shared_ptr<Listener>& listener);
  void ask_for(const std::shared_ptr<Listener>& listener, std::size_t view);

  const Ask ask_;
  Clock::time_point (*const now_)();
  std::vector<std::weak_ptr<Listener>> listeners_;
  std::shared_ptr<std::size_t> kept_ = std::make_shared<std::size_t>(0);
};

}  // namespace coney::management
