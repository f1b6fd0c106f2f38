#pragma once
// Walks over the messages of a queue slice by slice, for one request: nobody's thread is kept for
// long, and the request's work is bounded by messages and by bytes. Used by the management's
// thread.

#include <functional>
#include <memory>
#include <optional>

#include "mgmt-ui/api/browse/message_filter.h"
#include "mgmt-ui/api/services.h"

namespace coney::management {

struct BrowseOrder {
  BrowseCall call;         // where it begins, which way, which messages
  std::uint64_t scan = 0;  // messages that may be looked at
};

struct BrowseOutcome {
  bool gone = false;  // the queue is
  std::optional<MessagePlace> next{};
  std::uint64_t scanned = 0;
  bool scan_limited = false;     // that ended it
  std::uint64_t unreadable = 0;  // passed over
};

class Browser : public std::enable_shared_from_this<Browser> {
 public:
  // What may be read by all filters of one request, and before others have their turn.
  static constexpr std::uint64_t kMostBytes = std::uint64_t{512} << 20;
  static constexpr std::uint64_t kTurnBytes = std::uint64_t{4} << 20;

  // Called for each that matches; false: it was the last one wanted.
  using Visit = std::function<bool(const BrowsedMessage&)>;
  using Done = std::function<void(const BrowseOutcome&)>;

  // `services` and `filter` outlive the walk.
  Browser(Services& services, QueueId queue, BrowseOrder order, const MessageFilter& filter,
          Visit visit, Done done)
      : services_(services),
        queue_(queue),
        order_(std::move(order)),
        filter_(filter),
        visit_(std::move(visit)),
        done_(std::move(done)) {}

  void start() { step(); }

 private:
  void step();
  void take(BrowseSlice slice);
  bool visit_all(std::vector<BrowsedMessage> messages, bool more_follows);
  void go_on_at(std::optional<MessagePlace> next);
  void finish(std::optional<MessagePlace> next, bool limited);
  MessagePlace behind(const BrowsedMessage& message) const;
  bool is_spent() const { return outcome_.scanned >= order_.scan || bytes_ >= kMostBytes; }

  Services& services_;
  const QueueId queue_;
  BrowseOrder order_;
  const MessageFilter& filter_;
  const Visit visit_;
  const Done done_;
  BrowseOutcome outcome_;
  std::uint64_t bytes_ = 0;
  bool tried_twice_ = false;
};

}  // namespace coney::management
