#include "broker/channel/channel.h"
#include "broker/connection/connection.h"
#include "broker/stats/shard_stats.h"

// What a connection tells of itself.

namespace coney {

// Without anybody to tell it stays listed, and costs nothing more.
void Connection::list_change() {
  listed_ = true;
  if (ShardStats* stats = shard_.stats()) stats->connection_changed(id_);
}

void Connection::tell_opened() {
  ShardStats* stats = shard_.stats();
  if (!stats) return;
  auto facts = std::make_shared<ConnectionFacts>();
  facts->name = identity_.name;
  facts->user = identity_.user;
  facts->vhost = identity_.vhost;
  facts->auth_mechanism = identity_.auth_mechanism;
  facts->host = identity_.server.host();
  facts->peer_host = identity_.client.host();
  facts->port = identity_.server.port();
  facts->peer_port = identity_.client.port();
  facts->channel_max = identity_.channel_max;
  facts->timeout = identity_.heartbeat;
  facts->frame_max = identity_.frame_max;
  facts->connected_at = shard_.wall_time();
  facts->client_properties = identity_.client_properties;
  if (const PeerIdentity* tls = transport_->peer_identity()) facts->tls = *tls;
  stats->tell(ConnectionOpened{id_, std::move(facts)});
  told_opened_ = true;
}

void Connection::tell_closed() {
  if (told_opened_) shard_.stats()->tell(ConnectionClosed{id_, counters_});
}

ConnectionState Connection::reported_state() const {
  if (state_ != State::kRunning) return ConnectionState::kClosing;
  if (blocked_) return ConnectionState::kBlocked;
  if (!alarm_.empty()) return ConnectionState::kBlocking;
  const bool waits = publish_credit_used_ >= kPublishCredit || waits_for_storage_;
  return waits ? ConnectionState::kFlow : ConnectionState::kRunning;
}

void Connection::report(std::vector<StatsEvent>& events) {
  listed_ = false;
  if (!told_opened_) return;
  events.push_back(ConnectionUpdate{id_, counters_, reported_state(),
                                    static_cast<std::uint32_t>(channels_.size()), output_.size()});
  for (auto& [number, channel] : channels_) channel->report(events);
}

}  // namespace coney
