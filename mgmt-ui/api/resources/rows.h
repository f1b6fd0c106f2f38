#pragma once
// What one object looks like in the API: alone and in lists, wherever it is shown.

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "mgmt-ui/api/listing/columns.h"
#include "mgmt-ui/api/routing/call.h"
#include "persistence/definitions/records.h"

namespace coney::management {

// A queue as it is defined, with what policies make of it.
boost::json::object queue_row(const Call& call, const QueueEntry& entry, const Columns& columns);
// Of a quorum queue: "disabled", "all", ...
std::string_view delayed_retry_text(const QueueSettings& settings);
boost::json::object exchange_row(const Call& call, const ExchangeEntry& entry,
                                 const Columns& columns);
boost::json::object binding_row(const BindingRecord& binding);
boost::json::object vhost_row(const Call& call, const Vhost& vhost);
boost::json::object user_row(const UserRecord& user);
boost::json::object permission_row(const PermissionRecord& permission);
boost::json::object topic_permission_row(const TopicPermissionRecord& permission);
// Those of a user in a vhost, by exchange.
void add_topic_permission_rows(const User& user, const std::string& vhost,
                               std::vector<boost::json::object>& rows);
boost::json::object policy_row(const PolicyRecord& policy);
boost::json::object parameter_row(const ParameterRecord& parameter);
boost::json::object global_parameter_row(const GlobalParameterRecord& parameter);

}  // namespace coney::management
