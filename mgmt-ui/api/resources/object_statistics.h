#pragma once
// The statistics in the rows of queues, exchanges and vhosts, beside their definitions.

#include <boost/json.hpp>
#include <span>
#include <string_view>

#include "mgmt-ui/api/listing/columns.h"
#include "mgmt-ui/api/routing/call.h"
#include "mgmt-ui/api/stats/details.h"
#include "mgmt-ui/api/stats/stats_tables.h"

namespace coney::management {

// What a row says and the query asks for: the configuration or ?disable_stats=true turns statistics
// off.
bool without_statistics(const Call& call);

// Rates over msg_rates_age and msg_rates_incr, and the like for lengths and bytes.
Details message_details(const Call& call);
Details length_details(const Call& call);
Details data_details(const Call& call);

// "2026-01-31T12:00:00.000+00:00"
std::string time_text(std::uint64_t milliseconds);

// RabbitMQ's fields of the Erlang process behind an object: there is none.
boost::json::object no_garbage_collection();
void put_no_process(boost::json::object& to, const Columns& columns);

// How much is shown of a queue: in lists nothing that is null, in /api/queues/detailed that too, by
// itself its consumers as well.
enum class QueueView : std::uint8_t { kShort, kDetailed, kAlone };
// The columns that are wanted at least.
void put_queue_statistics(const Call& call, const CatalogQueue& queue, const Columns& columns,
                          QueueView view, boost::json::object& to);
// With ?disable_stats=true&enable_queue_totals=true.
void put_queue_totals(const Call& call, const CatalogQueue& queue, boost::json::object& to);
// Of the exclusive consumer, and of the one that is active alone; null: there is none.
boost::json::value exclusive_consumer_tag(const Call& call, const CatalogQueue& queue);
boost::json::value active_consumer_tag(const Call& call, const CatalogQueue& queue,
                                       const QueueStats& stats);

void put_exchange_statistics(const Call& call, const Vhost& vhost, const Exchange& exchange,
                             boost::json::object& to);
void put_vhost_statistics(const Call& call, const Vhost& vhost, boost::json::object& to);

}  // namespace coney::management
