#include <boost/json.hpp>
#include <map>

#include "broker/definitions/argument_json.h"
#include "mgmt-ui/api/body/query_values.h"
#include "mgmt-ui/api/browse/browse_query.h"
#include "mgmt-ui/api/browse/message_cursor.h"
#include "mgmt-ui/api/resources/client_rows.h"
#include "mgmt-ui/api/resources/declaring.h"
#include "mgmt-ui/api/resources/message_json.h"
#include "mgmt-ui/api/resources/queue_use.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/stats/statistics.h"

// GET /api/coney/queues/{vhost}/{name}/browse: the messages of a queue, a page at a time, without
// taking them.

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kUsualRows = 50, kMostRows = 500;
constexpr std::uint64_t kUsualBytes = 50'000, kMostBytes = std::uint64_t{16} << 20;
// Of bodies in one answer; the page ends with the message that passes it.
constexpr std::uint64_t kMostShown = std::uint64_t{64} << 20;

std::string_view state_text(MessageState state) {
  switch (state) {
    case MessageState::kReady:
      return "ready";
    case MessageState::kUnacked:
      return "unacked";
    case MessageState::kDelayed:
      return "delayed";
    case MessageState::kDead:
      return "dead";
  }
  return "ready";
}

// So that what is cut is still text when the whole is.
std::size_t cut_of(std::string_view body, std::size_t most) {
  if (body.size() <= most) return body.size();
  std::size_t cut = most;
  while (cut != 0 && most - cut < 3 && (static_cast<unsigned char>(body[cut]) & 0xC0) == 0x80)
    --cut;
  return cut;
}

struct Page {
  std::size_t rows = 0;
  std::size_t truncate = 0;  // bytes of a body
  bool base64 = false;
};

Page read_page(const Request& request, Faults& faults) {
  Page page;
  page.rows = read_number(request, "limit", kUsualRows, 1, kMostRows, faults);
  page.truncate = read_number(request, "truncate", kUsualBytes, 0, kMostBytes, faults);
  const std::string_view encoding = request.parameter("encoding").value_or("auto");
  page.base64 = encoding == "base64";
  if (encoding != "auto" && !page.base64) faults.report("/encoding", "is auto or base64");
  return page;
}

// One answer on its way.
class Showing {
 public:
  Showing(Call& call, QueueId queue, Page page, MessageFilter wanted)
      : filter(std::move(wanted)), call_(call), queue_(queue), page_(page) {}

  bool add(const BrowsedMessage& message) {
    rows_.push_back(row(message));
    shown_ += std::min<std::size_t>(message.message->body().size(), page_.truncate);
    return rows_.size() < page_.rows && shown_ < kMostShown;
  }
  Answer answer(const BrowseOutcome& outcome) {
    if (outcome.gone) return no_such_object();
    const json::value next = outcome.next ? json::value(cursor_text(*outcome.next)) : json::value();
    return json_answer(json::object{{"messages", std::move(rows_)},
                                    {"next", next},
                                    {"scanned", outcome.scanned},
                                    {"scan_limited", outcome.scan_limited},
                                    {"unreadable", outcome.unreadable}});
  }

  const MessageFilter filter;

 private:
  json::object row(const BrowsedMessage& each) {
    const std::size_t cut = cut_of(each.message->body(), page_.truncate);
    json::object row = message_to_json(*each.message, page_.base64, cut);
    row["payload_truncated"] = cut < each.message->body().size();
    row["cursor"] = cursor_text(each.place);
    row["lane"] = each.place.level;
    row["position"] = each.place.position;
    row["state"] = state_text(each.state);
    row["redelivered"] = each.facts.redelivered;
    row["delivery_count"] = each.facts.counts.returned;
    row["acquired_count"] = each.facts.counts.acquired;
    row["on_disk"] = each.on_disk;
    row["age"] = each.age ? json::value(static_cast<double>(*each.age) / 1000) : json::value();
    if (each.consumer) row["consumer"] = consumer(*each.consumer);
    return row;
  }

  // A consumer that was cancelled still has what it has not settled, but no tag any more.
  json::object consumer(const ConsumerKey& key) {
    const StatsTables& tables = call_.services.statistics().tables();
    if (!tags_) {
      tags_.emplace();
      for (const ConsumerStats& one : tables.consumers_of(queue_)) {
        tags_->emplace(one.key, one.facts->tag);
      }
    }
    const auto tag = tags_->find(key);
    const ConnectionStats* connection = tables.find(key.connection);
    json::object shown;
    shown["consumer_tag"] =
        tag == tags_->end() ? json::value() : json::value(json_text(tag->second));
    shown["connection"] = connection ? json::value(connection->facts->name) : json::value();
    shown["channel"] =
        connection ? json::value(channel_name(*connection, key.channel)) : json::value();
    return shown;
  }

  Call& call_;
  const QueueId queue_;
  const Page page_;
  json::array rows_;
  std::uint64_t shown_ = 0;
  std::optional<std::map<ConsumerKey, std::string>> tags_;
};

Reply browse(Call& call) {
  const CatalogQueue* queue = queue_of_path(call);
  if (!queue) return no_such_object();
  if (!call.allowed(queue->record->vhost, Access::kRead, queue->record->name)) {
    return access_refused();
  }
  Faults faults;
  const Page page = read_page(call.request, faults);
  const BrowseOrder order = read_order(call.request, faults);
  auto showing =
      std::make_shared<Showing>(call, queue->id, page, MessageFilter::parse(call.request, faults));
  if (faults.any()) return bad_request(faults);
  return Later([&call, id = queue->id, order, showing](Respond respond) {
    std::make_shared<Browser>(
        call.services, id, order, showing->filter,
        [showing](const BrowsedMessage& message) { return showing->add(message); },
        [showing, respond = std::move(respond)](const BrowseOutcome& outcome) {
          respond(showing->answer(outcome));
        })
        ->start();
  });
}

}  // namespace

void add_browse(RouteTable& table) {
  table.add("/api/coney/queues/{vhost}/{name}/browse", {get(Need::kManagement, browse)});
}

}  // namespace coney::management
