#pragma once
// What HTTP clients keep waiting, and who is given up first where that is too much. Used by one
// thread. What is called to end a client must not change what waits here at once.

#include <chrono>
#include <functional>
#include <list>
#include <string>
#include <string_view>

#include "mgmt-ui/api/http/turns.h"

namespace coney::management {

// The answers that clients have not taken yet. Where they are too many bytes together, those whose
// clients have taken nothing for a while are given up, the longest stuck first.
class UnreadAnswers {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kMost = std::size_t{256} << 20;  // bytes
  static constexpr std::chrono::seconds kStuck{1};
  static constexpr std::size_t kMostAnyway = 4 * kMost;  // whether they are stuck or not

  struct Unread {
    std::size_t bytes;
    Clock::time_point progress;
    std::function<void()> give_up;  // must not change what waits here at once
  };
  using Place = std::list<Unread>::iterator;

  Place add(std::size_t bytes, Clock::time_point now, std::function<void()> give_up);
  void progressed(Place place, Clock::time_point now);
  void remove(Place place);
  std::size_t bytes() const { return bytes_; }

 private:
  std::list<Unread> unread_;  // the one that has made progress last at the end
  std::size_t bytes_ = 0;
};

// Connections between two requests. Where there are too many connections, the one that has been
// quiet for the longest makes room.
class IdleConnections {
 public:
  struct Idle {
    std::string address;
    std::function<void()> end;
  };
  using Place = std::list<Idle>::iterator;

  Place add(std::string address, std::function<void()> end) {
    return idle_.insert(idle_.end(), {std::move(address), std::move(end)});
  }
  void remove(Place place) { idle_.erase(place); }
  // Of this address, or of any when it is empty. False: there is none.
  bool end_one(std::string_view address);

 private:
  std::list<Idle> idle_;  // the longest quiet one first
};

struct WaitingClients {
  UnreadAnswers unread;
  IdleConnections idle;
  Turns turns;  // of those who make a piece of a long body
};

}  // namespace coney::management
