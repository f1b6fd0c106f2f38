#pragma once
// What clients know of the messages that they gave to a broker and got from it, over all its lives,
// and what that allows it to do. Every call is something that a client has seen or done; what the
// broker must not have done becomes a fault. No I/O, no clock: the order of the calls is the time.
//
// A settle is sure to be kept by a broker that is killed when it was in the log before a publish
// that was confirmed after its sync: when its processing was known before that publish was sent.

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace coney::crash {

enum class QueueNumber : std::uint32_t {};
enum class PublisherNumber : std::uint32_t {};
enum class ConsumerNumber : std::uint64_t {};  // 0 is nobody's; never used twice in a life
enum class TxNumber : std::uint64_t {};        // 0: none

struct MessageKey {
  PublisherNumber publisher{};
  std::uint64_t sequence = 0;  // 0, 1, ... per publisher
};

struct QueueTraits {
  std::string name;
  bool no_ack = false;     // has no-ack consumers: what was on its way when the broker died is lost
  bool untouched = false;  // has no consumer but when it is drained
};

class Ledger {
 public:
  static constexpr std::size_t kMostCopies = 3;

  struct Message {
    std::uint32_t size = 0;
    bool transient = false;
  };
  enum class End : std::uint8_t { kKilled, kStopped };

  // `flags_may_be_wrong`: whether a message is flagged redelivered is not judged, when it had been
  // sent in an earlier life.
  Ledger(std::vector<QueueTraits> queues, std::size_t publishers, bool flags_may_be_wrong = false);

  // ---- publishing; REQUIRES: at most kMostCopies queues, none of a transaction has no_ack ----
  MessageKey published(PublisherNumber publisher, std::span<const QueueNumber> to,
                       const Message& message, TxNumber tx = {});
  void confirmed(const MessageKey& key);

  // ---- transactions ----
  TxNumber begin();
  void commit_sent(TxNumber tx);
  void committed(TxNumber tx);
  void rolled_back(
      TxNumber tx);  // acks in it are forgotten: the messages are still with the client

  // ---- consuming ----
  // Null when there is no such message (any more): then delivered() finds fault with it.
  const Message* find(const MessageKey& key) const;
  void delivered(QueueNumber queue, const MessageKey& key, ConsumerNumber consumer,
                 bool redelivered);
  void acked(QueueNumber queue, const MessageKey& key, TxNumber tx = {});
  // The broker has answered something that was sent after the ack.
  void ack_processed(QueueNumber queue, const MessageKey& key);
  void requeued(QueueNumber queue, const MessageKey& key);
  // The connection has ended, and the ack on it may not have been read.
  void ack_doubtful(QueueNumber queue, const MessageKey& key);
  // A no-ack consumer of the queue is there until the life ends. What was received last of a
  // publisher may come back, if that it had left was not written yet, while what came behind it
  // left at once, was never written, and is lost.
  void consumed_without_acks(QueueNumber queue);
  // A consumer has gone with deliveries on their way to it: they may come to others out of order.
  void consumer_gone(QueueNumber queue);

  // ---- lives ----
  void life_ended(End end);
  // From here to all_drained() one consumer per queue takes and acks all that there is.
  void drain_begins();
  void all_drained();

  std::uint64_t waiting_bytes(QueueNumber queue) const;
  void fault(std::string text);
  const std::vector<std::string>& faults() const { return faults_; }
  std::uint64_t fault_count() const { return fault_count_; }

 private:
  enum class State : std::uint8_t {
    kWaiting,  // in the queue, when the broker has it
    kOut,      // with a client
    kAcked,    // the ack is sent
    kMaybe,    // acked, and perhaps in the queue all the same
    kGone,     // must not come any more
  };
  struct Copy {
    QueueNumber queue{};
    State state = State::kWaiting;
    bool must = false;  // the broker has promised to have it
    bool seen = false;  // a client has had it
    std::uint64_t processed_at = 0;
    TxNumber acked_in{};
    const char* why_gone = "";
    std::uint64_t gone_in = 0;  // life
  };
  struct Entry {
    Message message;
    std::uint64_t sent_at = 0;
    TxNumber tx{};
    std::uint32_t copies_used = 0;
    std::array<Copy, kMostCopies> copies{};
  };
  struct CopyName {
    QueueNumber queue{};
    MessageKey key;
  };
  struct Tx {
    bool commit_sent = false;
    bool undecided = false;  // its life has ended without an answer
    std::uint64_t commit_sent_at = 0;
    std::vector<CopyName> published, acked;
    std::string happened, not_happened;  // what speaks for it
  };
  struct Publisher {
    std::uint64_t first = 0;  // of `entries`
    std::deque<Entry> entries;
  };
  // Sequence numbers + 1, 0: none; of one publisher in one queue.
  struct Heights {
    std::uint64_t in_this_life = 0, in_earlier_lives = 0, in_this_drain = 0;
    // Of a no-ack queue: (last that was received in a life, last that was published in it).
    std::vector<std::pair<std::uint64_t, std::uint64_t>> on_their_way;
  };
  struct Queue {
    QueueTraits traits;
    std::vector<Heights> heights;  // by publisher
    bool loose = false;            // order between consumers is not defined in this life
    bool takes_at_once = false;    // a no-ack consumer was there in this life
    std::uint64_t waiting_bytes = 0;
  };

  Queue& queue(QueueNumber number) { return queues_[static_cast<std::size_t>(number)]; }
  Entry* entry(const MessageKey& key);
  Copy* copy(QueueNumber queue, const MessageKey& key);
  std::string name(QueueNumber queue, const MessageKey& key) const;
  void set_state(Entry& entry, Copy& copy, State state);
  void gone(Entry& entry, Copy& copy, const char* why);
  void judge_presence(const CopyName& name, Entry& entry, Copy& copy);
  void judge_flag(const CopyName& name, const Copy& copy, bool redelivered);
  void judge_order(const CopyName& name, ConsumerNumber consumer, bool redelivered);
  void note_what_was_on_its_way(Queue& queue);
  void end_life(Entry& entry, Copy& copy, End end);
  void missing(const CopyName& name, Entry& entry, Copy& copy);
  bool was_on_its_way(const CopyName& name);
  void evidence(TxNumber tx, bool happened, const CopyName& name, const char* how);
  void judge_transactions();
  void trim();
  template <typename Visit>
  void for_each_copy(Visit visit);

  const bool flags_may_be_wrong_;
  std::vector<Queue> queues_;
  std::vector<Publisher> publishers_;
  std::map<TxNumber, Tx> txs_;
  std::unordered_map<std::uint64_t, std::uint64_t> fresh_;  // consumer and publisher: height
  std::uint64_t now_ = 1;
  std::uint64_t durable_before_ = 0;  // what was in the log then is synced
  std::uint64_t last_tx_ = 0;
  std::uint64_t life_ = 1;
  bool draining_ = false;
  std::vector<std::string> faults_;
  std::uint64_t fault_count_ = 0;
};

}  // namespace coney::crash
