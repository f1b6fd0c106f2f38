#pragma once
// What a connection, a channel and a consumer look like in the API, alone and in lists.

#include <boost/json.hpp>

#include "mgmt-ui/api/listing/columns.h"
#include "mgmt-ui/api/routing/call.h"
#include "mgmt-ui/api/stats/stats_tables.h"

namespace coney::management {

// Name and address, as rows of others show them.
boost::json::object connection_details(const ConnectionStats& connection);

// `alone`: shown by itself.
boost::json::object connection_row(const Call& call, const ConnectionStats& connection,
                                   const Columns& columns, bool alone);
std::string channel_name(const ConnectionStats& connection, ChannelNumber number);
boost::json::object channel_row(const Call& call, const ChannelStats& channel,
                                const Columns& columns);
// And what is shown of a channel by itself.
void put_channel_consumers(const Call& call, const ChannelStats& channel, boost::json::object& row);
boost::json::object consumer_row(const Call& call, const ConsumerStats& consumer);
// For how many milliseconds a message of the queue may be held without an acknowledgement: what the
// consumer asks for, else the queue, else the node. 0 and none: there is no limit.
std::optional<std::int64_t> acknowledgement_timeout(const Call& call, std::string_view vhost,
                                                    std::string_view queue,
                                                    std::optional<std::int64_t> of_consumer);

// Those who may not see everything see their own connections.
bool sees(const Call& call, const ConnectionStats& connection);

}  // namespace coney::management
