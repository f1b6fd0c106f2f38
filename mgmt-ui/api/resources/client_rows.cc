#include "mgmt-ui/api/resources/client_rows.h"

#include "broker/definitions/argument_json.h"
#include "mgmt-ui/api/resources/object_statistics.h"
#include "mgmt-ui/api/stats/message_stats.h"
#include "mgmt-ui/api/stats/statistics.h"

namespace coney::management {

namespace json = boost::json;

namespace {

std::string_view state_text(ConnectionState state) {
  switch (state) {
    case ConnectionState::kRunning:
      return "running";
    case ConnectionState::kBlocking:
      return "blocking";
    case ConnectionState::kBlocked:
      return "blocked";
    case ConnectionState::kFlow:
      return "flow";
    case ConnectionState::kClosing:
      return "closing";
  }
  return "running";
}

// In lists what is not there is null, alone it is empty.
void put_tls(const std::optional<PeerIdentity>& tls, bool alone, json::object& to) {
  const auto put = [&](std::string_view name, const std::string* text) {
    if (text && !text->empty()) {
      to[name] = json_text(*text);
    } else {
      to[name] = alone ? json::value("") : json::value();
    }
  };
  to["ssl"] = tls.has_value();
  put("ssl_protocol", tls ? &tls->protocol : nullptr);
  put("ssl_key_exchange", tls ? &tls->key_exchange : nullptr);
  put("ssl_cipher", tls ? &tls->cipher : nullptr);
  put("ssl_hash", tls ? &tls->hash : nullptr);
  put("peer_cert_subject", tls ? &tls->subject : nullptr);
  put("peer_cert_issuer", tls ? &tls->issuer : nullptr);
  put("peer_cert_validity", tls ? &tls->validity : nullptr);
  put("peer_cert_serial_number", tls ? &tls->serial_number : nullptr);
}

void put_facts(const Call& call, const ConnectionFacts& facts, const Columns& columns, bool alone,
               json::object& to) {
  to["name"] = facts.name;
  to["user"] = facts.user;
  to["user_who_performed_action"] = facts.user;
  to["vhost"] = facts.vhost;
  to["node"] = call.config().node_name;
  to["type"] = "network";
  to["protocol"] = "AMQP 0-9-1";
  to["auth_mechanism"] = facts.auth_mechanism;
  to["host"] = facts.host;
  to["port"] = facts.port;
  to["peer_host"] = facts.peer_host;
  to["peer_port"] = facts.peer_port;
  to["channel_max"] = facts.channel_max;
  to["frame_max"] = facts.frame_max;
  to["timeout"] = facts.timeout;
  to["connected_at"] = facts.connected_at;
  put_tls(facts.tls, alone, to);
  if (!facts.client_properties) return;
  if (const amqp::Value* name = facts.client_properties->find("connection_name");
      name && name->as_string()) {
    to["user_provided_name"] = json_text(*name->as_string());
  }
  if (columns.wants("client_properties")) {
    to["client_properties"] = table_to_json(*facts.client_properties);
  }
}

void put_traffic(const Call& call, const ConnectionStats& connection, json::object& to) {
  const ConnectionCounters& counters = connection.last.counters;
  const std::array<std::uint64_t, 2> counts{counters.recv_oct, counters.send_oct};
  const History* const history = connection.history.get();
  constexpr std::string_view kNames[] = {"recv_oct", "send_oct"};
  for (std::size_t n = 0; n != counts.size(); ++n) {
    put_count(to, kNames[n], counts, std::span(&n, 1), std::span(&history, 1), data_details(call));
  }
  to["recv_cnt"] = counters.recv_cnt;
  to["send_cnt"] = counters.send_cnt;
  to["send_pend"] = connection.last.send_pend;
}

}  // namespace

bool sees(const Call& call, const ConnectionStats& connection) {
  return call.caller.is_monitoring() || call.caller.name == connection.facts->user;
}

json::object connection_details(const ConnectionStats& connection) {
  const ConnectionFacts& facts = *connection.facts;
  return {{"name", facts.name}, {"peer_host", facts.peer_host}, {"peer_port", facts.peer_port}};
}

json::object connection_row(const Call& call, const ConnectionStats& connection,
                            const Columns& columns, bool alone) {
  json::object row;
  put_facts(call, *connection.facts, columns, alone, row);
  if (without_statistics(call)) return row;
  put_no_process(row, columns);
  put_traffic(call, connection, row);
  row["channels"] = connection.last.channels;
  row["state"] = state_text(connection.last.state);
  return row;
}

// ---- channels ----

std::string channel_name(const ConnectionStats& connection, ChannelNumber number) {
  return connection.facts->name + " (" + std::to_string(number) + ")";
}

namespace {

std::string_view state_of(const ChannelStats& channel) {
  if (channel.gauges.closing) return "closing";
  return channel.connection->last.state == ConnectionState::kFlow ? "flow" : "running";
}

}  // namespace

json::object channel_row(const Call& call, const ChannelStats& channel, const Columns& columns) {
  const ConnectionFacts& facts = *channel.connection->facts;
  const ChannelGauges& gauges = channel.gauges;
  json::object row{{"name", channel_name(*channel.connection, channel.id.number)},
                   {"number", channel.id.number},
                   {"node", call.config().node_name},
                   {"user", facts.user},
                   {"user_who_performed_action", facts.user},
                   {"vhost", facts.vhost},
                   {"connection_details", connection_details(*channel.connection)}};
  if (without_statistics(call)) return row;
  row["state"] = state_of(channel);
  row["confirm"] = gauges.confirm;
  row["transactional"] = gauges.transactional;
  row["prefetch_count"] = gauges.prefetch_count;
  if (gauges.global_prefetch_count != 0) {
    row["global_prefetch_count"] = gauges.global_prefetch_count;
  }
  row["consumer_count"] = gauges.consumers;
  row["messages_unacknowledged"] = gauges.messages_unacknowledged;
  row["messages_unconfirmed"] = gauges.messages_unconfirmed;
  row["messages_uncommitted"] = gauges.messages_uncommitted;
  row["acks_uncommitted"] = gauges.acks_uncommitted;
  row["cached_segments"] = 0;
  row["pending_raft_commands"] = 0;
  put_no_process(row, columns);
  if (columns.wants("message_stats")) {
    const History* const history = channel.history.get();
    json::object messages =
        message_stats({channel.counts, std::span(&history, 1)}, message_details(call));
    if (!messages.empty()) row["message_stats"] = std::move(messages);
  }
  if (call.services.statistics().now() - channel.changed_at > StatsTables::kIdleAfter) {
    row["idle_since"] = time_text(channel.changed_at);
  }
  return row;
}

void put_channel_consumers(const Call& call, const ChannelStats& channel, json::object& row) {
  json::array consumers;
  for (const auto& consumer : call.services.statistics().tables().consumers_of(channel.id)) {
    consumers.push_back(consumer_row(call, consumer));
  }
  row["consumer_details"] = std::move(consumers);
  row["deliveries"] = json::array();
  row["publishes"] = json::array();
}

// ---- consumers ----

std::optional<std::int64_t> acknowledgement_timeout(const Call& call, std::string_view vhost_name,
                                                    std::string_view queue_name,
                                                    std::optional<std::int64_t> of_consumer) {
  if (of_consumer) return of_consumer;
  const Vhost* vhost = call.directory.find_vhost(vhost_name);
  const CatalogQueue* queue = vhost ? vhost->find_queue(queue_name) : nullptr;
  if (queue && queue->settings->consumer_timeout) return queue->settings->consumer_timeout;
  const auto configured = call.services.live_settings().consumer_timeout;
  return configured ? std::optional<std::int64_t>(configured->count()) : std::nullopt;
}

namespace {

// Null: no limit.
json::value timeout_of(const Call& call, const ConsumerFacts& facts) {
  const auto timeout = acknowledgement_timeout(call, facts.vhost, facts.queue_name, facts.timeout);
  return timeout ? json::value(*timeout) : json::value();
}

struct Activity {
  bool active;
  std::string_view status;
};

Activity activity_of(const Call& call, const ConsumerStats& consumer) {
  const QueueStats* queue = call.services.statistics().tables().find(consumer.facts->queue);
  if (!queue || !queue->gauges.active_consumer) return {true, "up"};
  if (*queue->gauges.active_consumer == consumer.key) return {true, "single_active"};
  return {false, "waiting"};
}

}  // namespace

json::object consumer_row(const Call& call, const ConsumerStats& consumer) {
  const ConsumerFacts& facts = *consumer.facts;
  const ConnectionFacts& connection = *consumer.connection->facts;
  const Activity activity = activity_of(call, consumer);
  json::object channel{{"connection_name", connection.name},
                       {"name", channel_name(*consumer.connection, consumer.key.channel)},
                       {"node", call.config().node_name},
                       {"number", consumer.key.channel},
                       {"peer_host", connection.peer_host},
                       {"peer_port", connection.peer_port},
                       {"user", connection.user}};
  return {{"arguments", table_to_json(facts.arguments)},
          {"ack_required", facts.ack_required},
          {"active", activity.active},
          {"activity_status", activity.status},
          {"channel_details", std::move(channel)},
          {"consumer_tag", json_text(facts.tag)},
          {"consumer_timeout", timeout_of(call, facts)},
          {"exclusive", facts.exclusive},
          {"prefetch_count", facts.prefetch_count},
          {"queue", json::object{{"name", facts.queue_name}, {"vhost", facts.vhost}}}};
}

}  // namespace coney::management
