#pragma once
// What overview and nodes say of this broker that never changes while it runs.

#include <boost/json.hpp>

#include "broker/config/config.h"
#include "mgmt-ui/api/routing/call.h"

namespace coney::management {

boost::json::array exchange_types();
boost::json::array auth_mechanisms(const Config& config);
boost::json::array listeners(const Call& call);
boost::json::array contexts(const Call& call, bool with_node);
// rabbitmq_version, product_name, ... and those of Erlang, of which there is none.
void put_versions(const Config& config, boost::json::object& to);

}  // namespace coney::management
