#include "mgmt-ui/api/events/live_feed.h"

#include <boost/json.hpp>

#include "mgmt-ui/api/events/json_delta.h"

namespace coney::management {

namespace json = boost::json;

namespace {

using Clock = LiveFeed::Clock;

struct View {
  std::string target;
  std::string shown;    // the answer that the listener has; empty: none
  unsigned status = 0;  // what the listener was told last
  bool asked = false;   // its answer is on the way
  bool is_due = true;
};

// A request of the same user for what is below /api.
Request request_for(const Request& asked, const std::string& target) {
  Request request;
  const std::string_view own(asked.target);
  const std::size_t api = own.find("/api/coney/live");
  request.target = std::string(own.substr(0, api == own.npos ? 0 : api)) + "/api" + target;
  for (const auto& [name, value] : asked.headers) {
    if (name == "authorization" || name == "cookie") request.headers.emplace_back(name, value);
  }
  request.headers.emplace_back("accept", "application/json");
  request.peer = asked.peer;
  return request;
}

std::string event(json::object about) {
  return "event: view\ndata: " + json::serialize(about) + "\n\n";
}

}  // namespace

class LiveFeed::Listener : public EventSubscription {
 public:
  Listener(LiveRequest request, std::shared_ptr<std::size_t> kept)
      : EventSubscription("events.left_out", 2 * kMaxAnswer),
        asked_(std::move(request.asked)),
        interval_(request.interval),
        kept_(std::move(kept)) {
    for (std::string& target : request.views) views_.push_back({.target = std::move(target)});
  }
  ~Listener() {
    for (const View& view : views_) *kept_ -= view.shown.size();
  }

  std::vector<View>& views() { return views_; }
  Request request(std::size_t view) const { return request_for(asked_, views_[view].target); }

  void make_due() {
    for (View& view : views_) view.is_due = true;
  }
  bool is_time(Clock::time_point now) const { return interval_.count() != 0 && now >= next_; }
  // Its views have been asked for, which took `cost`.
  void asked_for(Clock::time_point now, Clock::duration cost, std::size_t listeners) {
    const auto pause = std::max(kLeastPause, kPausePerListener * static_cast<int>(listeners));
    next_ = now + std::max<Clock::duration>(interval_ - kTick / 2, pause * cost);
    not_before_ = now + pause * cost;
  }
  bool may_be_asked(Clock::time_point now) const { return !has_waiting() && now >= not_before_; }

  void take(std::size_t number, Answer answer) {
    View& view = views_[number];
    view.asked = false;
    complete_if_short(answer);
    const bool fits = !answer.rest && answer.body.size() <= kMaxAnswer &&
                      *kept_ - view.shown.size() + answer.body.size() <= kMaxKept;
    const bool is_json = answer.status == 200 && answer.content_type == "application/json";
    if (!is_json) {
      tell_status(number, answer.status == 200 ? 406 : answer.status);
    } else if (!fits) {
      tell_status(number, 413);
    } else {
      tell(number, answer.body);
    }
  }

 private:
  void keep(View& view, std::string text) {
    *kept_ += text.size();
    *kept_ -= view.shown.size();
    view.shown = std::move(text);
  }

  // Once.
  void tell_status(std::size_t number, unsigned status) {
    View& view = views_[number];
    keep(view, "");
    if (view.status != status) add(event({{"view", number}, {"status", status}}));
    view.status = status;
  }

  void tell(std::size_t number, const std::string& text) {
    View& view = views_[number];
    json::object about{{"view", number}};
    if (view.shown != text) {
      boost::system::error_code error;
      json::value now = json::parse(text, error);
      if (error) return tell_status(number, 406);
      if (view.shown.empty()) {
        about["full"] = std::move(now);
      } else {
        about["delta"] = json_delta(json::parse(view.shown), now);
      }
    }
    const std::string told = event(std::move(about));
    if (!has_room(told.size())) return void(view.is_due = true);
    add(told);
    view.status = 200;
    keep(view, text);
  }

  const Request asked_;
  const std::chrono::seconds interval_;
  const std::shared_ptr<std::size_t> kept_;
  std::vector<View> views_;
  Clock::time_point next_{}, not_before_{};
};

LiveFeed::~LiveFeed() = default;

std::shared_ptr<EventSubscription> LiveFeed::subscribe(LiveRequest request) {
  std::erase_if(listeners_, [](const auto& each) { return each.expired(); });
  if (listeners_.size() >= kMaxListeners) return nullptr;
  auto listener = std::make_shared<Listener>(std::move(request), kept_);
  listeners_.push_back(listener);
  return listener;
}

void LiveFeed::changed() {
  for (const auto& each : listeners_) {
    if (const auto listener = each.lock()) listener->make_due();
  }
}

void LiveFeed::ask_for(const std::shared_ptr<Listener>& listener, std::size_t view) {
  listener->views()[view].asked = true;
  listener->views()[view].is_due = false;
  ask_(listener->request(view), [weak = std::weak_ptr(listener), view](Answer answer) {
    const auto held = weak.lock();
    if (!held) return;
    held->take(view, std::move(answer));
    held->wake();
  });
}

void LiveFeed::ask_due(const std::shared_ptr<Listener>& listener) {
  const Clock::time_point started = now_();
  if (!listener->may_be_asked(started)) return;
  if (listener->is_time(started)) listener->make_due();
  bool any = false;
  for (std::size_t view = 0; view != listener->views().size(); ++view) {
    const View& one = listener->views()[view];
    if (!one.is_due || one.asked) continue;
    ask_for(listener, view);
    any = true;
  }
  if (any) listener->asked_for(started, now_() - started, listeners_.size());
}

bool LiveFeed::tick() {
  std::erase_if(listeners_, [](const auto& each) { return each.expired(); });
  // A listener may go while it is told.
  const auto all = listeners_;
  for (const auto& each : all) {
    if (const auto listener = each.lock()) ask_due(listener);
  }
  return !listeners_.empty();
}

}  // namespace coney::management
