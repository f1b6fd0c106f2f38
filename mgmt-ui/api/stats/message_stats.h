#pragma once
// `message_stats`, `messages` and such as the API shows them, of whatever counts messages.

#include <boost/json.hpp>
#include <span>

#include "mgmt-ui/api/stats/counts.h"
#include "mgmt-ui/api/stats/details.h"

namespace coney::management {

// "name": the numbers in `columns` added up, "name_details": their rate and samples. `counts` may
// end before columns that are not asked for.
void put_count(boost::json::object& to, std::string_view name,
               std::span<const std::uint64_t> counts, std::span<const std::size_t> columns,
               std::span<const History* const> histories, const Details& details);

struct CountSource {
  std::span<const std::uint64_t> counts;      // in the order of Column
  std::span<const History* const> histories;  // of these columns; null ones count as zeros
};

// ack, deliver, deliver_get, ...
void put_deliveries(boost::json::object& to, const CountSource& source, const Details& details);
// publish, confirm, return_unroutable, drop_unroutable
void put_publishes(boost::json::object& to, const CountSource& source, const Details& details);
void put_publish(boost::json::object& to, const CountSource& source, const Details& details);
// messages, messages_ready, messages_unacknowledged
void put_lengths(boost::json::object& to, const CountSource& source, const Details& details);

// What a channel or a vhost has done; each group is there once it has done any of it.
boost::json::object message_stats(const CountSource& source, const Details& details);

}  // namespace coney::management
