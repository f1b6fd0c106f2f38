#pragma once
// Pieces of JSON that several resources show.

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "mgmt-ui/api/access/caller.h"
#include "mgmt-ui/api/routing/call.h"
#include "persistence/definitions/records.h"

namespace coney::management {

boost::json::object caller_to_json(const Caller& caller);
boost::json::array words_to_json(const std::vector<std::string>& words);
// {"max-connections": 5, "max-queues": 7}, what is set of it
boost::json::object limits_to_json(const VhostRecord& vhost);
boost::json::object limits_to_json(const UserRecord& user);
std::string cluster_name(const Call& call);
// JSON that was checked when it was stored; null should it not be any.
boost::json::value stored_json(const std::string& text);

}  // namespace coney::management
