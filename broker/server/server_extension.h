#pragma once
// A part of the node that lives outside of broker/, such as the management. The server starts and
// stops it with its own steps and tells it of every change of the topology.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "broker/topology/change.h"

namespace coney {

class Server;
class StatsReceiver;

class ServerExtension {
 public:
  virtual ~ServerExtension() = default;

  // Of its step of the start-up; lives as long as the extension.
  virtual std::string_view name() const = 0;

  // All that changes in the topology, in order, from what is loaded at the start on. Called by the
  // main thread before start(), by the topology thread afterwards; must not wait. Who submitted the
  // command is answered after this.
  virtual void apply(std::shared_ptr<const Changes> changes) = 0;

  // Who wants what the shards count; null: not this extension. Lives until the server has stopped.
  virtual StatsReceiver* stats_receiver() { return nullptr; }

  // Main thread; everything else runs. Error: a sentence; stop() is called then, too.
  virtual std::optional<std::string> start(Server& server) = 0;
  // Main thread; everything else still runs. Nothing of the server is used afterwards.
  virtual void stop() = 0;
};

}  // namespace coney
