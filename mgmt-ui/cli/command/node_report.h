#pragma once
// What the node tells about itself, as status, cluster_status and the checks use it.

#include "mgmt-ui/cli/command/command.h"

namespace coney::cli {

// {"node", "port", "protocol", "interface", "purpose"} by interface and port.
Result<std::vector<boost::json::object>> get_listeners(Context& context);
// "Interface: [::], port: 5672, protocol: amqp, purpose: AMQP 0-9-1"
std::string listener_line(const boost::json::object& listener);
// "5672, 15672"
std::string port_list(const std::vector<boost::json::object>& listeners);

// The node's row of /api/nodes.
Result<boost::json::object> get_node_row(Context& context, bool with_memory = false);
// The alarms that are on, for people: "Memory alarm on node rabbit@host".
std::vector<std::string> alarm_texts(const boost::json::object& node_row);
boost::json::array alarms_json(const boost::json::object& node_row);

boost::json::array to_array(const std::vector<boost::json::object>& rows);

std::uint64_t number_at(const boost::json::object& row, std::string_view name);
std::string text_at(const boost::json::object& row, std::string_view name);

// Bytes in a unit: "0.1534 gb". None: there is no such unit.
std::optional<std::string> in_unit(std::uint64_t bytes, std::string_view unit);

}  // namespace coney::cli
