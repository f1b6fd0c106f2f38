#include <boost/json.hpp>

#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/resources.h"

// What tools ask for before they use a feature. There is nothing to switch: what is in the list is
// there, and what is deprecated in RabbitMQ and works here is permitted.

namespace coney::management {

namespace json = boost::json;

namespace {

struct Feature {
  const char* name;
  const char* description;
};

constexpr Feature kFeatures[] = {
    {"detailed_queues_endpoint", "All fields of queues at /api/queues/detailed"},
    {"direct_exchange_routing_v2", "Direct exchanges find their queues by one look-up"},
    {"drop_unroutable_metric", "Messages that nobody gets are counted"},
    {"empty_basic_get_metric", "Gets that find nothing are counted"},
    {"implicit_default_bindings", "Bindings of the default exchange are not stored"},
    {"quorum_queue", "Queues of type quorum"},
    {"rabbit_exchange_type_local_random", "Exchanges of type x-local-random"},
    {"stream_filtering", "Streams are filtered by the broker"},
    {"stream_queue", "Queues of type stream"},
    {"user_limits", "Limits of users' connections and channels"},
    {"virtual_host_metadata", "Virtual hosts with description, tags and default queue type"},
};

constexpr Feature kDeprecated[] = {
    {"classic_queue_mirroring", "Policies that ask for mirrors are taken"},
    {"global_qos", "Prefetch limits that a channel's consumers share"},
    {"queue_master_locator", "The argument is taken"},
    {"transient_nonexcl_queues", "Queues that are neither durable nor exclusive"},
};

Reply list_flags(Call& call) {
  std::vector<json::object> rows;
  for (const Feature& feature : kFeatures) {
    rows.push_back({{"name", feature.name},
                    {"desc", feature.description},
                    {"doc_url", ""},
                    {"state", "enabled"},
                    {"stability", "required"},
                    {"require_level", "hard"},
                    {"experiment_level", "supported"},
                    {"callbacks", json::array()},
                    {"provided_by", "rabbit"}});
  }
  return list(call.request, std::move(rows));
}

Reply enable_flag(Call& call) {
  const auto known = std::ranges::any_of(
      kFeatures, [&](const Feature& feature) { return call.name("name") == feature.name; });
  return known ? no_content() : bad_request("unsupported");
}

json::object deprecated_row(const Feature& feature) {
  return {{"name", feature.name},
          {"desc", feature.description},
          {"doc_url", ""},
          {"deprecation_phase", "permitted_by_default"},
          {"provided_by", "rabbit"}};
}

Reply list_deprecated(Call& call) {
  std::vector<json::object> rows;
  for (const Feature& feature : kDeprecated) {
    rows.push_back(deprecated_row(feature));
    rows.back()["state"] = "permitted";
  }
  return list(call.request, std::move(rows));
}

bool is_transient(const QueueEntry& entry) {
  return !entry.queue->record->durable && !entry.queue->record->exclusive;
}

Reply list_deprecated_in_use(Call& call) {
  std::vector<json::object> rows;
  if (std::ranges::any_of(call.directory.queues(), is_transient)) {
    for (const Feature& feature : kDeprecated) {
      if (std::string_view(feature.name) == "transient_nonexcl_queues") {
        rows.push_back(deprecated_row(feature));
      }
    }
  }
  return list(call.request, std::move(rows));
}

Reply list_extensions(Call& call) {
  return list(call.request, std::vector<json::object>());
}

}  // namespace

void add_feature_flags(RouteTable& table) {
  table.add("/api/feature-flags", {get(Need::kAdministrator, list_flags)});
  table.add("/api/feature-flags/{name}/enable", {put(Need::kAdministrator, enable_flag)});
  table.add("/api/deprecated-features", {get(Need::kAdministrator, list_deprecated)});
  table.add("/api/deprecated-features/used", {get(Need::kAdministrator, list_deprecated_in_use)});
  table.add("/api/extensions", {get(Need::kManagement, list_extensions)});
}

}  // namespace coney::management
