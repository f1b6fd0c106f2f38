#include <boost/json.hpp>

#include "broker/log/log.h"
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

// Connections in the order of their names.
class ConnectionRows final : public LastingRows {
 public:
  ConnectionRows(const Call& call, std::vector<const ConnectionStats*> connections)
      : call_(call), connections_(std::move(connections)) {}

  std::size_t size() const override { return connections_.size(); }
  std::string_view name(std::size_t row) const override { return connections_[row]->facts->name; }
  json::object make(std::size_t row, const Columns& columns) const override {
    const ConnectionStats* connection =
        kept_.empty() ? connections_[row] : tables(call_).find(kept_[row]);
    return connection ? connection_row(call_, *connection, columns, false) : json::object();
  }
  SortKey key(std::size_t row, std::string_view column) const override {
    const json::object made = make(row, Columns::parse(column));
    return sort_key(find_field(made, column));
  }
  std::optional<std::string_view> text_key(std::size_t row,
                                           std::string_view column) const override {
    const ConnectionFacts& facts = *connections_[row]->facts;
    if (column == "user") return facts.user;
    if (column == "vhost") return facts.vhost;
    if (column == "peer_host") return facts.peer_host;
    return std::nullopt;
  }
  bool sorted_by(std::string_view column) const override { return column == "name"; }
  void keep() override {
    for (const ConnectionStats* connection : connections_) kept_.push_back(connection->id);
    connections_ = {};
  }

 private:
  const Call& call_;
  std::vector<const ConnectionStats*> connections_;
  std::vector<ConnectionId> kept_;  // instead of them, see keep()
};

std::vector<const ConnectionStats*> visible(const Call& call) {
  std::vector<const ConnectionStats*> found;
  for (const auto& [name, connection] : tables(call).connections()) {
    if (sees(call, *connection)) found.push_back(connection);
  }
  return found;
}

Reply list_connections(Call& call) {
  return list(call.request, std::make_shared<ConnectionRows>(call, visible(call)));
}

Reply list_vhost_connections(Call& call) {
  if (!call.vhost()) return no_such_object();
  auto connections = visible(call);
  std::erase_if(connections, [&call](const ConnectionStats* connection) {
    return connection->facts->vhost != call.name("vhost");
  });
  return list(call.request, std::make_shared<ConnectionRows>(call, std::move(connections)));
}

// ---- one ----

// What is there and the caller may see, or the answer to give instead.
struct Found {
  const ConnectionStats* connection = nullptr;
  Answer refusal;
};

Found find(const Call& call) {
  const ConnectionStats* connection = tables(call).find_connection(call.name("name"));
  if (!connection) return {nullptr, no_such_object()};
  if (!sees(call, *connection)) {
    return {nullptr, not_authorised("User not authorised to access object")};
  }
  return {connection, {}};
}

Reply show_connection(Call& call) {
  const Found found = find(call);
  if (!found.connection) return found.refusal;
  const Columns columns = Columns::parse(call.request.parameter("columns").value_or(""));
  return show(call.request, connection_row(call, *found.connection, columns, true));
}

Reply list_channels_of(Call& call) {
  const Found found = find(call);
  if (!found.connection) return found.refusal;
  std::vector<json::object> rows;
  for (const ChannelStats* channel : tables(call).channels_of(found.connection->id)) {
    rows.push_back(channel_row(call, *channel, Columns::parse("")));
  }
  return list(call.request, std::move(rows));
}

// ---- closing ----

std::string reason_of(const Call& call) {
  const std::string_view reason = call.request.header("x-reason");
  return reason.empty() ? "Closed via management plugin" : std::string(reason);
}

void close(const Call& call, const ConnectionStats& connection) {
  log::info(log::Category::kConnection, "user '{}' closes connection {}", call.caller.name,
            connection.facts->name);
  call.services.close_connection(connection.id, reason_of(call));
}

Reply close_connection(Call& call) {
  const Found found = find(call);
  if (!found.connection) return found.refusal;
  close(call, *found.connection);
  return no_content();
}

std::vector<const ConnectionStats*> of_user(const Call& call) {
  auto connections = visible(call);
  std::erase_if(connections, [&call](const ConnectionStats* connection) {
    return connection->facts->user != call.name("user");
  });
  return connections;
}

Reply list_user_connections(Call& call) {
  std::vector<json::object> rows;
  for (const ConnectionStats* connection : of_user(call)) {
    rows.push_back({{"name", connection->facts->name},
                    {"vhost", connection->facts->vhost},
                    {"user", connection->facts->user},
                    {"node", call.config().node_name}});
  }
  return list(call.request, std::move(rows));
}

Reply close_user_connections(Call& call) {
  for (const ConnectionStats* connection : of_user(call)) close(call, *connection);
  return no_content();
}

}  // namespace

void add_connections(RouteTable& table) {
  table.add("/api/connections", {get(Need::kManagement, list_connections)});
  table.add("/api/vhosts/{vhost}/connections", {get(Need::kManagement, list_vhost_connections)});
  table.add("/api/connections/{name}",
            {get(Need::kManagement, show_connection), del(Need::kManagement, close_connection)});
  table.add("/api/connections/{name}/channels", {get(Need::kManagement, list_channels_of)});
  table.add("/api/connections/username/{user}", {get(Need::kManagement, list_user_connections),
                                                 del(Need::kManagement, close_user_connections)});
}

}  // namespace coney::management
