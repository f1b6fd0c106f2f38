#pragma once
// Which publishes of a channel are still unconfirmed. A broker may confirm one by one, out of
// order, or many at once (`multiple`); each publish counts once.

#include <cstdint>
#include <unordered_set>

namespace bench {

class ConfirmWindow {
 public:
  // The next publish's delivery tag; tags start at 1.
  std::uint64_t publish() { return next_++; }
  void publish(std::uint64_t count) { next_ += count; }

  std::uint64_t unconfirmed() const { return next_ - first_ - early_.size(); }
  std::uint64_t first_unconfirmed() const { return first_; }

  // Calls `newly(tag)` for each publish that this confirm settles; returns how many. Tags that were
  // not published or are settled already are not counted.
  template <typename Newly>
  std::uint64_t confirm(std::uint64_t tag, bool multiple, Newly&& newly) {
    if (tag >= next_ || (tag < first_ && tag != 0)) return 0;
    if (multiple) return confirm_up_to(tag == 0 ? next_ - 1 : tag, newly);
    if (tag != first_) return early_.insert(tag).second ? (newly(tag), 1) : 0;
    newly(tag);
    ++first_;
    while (!early_.empty() && early_.erase(first_) > 0) ++first_;
    return 1;
  }
  std::uint64_t confirm(std::uint64_t tag, bool multiple) {
    // The usual case without calling anything per tag.
    if (multiple && early_.empty() && tag >= first_ && tag < next_) {
      const std::uint64_t count = tag + 1 - first_;
      first_ = tag + 1;
      return count;
    }
    return confirm(tag, multiple, [](std::uint64_t) {});
  }

 private:
  template <typename Newly>
  std::uint64_t confirm_up_to(std::uint64_t tag, Newly& newly) {
    std::uint64_t count = 0;
    for (; first_ <= tag; ++first_) {
      if (!early_.empty() && early_.erase(first_) > 0) continue;
      newly(first_);
      ++count;
    }
    while (!early_.empty() && early_.erase(first_) > 0) ++first_;
    return count;
  }

  std::uint64_t first_ = 1;  // the lowest unconfirmed tag
  std::uint64_t next_ = 1;
  std::unordered_set<std::uint64_t> early_;  // confirmed above first_
};

}  // namespace bench
