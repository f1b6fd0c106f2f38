#pragma once
// Publisher confirms of one channel (RabbitMQ's confirm.select): which sequence numbers are
// settled, and which basic.ack and basic.nack that makes. Pure. A message that went to several
// queues is settled when all of them have answered; acks of a contiguous beginning go out as one
// with `multiple`, what is settled out of order singly.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "broker/ids.h"
#include "broker/queue/sparse_window.h"

namespace coney {

class ConfirmTracker {
 public:
  // The next publish; `answers` are to come for it, 0: it is settled already.
  PublishSequence publish(std::uint32_t answers) {
    accepted_ += answers == 0 ? 1 : 0;
    if (answers == 0 && open_.empty() && nacks_ == 0) {
      open_.skip();
      return contiguous_ = ++last_;
    }
    if (answers == 0) {
      open_.skip();
      single_.push_back({++last_, true});
    } else {
      open_.push_back({answers, true});
      ++last_;
    }
    return last_;
  }
  PublishSequence last() const { return last_; }
  // Were all answers to it there? REQUIRES: it was published.
  bool is_settled(PublishSequence sequence) { return !open_.find(sequence - 1); }

  // One of the answers to `sequence`.
  void settle(PublishSequence sequence, bool accepted) {
    Open* open = open_.find(sequence - 1);
    if (!open) return;
    open->accepted = open->accepted && accepted;
    if (--open->answers != 0) return;
    const bool all_accepted = open->accepted;
    accepted_ += all_accepted ? 1 : 0;
    open_.erase(sequence - 1);
    if (all_accepted && open_.next(contiguous_) + 1 > sequence && nacks_ == 0) return advance();
    single_.push_back({sequence, all_accepted});
    if (!all_accepted) ++nacks_;
    if (nacks_ == 0) advance();
  }

  bool pending() const { return contiguous_ != told_ || !single_.empty(); }
  // Of all that were published.
  std::uint64_t accepted() const { return accepted_; }
  std::size_t open_count() const { return open_.size(); }
  bool all_settled() const { return open_.empty(); }

  // Calls ack(sequence, multiple) and nack(sequence, multiple) for what is settled since.
  template <typename Ack, typename Nack>
  void flush(Ack&& ack, Nack&& nack) {
    if (contiguous_ > told_) {
      ack(contiguous_, contiguous_ - told_ > 1);
      told_ = contiguous_;
    }
    std::sort(single_.begin(), single_.end(),
              [](const Single& a, const Single& b) { return a.sequence < b.sequence; });
    for (const Single& single : single_) {
      if (single.sequence <= told_) continue;
      if (single.accepted) {
        ack(single.sequence, false);
      } else {
        nack(single.sequence, false);
      }
    }
    single_.clear();
    if (nacks_ != 0 && open_.empty()) {  // all told: a contiguous beginning may start again
      nacks_ = 0;
      contiguous_ = told_ = last_;
    }
  }

 private:
  struct Open {
    std::uint32_t answers = 0;
    bool accepted = true;
    bool present() const { return answers != 0; }
  };
  struct Single {
    PublishSequence sequence;
    bool accepted;
  };

  // Everything in front of the first open one is settled.
  void advance() { contiguous_ = open_.empty() ? last_ : open_.next(contiguous_); }

  SparseWindow<Open, 128> open_;  // position: sequence - 1
  std::vector<Single> single_;    // settled out of order, to be told
  PublishSequence last_ = 0;
  PublishSequence contiguous_ = 0;  // all up to here are settled and accepted
  PublishSequence told_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t nacks_ = 0;  // since then nothing is told with `multiple`
};

}  // namespace coney
