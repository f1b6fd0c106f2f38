#pragma once
// Who may work for a moment: one after the other, in the order in which they ask, so that those who
// are served in between wait for one of them and not for all. Used by one thread; what is called
// must not change who waits at once.

#include <functional>
#include <list>
#include <utility>

namespace coney::management {

class Turns {
 public:
  // A place in the row, until it is destroyed.
  class Turn {
   public:
    // `wake` is called when it has become its turn and was not before.
    Turn(Turns& turns, std::function<void()> wake)
        : turns_(turns), place_(turns.row_.insert(turns.row_.end(), std::move(wake))) {}
    ~Turn() {
      const bool was_first = is_first();
      turns_.row_.erase(place_);
      if (was_first && !turns_.row_.empty()) turns_.row_.front()();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    bool is_first() const { return place_ == turns_.row_.begin(); }

   private:
    Turns& turns_;
    const std::list<std::function<void()>>::iterator place_;
  };

 private:
  std::list<std::function<void()>> row_;
};

}  // namespace coney::management
