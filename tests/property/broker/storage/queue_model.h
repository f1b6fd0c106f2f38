#pragma once
// What a queue must have, told by a naive list of messages. A crash makes some of them uncertain:
// what was not confirmed may be gone, what was settled without a later sync may be back. What the
// queue delivers then tells which, because it keeps its order.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace coney {

using MessageNumber = std::uint64_t;
// Everything that the test does is a step. What it did in earlier steps was handed to the log
// before.
using Step = std::uint64_t;

class QueueModel;

// A commit whose answer a crash has swallowed: all of it has happened, or nothing.
struct OpenCommit {
  struct Part {
    QueueModel* queue = nullptr;
    MessageNumber number = 0;
  };
  std::vector<Part> published, settled;
  bool decided = false;
};

// A message in one queue.
struct Copy {
  enum class State : std::uint8_t { kReady, kHeld, kSettled };

  MessageNumber number = 0;
  bool persistent = false;
  std::uint64_t position = 0;
  std::pair<int, std::uint64_t> place;  // its order among the ready ones
  State state = State::kReady;
  std::uint64_t ready_since = 0;            // a round, below
  std::optional<bool> redelivered = false;  // nullopt: nobody knows
  bool safe = false;      // on the disk for good: confirmed, or a restart has found it
  bool sure = true;       // false: a crash may have taken it, or brought it back
  bool restored = false;  // from an earlier life
  bool loose = false;     // others may come first although they stand behind it
  bool early = false;     // it may come first although it stands behind others
  // How often it has failed: at least; what a crash may have forgotten; in which steps of this
  // life.
  std::uint32_t failures = 0, doubtful_failures = 0;
  std::vector<Step> failed_at;
  std::shared_ptr<OpenCommit> published_by, settled_by;
  std::string history;  // to be told when something is wrong
};

// What a crash leaves of what was written and not synced.
struct Crash {
  Step synced = 0;  // what was done in earlier steps is on the disk
  bool power_lost = false;
};

class QueueModel {
 public:
  using Fault = std::optional<std::string>;  // what the broker did wrong

  QueueModel(std::string name, bool durable, bool quorum)
      : name_(std::move(name)), durable_(durable), quorum_(quorum) {}

  const std::string& name() const { return name_; }
  bool durable() const { return durable_; }
  bool quorum() const { return quorum_; }
  bool keeps(const Copy& copy) const { return durable_ && (copy.persistent || quorum_); }
  // How many are ready, at most and at least.
  std::uint64_t ready() const { return ready_.size(); }
  std::uint64_t least() const;

  void publish(MessageNumber number, bool persistent);
  // It is on the disk for good.
  void confirm(MessageNumber number);
  // A client was given it; `failures`: of a quorum queue. `round`: what was requeued in the same
  // round the broker may not have known yet when it sent this.
  Fault deliver(MessageNumber number, bool persistent, bool redelivered, std::uint32_t failures,
                std::uint64_t round);
  // A client was told that there is nothing.
  Fault found_empty();
  void settle(MessageNumber number, Step step);
  void requeue(MessageNumber number, bool failed, Step step, std::uint64_t round);
  // With others of the same connection: of a quorum queue, their order is not defined.
  void requeue_loosely(MessageNumber number, Step step, std::uint64_t round);
  // Whatever is ready may have been sent to a client that has gone without reading; a quorum queue
  // then has it among those that were given back.
  void may_have_been_sent();
  void purge(Step step);
  void clear();
  // What was done up to there is on the disk for good.
  void synced(Step before);

  // Until the next crash what is published or ready may be sent to a client that will not see it.
  void may_be_on_its_way();
  // The broker has died. REQUIRES: synced() was told what is known.
  void crash(const Crash& crash);
  // It has ended well, and nothing that it had to write was refused.
  void stop();
  // After crash(): of a transaction that was published or settled, but may not have happened.
  void may_have_published(const std::shared_ptr<OpenCommit>& commit, MessageNumber number);
  void may_have_settled(const std::shared_ptr<OpenCommit>& commit, MessageNumber number);

 private:
  using CopyRef = std::shared_ptr<Copy>;
  struct Settled {
    CopyRef copy;
    Step step = 0;
  };

  CopyRef find(MessageNumber number) const;
  void make_ready(const CopyRef& copy, std::uint64_t round);
  void take(const CopyRef& copy);
  void forget(const CopyRef& copy);
  void keep_settled(const CopyRef& copy, Step step);
  void restore(const CopyRef& copy, const Crash& crash);
  static void give_up(const Copy& copy);
  Fault is_there(Copy& copy);
  Fault is_missing(CopyRef copy);
  static Fault decide(std::shared_ptr<OpenCommit> commit, bool happened);
  void erase(const CopyRef& copy, const char* why);
  Fault complain(const Copy& copy, const std::string& what) const;

  const std::string name_;
  const bool durable_, quorum_;
  std::map<std::pair<int, std::uint64_t>, CopyRef> ready_;
  std::unordered_map<MessageNumber, CopyRef> copies_;  // all but those that are settled for good
  std::deque<Settled> settled_;                        // not known to be synced
  std::uint64_t positions_ = 0, returns_ = 0;
  std::unordered_map<MessageNumber, std::string> past_;  // histories of those that are gone
  bool on_its_way_ = false;
};

}  // namespace coney
