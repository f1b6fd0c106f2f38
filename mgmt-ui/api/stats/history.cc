#include "mgmt-ui/api/stats/history.h"

#include <algorithm>

namespace coney::management {
namespace {

constexpr std::size_t kFirstRows = 2;  // enough for a rate

}  // namespace

History::History(HistoryPlan plan, std::size_t width, HistoryBudget& budget)
    : plan_(plan), width_(width), budget_(budget), rings_(new Ring[plan.size()]) {}

History::~History() {
  for (std::size_t n = 0; n != plan_.size(); ++n) resize(rings_[n], 0);
}

// ---- rings ----

std::uint64_t* History::row(Ring& ring, std::size_t index) {
  return ring.cells.data() + (ring.first + index) % capacity(ring) * stride();
}

const std::uint64_t* History::row(const Ring& ring, std::size_t index) const {
  return ring.cells.data() + (ring.first + index) % capacity(ring) * stride();
}

// Keeps the newest. REQUIRES: the budget for the new cells was taken.
void History::resize(Ring& ring, std::size_t rows) {
  const std::size_t kept = std::min(ring.rows, rows);
  std::vector<std::uint64_t> cells(rows * stride());
  for (std::size_t n = 0; n != kept; ++n) {
    std::copy_n(row(ring, ring.rows - kept + n), stride(), cells.data() + n * stride());
  }
  budget_.give_back(ring.cells.size() * sizeof(std::uint64_t));
  ring.cut = ring.cut || kept < ring.rows;
  ring.cells.swap(cells);
  ring.rows = kept;
  ring.first = 0;
}

// The first rows are always had: without them there are no rates.
bool History::grow(Ring& ring, std::size_t most) {
  const std::size_t old = capacity(ring);
  const std::size_t rows = old == 0 ? kFirstRows : std::min(2 * old, most);
  if (old >= most) return false;
  const std::size_t bytes = rows * stride() * sizeof(std::uint64_t);
  if (!budget_.take(bytes)) {
    if (old != 0) return false;
    budget_.take_anyway(bytes);
  }
  resize(ring, rows);
  return true;
}

std::uint64_t* History::new_row(Ring& ring, std::size_t most) {
  if (ring.rows == capacity(ring) && !grow(ring, most)) {
    ring.first = (ring.first + 1) % capacity(ring);
    ring.cut = true;
    return row(ring, ring.rows - 1);
  }
  return row(ring, ring.rows++);
}

// ---- in ----

void History::record(Second now, std::span<const std::uint64_t> values) {
  last_record_ = now;
  for (std::size_t n = 0; n != plan_.size(); ++n) {
    Ring& ring = rings_[n];
    const std::uint64_t sample = now / plan_[n].seconds + 1;
    std::uint64_t* to = ring.rows == 0 ? nullptr : row(ring, ring.rows - 1);
    if (!to || *to != sample) to = new_row(ring, plan_[n].samples);
    *to = sample;
    std::copy(values.begin(), values.end(), to + 1);
  }
}

void History::trim(Second now) {
  for (std::size_t n = 0; n != plan_.size(); ++n) {
    Ring& ring = rings_[n];
    const Second span = Second{plan_[n].seconds} * plan_[n].samples;
    if (capacity(ring) > 1 && last_record_ + span < now) keep_last(ring);
  }
}

void History::keep_last(Ring& ring) {
  budget_.take_anyway(stride() * sizeof(std::uint64_t));
  resize(ring, 1);
}

void History::forget_past() {
  for (std::size_t n = 0; n != plan_.size(); ++n) {
    Ring& ring = rings_[n];
    if (ring.rows == 0) continue;
    keep_last(ring);
    ring.cut = true;
  }
}

// ---- out ----

// The last one up to `sample`; null: there is none.
const std::uint64_t* History::find(const Ring& ring, std::uint64_t sample) const {
  std::size_t low = 0, high = ring.rows;
  while (low != high) {
    const std::size_t middle = (low + high) / 2;
    if (*row(ring, middle) <= sample) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low == 0 ? nullptr : row(ring, low - 1);
}

// In the finest resolution that reaches back so far.
const std::uint64_t* History::find(Second time) const {
  for (std::size_t n = 0; n != plan_.size(); ++n) {
    const Ring& ring = rings_[n];
    const std::uint64_t* found = find(ring, time / plan_[n].seconds);
    if (found || !ring.cut) return found;
  }
  const Ring& coarsest = rings_[plan_.size() - 1];
  return row(coarsest, 0);  // it was cut, so there is one
}

std::uint64_t History::at(Second time, std::size_t column) const {
  const std::uint64_t* found = find(time);
  return found ? found[1 + column] : 0;
}

std::uint64_t History::sum_at(Second time, std::span<const std::size_t> columns) const {
  const std::uint64_t* found = find(time);
  if (!found) return 0;
  std::uint64_t sum = 0;
  for (std::size_t column : columns) sum += found[1 + column];
  return sum;
}

}  // namespace coney::management
