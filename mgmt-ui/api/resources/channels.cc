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
class ChannelRows final : public RowSource {
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
    return channel_row(call_, *channels_[row], columns);
  }
  SortKey key(std::size_t row, std::string_view column) const override {
    if (column == "name") return names_[row];
    const json::object made = make(row, Columns::parse(column));
    return sort_key(find_field(made, column));
  }

 private:
  const Call& call_;
  const std::vector<const ChannelStats*> channels_;
  std::vector<std::string> names_;
};

std::vector<const ChannelStats*> visible(const Call& call) {
  auto channels = tables(call).channels();
  std::erase_if(channels,
                [&call](const ChannelStats* channel) { return !sees(call, *channel->connection); });
  return channels;
}

Reply list_channels(Call& call) {
  return list(call.request, ChannelRows(call, visible(call)));
}

Reply list_vhost_channels(Call& call) {
  if (!call.vhost()) return no_such_object();
  auto channels = visible(call);
  std::erase_if(channels, [&call](const ChannelStats* channel) {
    return channel->connection->facts->vhost != call.name("vhost");
  });
  return list(call.request, ChannelRows(call, std::move(channels)));
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
