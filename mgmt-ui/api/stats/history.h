#pragma once
// The numbers of one object over time, as RabbitMQ's management samples them: every few seconds for
// a while, more coarsely for longer. A sample is taken when something has changed; in between and
// after it the numbers stay as they are, so what is idle costs nothing. Used by the management's
// thread; time comes from the caller.
//
// Times are seconds since 1970. A sample at a time holds what had been recorded before it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace coney::management {

using Second = std::uint64_t;

// So many samples, each that many seconds after the other.
struct Resolution {
  std::uint32_t seconds = 5;
  std::uint32_t samples = 121;
};
// Finest first; lives as long as the histories that are made from it.
using HistoryPlan = std::span<const Resolution>;

// RabbitMQ's sample_retention_policies: of the node and its vhosts, and of single objects.
inline constexpr std::array<Resolution, 4> kGlobalPlan{{{5, 121}, {60, 61}, {600, 49}, {1800, 49}}};
inline constexpr std::array<Resolution, 2> kBasicPlan{{{5, 121}, {60, 61}}};

// What all histories together may take. Where it is used up they stay short.
class HistoryBudget {
 public:
  explicit HistoryBudget(std::size_t limit) : limit_(limit) {}

  bool take(std::size_t bytes) {
    if (used_ + bytes > limit_) return false;
    used_ += bytes;
    return true;
  }
  void take_anyway(std::size_t bytes) { used_ += bytes; }
  void give_back(std::size_t bytes) { used_ -= bytes; }
  std::size_t used() const { return used_; }

 private:
  std::size_t limit_;
  std::size_t used_ = 0;
};

class History {
 public:
  // Of `width` numbers.
  History(HistoryPlan plan, std::size_t width, HistoryBudget& budget);
  ~History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  // REQUIRES: values.size() == width(); `now` never falls.
  void record(Second now, std::span<const std::uint64_t> values);
  // What a number was; 0 before the first record.
  std::uint64_t at(Second time, std::size_t column) const;
  // Of several numbers added up.
  std::uint64_t sum_at(Second time, std::span<const std::size_t> columns) const;

  std::size_t width() const { return width_; }
  Second last_record() const { return last_record_; }
  // Gives back memory of samples that are all the same by now.
  void trim(Second now);
  // As if the numbers had always been what they are: no rates, no samples that differ.
  void forget_past();

 private:
  // Samples of one resolution: a ring of rows, each a number of the sample and the values.
  struct Ring {
    std::vector<std::uint64_t> cells;
    std::size_t rows = 0;   // in use
    std::size_t first = 0;  // the oldest of them
    bool cut = false;       // there were older ones
  };

  std::size_t stride() const { return width_ + 1; }
  std::size_t capacity(const Ring& ring) const { return ring.cells.size() / stride(); }
  std::uint64_t* row(Ring& ring, std::size_t index);
  const std::uint64_t* row(const Ring& ring, std::size_t index) const;
  std::uint64_t* new_row(Ring& ring, std::size_t most);
  void resize(Ring& ring, std::size_t rows);
  void keep_last(Ring& ring);
  bool grow(Ring& ring, std::size_t most);
  const std::uint64_t* find(const Ring& ring, std::uint64_t sample) const;
  const std::uint64_t* find(Second time) const;

  const HistoryPlan plan_;
  const std::size_t width_;
  HistoryBudget& budget_;
  Second last_record_ = 0;
  std::unique_ptr<Ring[]> rings_;  // one of each resolution
};

}  // namespace coney::management
