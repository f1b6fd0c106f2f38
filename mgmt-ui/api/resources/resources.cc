#include "mgmt-ui/api/resources/resources.h"

namespace coney::management {

RouteTable all_routes() {
  constexpr void (*kResources[])(RouteTable&) = {add_whoami,
                                                 add_login,
                                                 add_vhosts,
                                                 add_vhost_limits,
                                                 add_users,
                                                 add_user_limits,
                                                 add_permissions,
                                                 add_topic_permissions,
                                                 add_policies,
                                                 add_policy_simulation,
                                                 add_parameters,
                                                 add_global_parameters,
                                                 add_exchanges,
                                                 add_queues,
                                                 add_queue_messages,
                                                 add_browse,
                                                 add_remove_messages,
                                                 add_unacked,
                                                 add_move_messages,
                                                 add_pause,
                                                 add_bindings,
                                                 add_publish,
                                                 add_definitions,
                                                 add_cluster_name,
                                                 add_feature_flags,
                                                 add_federation,
                                                 add_auth,
                                                 add_health,
                                                 add_aliveness,
                                                 add_consumer_cancel,
                                                 add_pages,
                                                 add_quorum,
                                                 add_config,
                                                 add_events,
                                                 add_log_stream,
                                                 add_histograms,
                                                 add_effective_arguments,
                                                 add_overview,
                                                 add_nodes,
                                                 add_connections,
                                                 add_channels,
                                                 add_consumers,
                                                 add_dashboard,
                                                 add_own_permissions,
                                                 add_coney_node,
                                                 add_node_life,
                                                 add_authentication,
                                                 add_live_settings,
                                                 add_plugins,
                                                 add_storage,
                                                 add_live};
  RouteTable table;
  for (auto add : kResources) add(table);
  return table;
}

}  // namespace coney::management
