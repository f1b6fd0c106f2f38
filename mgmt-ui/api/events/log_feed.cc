#include "mgmt-ui/api/events/log_feed.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "broker/definitions/argument_json.h"

namespace coney::management {
namespace {

namespace json = boost::json;

bool contains(std::string_view text, std::string_view part) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; };
  const auto same = [&](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

std::string time_text(std::chrono::system_clock::time_point time) {
  using std::chrono::milliseconds;
  const auto since = std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(static_cast<std::time_t>(since / 1000)), since % 1000);
}

std::string event_of(const log::TailLine& line) {
  const json::object about{{"number", line.number},
                           {"time", time_text(line.time)},
                           {"level", log::name(line.level)},
                           {"category", log::name(line.category)},
                           {"message", json_text(line.text)}};
  return "event: log\ndata: " + json::serialize(about) + "\n\n";
}

// The events of the last lines that fit; the subscription is told of those that do not.
std::vector<std::string> newest_of(const std::vector<log::TailLine>& lines, const LogFilter& filter,
                                   EventSubscription& subscription) {
  std::vector<std::string> events;
  std::size_t bytes = 0;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (!filter.matches(*line)) continue;
    std::string event = event_of(*line);
    if (!subscription.has_room(bytes += event.size())) {
      subscription.leave_out(1);
    } else {
      events.push_back(std::move(event));
    }
  }
  std::ranges::reverse(events);
  return events;
}

}  // namespace

bool LogFilter::matches(const log::TailLine& line) const {
  return line.level >= level &&
         (text.empty() || contains(line.text, text) || contains(log::name(line.category), text));
}

std::shared_ptr<EventSubscription> LogFeed::subscribe(LogFilter filter, std::uint64_t backlog) {
  auto subscription = std::make_shared<EventSubscription>("dropped");
  const std::uint64_t last = tail_.last();
  const auto kept = tail_.behind(last - std::min(last, backlog));
  for (const std::string& event : newest_of(kept, filter, *subscription)) subscription->add(event);
  listeners_.push_back({subscription, std::move(filter), kept.empty() ? last : kept.back().number});
  return subscription;
}

void LogFeed::hand_on(Listener& listener, EventSubscription& to) {
  for (const log::TailLine& line : tail_.behind(listener.seen)) {
    to.leave_out(line.number - listener.seen - 1);
    listener.seen = line.number;
    if (listener.filter.matches(line)) to.add(event_of(line));
  }
  to.wake();
}

bool LogFeed::hand_on() {
  std::erase_if(listeners_, [](const Listener& each) { return each.subscription.expired(); });
  for (Listener& each : listeners_) {
    if (const auto subscription = each.subscription.lock()) hand_on(each, *subscription);
  }
  return !listeners_.empty();
}

}  // namespace coney::management
