#include <boost/json.hpp>
#include <map>

#include "broker/shard/mail.h"
#include "mgmt-ui/api/body/query_values.h"
#include "mgmt-ui/api/browse/browse_query.h"
#include "mgmt-ui/api/browse/message_cursor.h"
#include "mgmt-ui/api/resources/declaring.h"
#include "mgmt-ui/api/resources/queue_use.h"
#include "mgmt-ui/api/resources/resources.h"

// DELETE /api/coney/queues/{vhost}/{name}/messages: those that match, or with ?preview=true none of
// them but how many they are.

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kMostRemoved = 100'000;

class Removing : public std::enable_shared_from_this<Removing> {
 public:
  Removing(Call& call, QueueId queue, MessageFilter filter, std::uint64_t most, bool preview,
           Respond respond)
      : call_(call),
        queue_(queue),
        filter_(std::move(filter)),
        most_(most),
        preview_(preview),
        respond_(std::move(respond)) {}

  void start(const BrowseOrder& order) {
    std::make_shared<Browser>(
        call_.services, queue_, order, filter_,
        [self = shared_from_this()](const BrowsedMessage& each) { return self->add(each); },
        [self = shared_from_this()](const BrowseOutcome& outcome) { self->found(outcome); })
        ->start();
  }

 private:
  bool add(const BrowsedMessage& message) {
    ++matched_;
    bytes_ += message.message->body().size();
    on_disk_ += message.on_disk ? 1 : 0;
    places_[message.place.level].push_back(ready_message(message));
    return matched_ < most_;
  }
  void found(const BrowseOutcome& outcome) {
    outcome_ = outcome;
    if (outcome.gone) return respond_(no_such_object());
    if (preview_) return answer();
    remove_next();
  }
  void remove_next() {
    if (places_.empty()) return answer();
    auto lane = places_.extract(places_.begin());
    call_.services.ask(queue_, RemoveCall{lane.key(), std::move(lane.mapped())},
                       [self = shared_from_this()](QueueAnswer answer) {
                         self->removed_ += answer.messages;
                         self->remove_next();
                       });
  }
  void answer() {
    const auto& next = outcome_.next;
    json::object body{{"matched", matched_},
                      {"bytes", bytes_},
                      {"on_disk", on_disk_},
                      {"scanned", outcome_.scanned},
                      {"scan_limited", outcome_.scan_limited},
                      {"next", next ? json::value(cursor_text(*next)) : json::value()}};
    if (!preview_) body["removed"] = removed_;
    respond_(json_answer(body));
  }

  Call& call_;
  const QueueId queue_;
  const MessageFilter filter_;
  const std::uint64_t most_;
  const bool preview_;
  const Respond respond_;
  std::map<QueueLevel, std::vector<ReadyMessage>> places_;
  std::uint64_t matched_ = 0, bytes_ = 0, on_disk_ = 0, removed_ = 0;
  BrowseOutcome outcome_;
};

Reply remove_messages(Call& call) {
  const CatalogQueue* queue = queue_of_path(call);
  if (!queue) return no_such_object();
  if (!call.allowed(queue->record->vhost, Access::kRead, queue->record->name)) {
    return access_refused();
  }
  if (queue->settings->type == QueueType::kStream) {
    return bad_request("messages of a stream cannot be removed");
  }
  if (queue->owner.valid()) return locked(*queue);
  Faults faults;
  BrowseOrder order = read_order(call.request, faults);
  order.call.held = false;
  const std::uint64_t most =
      read_number(call.request, "count", kMostRemoved, 1, kMostRemoved, faults);
  const bool preview = read_flag(call.request, "preview", false, faults);
  MessageFilter filter = MessageFilter::parse(call.request, faults);
  if (!faults.any() && filter.is_empty()) faults.report("", "name what to remove");
  if (order.call.backward) faults.report("/direction", "is forward");
  if (!order.call.ready) faults.report("/state", "only ready messages can be removed");
  if (faults.any()) return bad_request(faults);
  return Later([&call, id = queue->id, order, filter, most, preview](Respond respond) {
    std::make_shared<Removing>(call, id, filter, most, preview, std::move(respond))->start(order);
  });
}

}  // namespace

void add_remove_messages(RouteTable& table) {
  table.add("/api/coney/queues/{vhost}/{name}/messages", {del(Need::kManagement, remove_messages)});
}

}  // namespace coney::management
