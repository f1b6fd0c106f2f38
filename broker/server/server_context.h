#pragma once
// What all shards share, fixed before they start. Everything here is immutable or safe for any
// thread.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "broker/config/config.h"
#include "broker/transport/tls_credentials.h"
#include "broker/transport/trusted_sources.h"

namespace coney {

class Shard;
class Topology;
class ConnectionLimits;
class StatsReceiver;
class LiveSettings;

// One listening endpoint, shared by the shards that accept from it.
struct ListenerContext {
  std::string name;
  bool tls = false;
};

struct ServerContext {
  Config config;
  std::string node_name;
  std::vector<Shard*> shards;  // by ShardId
  Topology* topology = nullptr;
  std::vector<ListenerContext> listeners;
  std::unique_ptr<TlsCredentials> tls;  // null without TLS listeners
  TrustedSources trusted_proxies;
  ConnectionLimits* limits = nullptr;
  LiveSettings* live = nullptr;
  StatsReceiver* stats = nullptr;                  // null: nobody wants to know
  std::chrono::milliseconds shut_down_grace{800};  // for clients to answer connection.close
};

}  // namespace coney
