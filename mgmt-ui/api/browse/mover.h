#pragma once
// Moves the messages of a queue elsewhere, for one request: a batch at a time, in their order. The
// source is held during a batch (HoldCall), so that nothing of it is consumed as well; what the
// destination has taken, safely, is removed from it, all else stays exactly where it is. A crash
// between the two leaves a batch in both places, it loses none. Used by the management's thread.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "mgmt-ui/api/browse/browser.h"

namespace coney::management {

// Where a message goes.
struct MoveRoute {
  enum class Fault : std::uint8_t { kNone, kGone, kRefused };
  Fault fault = Fault::kNone;     // there is no such destination any more, or the mover may not
  MessageRef message{};           // as it is to arrive
  std::vector<QueueId> queues{};  // none: it stays
};

struct MoveOutcome {
  std::uint64_t matched = 0, bytes = 0;  // were to be moved
  std::uint64_t moved = 0;
  std::uint64_t unroutable = 0, rejected = 0;  // stay
  // Have arrived, and had left the source in another way meanwhile.
  std::uint64_t left_meanwhile = 0;
  std::uint64_t scanned = 0;
  bool scan_limited = false;
  std::optional<MessagePlace> next{};
  std::string_view stopped{};  // why it ended early; empty: it did not
};

class Mover : public std::enable_shared_from_this<Mover> {
 public:
  using Route = std::function<MoveRoute(const MessageRef&)>;
  using Done = std::function<void(const MoveOutcome&)>;
  struct Order {
    MessagePlace from;
    std::uint64_t scan = 0;   // messages that may be looked at
    std::uint64_t count = 0;  // and moved
    bool dry_run = false;     // nothing is moved; `moved` says what would be
  };

  // `services` and `filter` outlive it.
  Mover(Services& services, QueueId source, const Order& order, const MessageFilter& filter,
        Route route, Done done)
      : services_(services),
        source_(source),
        order_(order),
        filter_(filter),
        route_(std::move(route)),
        done_(std::move(done)),
        at_(order.from) {}

  void start() { next_batch(); }

 private:
  // What one batch may publish, and all filters of one request may read.
  static constexpr std::uint64_t kBatchBytes = std::uint64_t{8} << 20;

  struct Waiting {  // to be published to one queue
    std::vector<MessageRef> messages;
    std::uint64_t taken = 0;
  };
  struct Copy {
    QueueId queue;
    std::size_t index = 0;  // in its Waiting
  };
  struct Moving {
    MessagePlace place;
    ReadyMessage message;
    std::vector<Copy> copies;
  };

  void next_batch();
  void held(const QueueAnswer& answer);
  void look();
  void take(BrowseSlice slice);
  bool visit(const BrowsedMessage& browsed);
  void choose(const BrowsedMessage& browsed, MoveRoute route);
  void publish();
  void published();
  void remove(std::map<QueueLevel, std::vector<ReadyMessage>> lanes);
  void end_batch();
  void stop(std::string_view why);
  bool is_spent() const;
  bool has_arrived(const Moving& moving) const;

  Services& services_;
  const QueueId source_;
  const Order order_;
  const MessageFilter& filter_;
  const Route route_;
  const Done done_;
  MoveOutcome outcome_;
  std::optional<MessagePlace> at_;  // where the next batch begins; nullopt: that was all
  std::uint64_t hold_ = 0;
  std::uint64_t read_bytes_ = 0;
  bool tried_twice_ = false;

  // The batch.
  std::vector<Moving> moving_;
  std::map<QueueId, Waiting> waiting_;
  std::size_t answers_ = 0;  // to come
  std::uint64_t batch_bytes_ = 0;
  bool destination_gone_ = false;
};

}  // namespace coney::management
