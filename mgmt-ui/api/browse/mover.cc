#include "mgmt-ui/api/browse/mover.h"

#include <algorithm>

namespace coney::management {

bool Mover::is_spent() const {
  return outcome_.scanned >= order_.scan || outcome_.matched >= order_.count ||
         read_bytes_ >= Browser::kMostBytes;
}

void Mover::stop(std::string_view why) {
  if (outcome_.stopped.empty()) outcome_.stopped = why;
}

// ---- a batch ----

void Mover::next_batch() {
  moving_.clear();
  waiting_.clear();
  batch_bytes_ = 0;
  const AlarmState alarms = services_.alarms();
  if (alarms.memory || alarms.disk) stop("alarm");
  if (!at_ || is_spent() || !outcome_.stopped.empty()) {
    outcome_.next = at_;
    outcome_.scan_limited = at_ && outcome_.stopped.empty() && outcome_.matched < order_.count;
    return done_(outcome_);
  }
  if (order_.dry_run) return look();
  services_.ask(source_, HoldCall{},
                [self = shared_from_this()](const QueueAnswer& answer) { self->held(answer); });
}

void Mover::held(const QueueAnswer& answer) {
  if (answer.status == QueueStatus::kOk) {
    hold_ = answer.messages;
    return look();
  }
  stop(answer.status == QueueStatus::kGone ? "source_gone" : "in_use");
  next_batch();
}

void Mover::look() {
  BrowseCall call;
  call.from = at_;
  call.held = false;
  call.most = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(BrowseCall::kMost, order_.scan - outcome_.scanned));
  services_.browse(source_, call, [self = shared_from_this()](BrowseSlice slice) {
    self->take(std::move(slice));
  });
}

void Mover::take(BrowseSlice slice) {
  if (slice.gone) {
    stop("source_gone");
    return next_batch();
  }
  if (slice.failed && !std::exchange(tried_twice_, true)) return look();  // it may have moved
  tried_twice_ = false;
  outcome_.scanned += slice.passed + (slice.failed ? slice.in_chunk : 0);
  std::uint64_t unreadable = 0;
  if (slice.chunk) slice.messages = messages_of(*slice.chunk, unreadable);
  outcome_.scanned += unreadable;
  at_ = slice.next;
  for (std::size_t i = 0; i != slice.messages.size(); ++i) {
    const BrowsedMessage& each = slice.messages[i];
    const bool last = i + 1 == slice.messages.size();
    if (!visit(each)) {
      at_ = each.place;
      break;
    }
    if (!last && (is_spent() || batch_bytes_ >= kBatchBytes)) {
      at_ = MessagePlace{each.place.level, each.place.position + 1};
      break;
    }
  }
  publish();
}

// False: this one is not to be moved, nor what is behind it.
bool Mover::visit(const BrowsedMessage& browsed) {
  read_bytes_ += filter_.cost(*browsed.message);
  if (!filter_.matches(browsed)) {
    ++outcome_.scanned;
    return true;
  }
  MoveRoute route = route_(browsed.message);
  if (route.fault != MoveRoute::Fault::kNone) {
    stop(route.fault == MoveRoute::Fault::kGone ? "destination_gone" : "access_refused");
    return false;
  }
  ++outcome_.scanned;
  ++outcome_.matched;
  outcome_.bytes += browsed.message->body().size();
  choose(browsed, std::move(route));
  return true;
}

// A message that would come back stays.
void Mover::choose(const BrowsedMessage& browsed, MoveRoute route) {
  const auto& queues = route.queues;
  if (queues.empty() || std::ranges::find(queues, source_) != queues.end()) {
    ++outcome_.unroutable;
    return;
  }
  if (order_.dry_run) {
    ++outcome_.moved;
    return;
  }
  batch_bytes_ += browsed.message->size();
  Moving moving{browsed.place, ready_message(browsed), {}};
  for (QueueId queue : queues) {
    std::vector<MessageRef>& messages = waiting_[queue].messages;
    moving.copies.push_back({queue, messages.size()});
    messages.push_back(route.message);
  }
  moving_.push_back(std::move(moving));
}

void Mover::publish() {
  if (order_.dry_run) return next_batch();
  if (waiting_.empty()) return end_batch();
  answers_ = waiting_.size();
  std::vector<std::pair<QueueId, std::vector<MessageRef>>> copies;
  for (auto& each : waiting_) copies.emplace_back(each.first, std::move(each.second.messages));
  for (auto& each : copies) {
    services_.publish_to(each.first, std::move(each.second),
                         [self = shared_from_this(), id = each.first](const PublishAnswer& answer) {
                           self->waiting_[id].taken = answer.taken;
                           if (answer.gone) self->destination_gone_ = true;
                           if (--self->answers_ == 0) self->published();
                         });
  }
}

bool Mover::has_arrived(const Moving& moving) const {
  return std::ranges::all_of(moving.copies, [this](const Copy& copy) {
    return copy.index < waiting_.at(copy.queue).taken;
  });
}

void Mover::published() {
  std::map<QueueLevel, std::vector<ReadyMessage>> lanes;
  std::uint64_t rejected = 0;
  for (const Moving& each : moving_) {
    if (has_arrived(each)) {
      lanes[each.place.level].push_back(each.message);
    } else if (rejected++ == 0) {  // where to try again
      at_ = each.place;
    }
  }
  outcome_.rejected += rejected;
  if (rejected != 0) stop(destination_gone_ ? "destination_gone" : "rejected");
  remove(std::move(lanes));
}

void Mover::remove(std::map<QueueLevel, std::vector<ReadyMessage>> lanes) {
  if (lanes.empty()) return end_batch();
  auto lane = lanes.extract(lanes.begin());
  const std::uint64_t arrived = lane.mapped().size();
  services_.ask(
      source_, RemoveCall{lane.key(), std::move(lane.mapped())},
      [self = shared_from_this(), arrived, rest = std::move(lanes)](const QueueAnswer& answer) {
        self->outcome_.moved += answer.messages;
        self->outcome_.left_meanwhile += arrived - answer.messages;
        if (answer.status == QueueStatus::kGone) self->stop("source_gone");
        self->remove(rest);
      });
}

void Mover::end_batch() {
  services_.ask(source_, LetGoCall{hold_},
                [self = shared_from_this()](const QueueAnswer&) { self->next_batch(); });
}

}  // namespace coney::management
