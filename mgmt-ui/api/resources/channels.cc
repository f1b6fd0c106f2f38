#include <boost/json.hpp>

#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/client_rows.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/stats/statistics.h"

namespace coney::management {

namespace json = boost::json;

namespace {

const StatsTables& tables(const Call& call) {
  return call.services.statistics().tables();
}

// Channels in the order of their connections' names.
class ChannelRows final : public LastingRows {
 public:
  ChannelRows(const Call& call, std::vector<const ChannelStats*> channels)
      : call_(call), channels_(std::move(channels)) {
    names_.reserve(channels_.size());
    for (const ChannelStats* channel : channels_) {
      names_.push_back(channel_name(*channel->connection, channel->id.number));
    }
  }

  std::size_t size() const override { return channels_.size(); }
  std::string_view name(std::size_t row) const override { return names_[row]; }
  json::object make(std::size_t row, const Columns& columns) const override {
    const ChannelStats* channel = kept_.empty() ? channels_[row] : tables(call_).find(kept_[row]);
    return channel ? channel_row(call_, *channel, columns) : json::object();
  }
  SortKey key(std::size_t row, std::string_view column) const override {
    const json::object made = make(row, Columns::parse(column));
    return sort_key(find_field(made, column));
  }
  std::optional<std::string_view> text_key(std::size_t row,
                                           std::string_view column) const override {
    const ConnectionFacts& facts = *channels_[row]->connection->facts;
    if (column == "name") return names_[row];
    if (column == "user") return facts.user;
    if (column == "vhost") return facts.vhost;
    return std::nullopt;
  }
  void keep() override {
    for (const ChannelStats* channel : channels_) kept_.push_back(channel->id);
    channels_ = {};
    names_ = {};
  }

 private:
  const Call& call_;
  std::vector<const ChannelStats*> channels_;
  std::vector<std::string> names_;
  std::vector<ChannelId> kept_;  // instead of them, see keep()
};

std::vector<const ChannelStats*> visible(const Call& call) {
  auto channels = tables(call).channels();
  std::erase_if(channels,
                [&call](const ChannelStats* channel) { return !sees(call, *channel->connection); });
  return channels;
}

Reply list_channels(Call& call) {
  return list(call.request, std::make_shared<ChannelRows>(call, visible(call)));
}

Reply list_vhost_channels(Call& call) {
  if (!call.vhost()) return no_such_object();
  auto channels = visible(call);
  std::erase_if(channels, [&call](const ChannelStats* channel) {
    return channel->connection->facts->vhost != call.name("vhost");
  });
  return list(call.request, std::make_shared<ChannelRows>(call, std::move(channels)));
}

Reply show_channel(Call& call) {
  const ChannelStats* channel = tables(call).find_channel(call.name("name"));
  if (!channel) return no_such_object();
  if (!sees(call, *channel->connection)) {
    return not_authorised("User not authorised to access object");
  }
  const Columns columns = Columns::parse(call.request.parameter("columns").value_or(""));
  json::object row = channel_row(call, *channel, columns);
  put_channel_consumers(call, *channel, row);
  return show(call.request, std::move(row));
}

}  // namespace

void add_channels(RouteTable& table) {
  table.add("/api/channels", {get(Need::kManagement, list_channels)});
  table.add("/api/vhosts/{vhost}/channels", {get(Need::kManagement, list_vhost_channels)});
  table.add("/api/channels/{name}", {get(Need::kManagement, show_channel)});
}

}  // namespace coney::management
