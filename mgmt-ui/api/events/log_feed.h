#pragma once
// The log as it is written, told to those who read along: server-sent events, each listener with
// its own level and text to look for. Who does not read fast enough is told how many lines were
// dropped; nobody who logs ever waits. Used by the management's thread.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "broker/log/log_tail.h"
#include "mgmt-ui/api/events/event_feed.h"

namespace coney::management {

struct LogFilter {
  log::Level level = log::Level::kInfo;  // and above
  std::string text;                      // in category or message, whatever its case; empty: all

  bool matches(const log::TailLine& line) const;
};

class LogFeed {
 public:
  explicit LogFeed(const log::LogTail& tail) : tail_(tail) {}

  // Begins with what is left of the last `backlog` lines. Ends when the last pointer to it goes.
  std::shared_ptr<EventSubscription> subscribe(LogFilter filter, std::uint64_t backlog);
  // Hands on what has come. False: nobody listens any more.
  bool hand_on();

 private:
  struct Listener {
    std::weak_ptr<EventSubscription> subscription;
    LogFilter filter;
    std::uint64_t seen = 0;  // number of the last line
  };

  void hand_on(Listener& listener, EventSubscription& to);

  const log::LogTail& tail_;
  std::vector<Listener> listeners_;
};

}  // namespace coney::management
