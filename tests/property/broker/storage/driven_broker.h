#pragma once
// A broker without threads of its own but those of topology, log and segments: two shards that run
// when poll() says so, on a disk in memory. So what the test does happens in the order in which it
// does it. Definitions and delivery marks are in a real directory and outlive every crash.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "broker/config/live_settings.h"
#include "broker/connection/connection_limits.h"
#include "broker/server/server_context.h"
#include "broker/shard/shard.h"
#include "broker/storage/node_storage.h"
#include "broker/topology/topology.h"
#include "broker/transport/file_descriptor.h"
#include "persistence/data_directory.h"

namespace coney {

class DrivenBroker final : private TopologySink {
 public:
  static constexpr std::uint8_t kShards = 2;

  // Throws std::runtime_error when it does not start.
  DrivenBroker(const std::filesystem::path& directory, const StorageOptions& options);
  // As when its process ends well. REQUIRES: the clients' ends of all connections are closed.
  ~DrivenBroker() override;

  // The client's end, which does not block, of a new connection.
  FileDescriptor connect(std::size_t shard);
  // A turn of every shard that has something to do. False: none had.
  bool poll();
  // What happens four times a second.
  void tick();
  const NodeStorage& storage() const { return *storage_; }

 private:
  void send(Shard& shard, Mail mail);
  void publish(std::shared_ptr<const Changes> changes) override;
  void answer(ConnectionId to, TopologyAnswer answer) override;
  void retire(QueueId queue) override;
  void open_storage(const StorageOptions& options);

  ConnectionLimits limits_;
  LiveSettings live_{Config()};
  ServerContext context_;
  std::optional<DataDirectory> directory_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::unique_ptr<Topology> topology_;
  std::unique_ptr<NodeStorage> storage_;
};

}  // namespace coney
