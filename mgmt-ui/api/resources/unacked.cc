#include <boost/json.hpp>
#include <map>
#include <set>

#include "broker/definitions/argument_json.h"
#include "broker/queue/queue_core.h"
#include "mgmt-ui/api/body/query_values.h"
#include "mgmt-ui/api/browse/message_cursor.h"
#include "mgmt-ui/api/resources/client_rows.h"
#include "mgmt-ui/api/resources/declaring.h"
#include "mgmt-ui/api/resources/queue_use.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/stats/statistics.h"

// GET /api/coney/queues/{vhost}/{name}/unacked and /api/coney/channels/{name}/unacked: what was
// delivered, to whom, how long ago, and is not settled. Channel by channel, in the order of their
// connections, and in each the oldest first.

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kUsualRows = 100, kMostRows = 1000;
constexpr std::size_t kMostChannels = 5000;  // that one request asks

class Collecting : public std::enable_shared_from_this<Collecting> {
 public:
  Collecting(Call& call, UnackedCall wanted, std::vector<ChannelId> channels, Respond respond)
      : call_(call),
        wanted_(wanted),
        channels_(std::move(channels)),
        respond_(std::move(respond)) {}

  void next() {
    if (at_ == channels_.size()) return finish(false);
    if (rows_.size() >= wanted_.most || at_ == kMostChannels) return finish(true);
    const ChannelId channel = channels_[at_++];
    UnackedCall call = wanted_;
    call.most -= static_cast<std::uint32_t>(rows_.size());
    call_.services.unacked(
        channel.connection, channel.number, call,
        [self = shared_from_this(), channel](UnackedList list) { self->take(channel, list); });
  }

 private:
  void take(const ChannelId& channel, const UnackedList& list) {
    const ConnectionStats* connection = tables().find(channel.connection);
    if (connection && !list.deliveries.empty()) {
      std::map<ConsumerNumber, ConsumerStats> consumers;
      for (ConsumerStats& one : tables().consumers_of(channel)) {
        consumers.emplace(one.key.number, std::move(one));
      }
      for (const UnackedDelivery& each : list.deliveries) {
        const auto found = consumers.find(each.consumer);
        const ConsumerFacts* facts = found == consumers.end() ? nullptr : found->second.facts.get();
        rows_.push_back(row(*connection, channel, each, facts));
      }
    }
    if (list.more && !wanted_.queue) return finish(true);
    more_ = more_ || list.more;
    next();
  }

  json::object row(const ConnectionStats& connection, const ChannelId& channel,
                   const UnackedDelivery& each, const ConsumerFacts* consumer) const {
    const MessagePlace place{QueueCore::level_of(each.position),
                             QueueCore::place_of(each.position)};
    const QueueStats* queue = tables().find(each.queue);
    json::object row;
    row["queue"] = queue && queue->record ? json::value(json_text(queue->record->name))
                   : consumer             ? json::value(json_text(consumer->queue_name))
                                          : json::value();
    row["vhost"] = connection.facts->vhost;
    row["cursor"] = cursor_text(place);
    row["lane"] = place.level;
    row["position"] = place.position;
    row["delivery_tag"] = each.tag;
    row["consumer_tag"] = consumer ? json::value(json_text(consumer->tag)) : json::value();
    row["channel"] = channel_name(connection, channel.number);
    row["connection"] = connection.facts->name;
    row["user"] = connection.facts->user;
    row["age"] = static_cast<double>(each.age) / 1000;
    row["in_transaction"] = each.in_transaction;
    const std::string_view queue_name = queue && queue->record ? queue->record->name
                                        : consumer             ? consumer->queue_name
                                                               : std::string_view();
    const auto timeout = acknowledgement_timeout(call_, connection.facts->vhost, queue_name,
                                                 consumer ? consumer->timeout : std::nullopt);
    row["timeout"] = timeout && *timeout != 0 ? json::value(*timeout) : json::value();
    return row;
  }

  void finish(bool more) {
    respond_(json_answer(json::object{{"messages", std::move(rows_)}, {"more", more || more_}}));
  }
  const StatsTables& tables() const { return call_.services.statistics().tables(); }

  Call& call_;
  const UnackedCall wanted_;
  const std::vector<ChannelId> channels_;
  const Respond respond_;
  std::size_t at_ = 0;
  json::array rows_;
  bool more_ = false;
};

Reply collect(Call& call, std::optional<QueueId> queue, std::vector<ChannelId> channels) {
  Faults faults;
  UnackedCall wanted{.queue = queue};
  wanted.most = static_cast<std::uint32_t>(
      read_number(call.request, "limit", kUsualRows, 1, kMostRows, faults));
  if (faults.any()) return bad_request(faults);
  return Later([&call, wanted, channels = std::move(channels)](Respond respond) {
    std::make_shared<Collecting>(call, wanted, channels, std::move(respond))->next();
  });
}

// Those that consume from it, and those that have something of the vhost, which may come of
// basic.get.
Reply unacked_of_queue(Call& call) {
  const CatalogQueue* queue = queue_of_path(call);
  if (!queue) return no_such_object();
  if (!call.allowed(queue->record->vhost, Access::kRead, queue->record->name)) {
    return access_refused();
  }
  const StatsTables& tables = call.services.statistics().tables();
  std::set<ChannelId> channels;
  for (const ConsumerStats& one : tables.consumers_of(queue->id)) {
    channels.insert({one.key.connection, one.key.channel});
  }
  tables.for_each_channel([&](const ChannelStats& channel) {
    if (channel.gauges.messages_unacknowledged == 0 || !channel.connection) return;
    if (channel.connection->facts->vhost == queue->record->vhost) channels.insert(channel.id);
  });
  return collect(call, queue->id, {channels.begin(), channels.end()});
}

Reply unacked_of_channel(Call& call) {
  const ChannelStats* channel = call.services.statistics().tables().find_channel(call.name("name"));
  if (!channel) return no_such_object();
  if (!sees(call, *channel->connection)) {
    return not_authorised("User not authorised to access object");
  }
  return collect(call, std::nullopt, {channel->id});
}

}  // namespace

void add_unacked(RouteTable& table) {
  table.add("/api/coney/queues/{vhost}/{name}/unacked", {get(Need::kManagement, unacked_of_queue)});
  table.add("/api/coney/channels/{name}/unacked", {get(Need::kManagement, unacked_of_channel)});
}

}  // namespace coney::management
