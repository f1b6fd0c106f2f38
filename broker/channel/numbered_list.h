#pragma once
// Objects with ascending numbers, found by number and visited in order: a channel's consumers.
// Removing any of them costs O(1), taken over all: what goes leaves an empty place, and places are
// closed up when most are empty. Objects stay where they are in memory.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace coney {

template <typename T>
class NumberedList {
 public:
  using Number = std::uint32_t;

  // REQUIRES: `number` is greater than those of all that were added before.
  T& add(Number number, std::unique_ptr<T> object) {
    places_.push_back({number, std::move(object)});
    ++size_;
    return *places_.back().object;
  }

  T* find(Number number) const {
    const auto place = locate(number);
    return place == places_.end() ? nullptr : place->object.get();
  }

  // Nothing when there is no such number.
  void erase(Number number) {
    const auto place = locate(number);
    if (place == places_.end() || !place->object) return;
    places_[static_cast<std::size_t>(place - places_.begin())].object.reset();
    --size_;
    if (places_.size() > 2 * size_ + kFewPlaces || size_ == 0) close_up();
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // In order, beginning at one of the places and going round.
  // REQUIRES: `visit` neither adds nor erases.
  template <typename Visit>
  void visit_from(std::size_t first, Visit&& visit) const {
    for (std::size_t n = 0; n != places_.size(); ++n) {
      if (const auto& object = places_[(first + n) % places_.size()].object) visit(*object);
    }
  }
  template <typename Visit>
  void visit(Visit&& each) const {
    visit_from(0, each);
  }

 private:
  static constexpr std::size_t kFewPlaces = 8;

  struct Place {
    Number number;
    std::unique_ptr<T> object;  // null: gone
  };

  auto locate(Number number) const {
    if (!places_.empty() && places_.back().number == number) return places_.end() - 1;
    const auto found = std::ranges::lower_bound(places_, number, {}, &Place::number);
    return found != places_.end() && found->number == number ? found : places_.end();
  }

  void close_up() {
    std::erase_if(places_, [](const Place& place) { return !place.object; });
  }

  std::vector<Place> places_;  // ascending by number
  std::size_t size_ = 0;
};

}  // namespace coney
