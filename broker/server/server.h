#pragma once
// A running node: start-up as a list of named steps, undone in reverse order. Used by the main
// thread; the other threads that it starts see its ServerContext only.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/config/live_settings.h"
#include "broker/connection/connection_limits.h"
#include "broker/server/alarms.h"
#include "broker/server/resource_status.h"
#include "broker/server/server_context.h"
#include "broker/server/server_extension.h"
#include "broker/storage/storage_options.h"
#include "broker/transport/endpoint.h"
#include "broker/transport/tls_credentials.h"
#include "persistence/data_directory.h"

namespace coney {

// Blocks the signals that Server::run() waits for in this thread and all that it starts, and
// ignores SIGPIPE. Call it before the first thread, the log's too.
void block_signals();

// The next of these signals, taken; 0: none within the time. Main thread. REQUIRES:
// block_signals().
int wait_for_signal(std::chrono::milliseconds time);

// What the alarms look at.
struct ResourceProbe {
  // Bytes of memory in use.
  std::function<std::uint64_t()> used_memory;
  // Free bytes of the file system of a directory; none: unknown, the disk alarm stays as it is.
  std::function<std::optional<std::uint64_t>(const std::filesystem::path&)> free_disk_space;
};
ResourceProbe system_resources();

// What `ssl_options.*` and its like ask for.
TlsOptions tls_options(const TlsConfig& config);

class NodeStorage;
class Shard;
class Topology;

class Server {
 public:
  // `config` is complete and checked (config_loader.h); the log is started.
  explicit Server(Config config, ResourceProbe probe = system_resources(),
                  const StorageOptions& storage = {});
  ~Server();  // stops what runs

  // Starts it last and stops it first. REQUIRES: before start().
  void extend(std::unique_ptr<ServerExtension> extension);
  // Has the shards tell what they count. REQUIRES: not started; `receiver` lives until stop().
  void tell_stats_to(StatsReceiver& receiver) { context_.stats = &receiver; }

  // Error: a sentence that says which step failed and why; everything is undone then.
  std::optional<std::string> start();
  // Tells the service manager, then waits: SIGTERM and SIGINT end it, SIGHUP opens the log anew.
  // Certificates are read again when their files change; the alarms go on and off. Everything has
  // stopped when it returns: for good, or because of pause().
  // REQUIRES: start() went well, and block_signals() was called.
  enum class End : std::uint8_t { kStopped, kPaused };
  End run();
  // Any thread. Ends run() within a quarter of a second; the process is to go on without a server.
  void pause() { paused_.store(true, std::memory_order_relaxed); }
  // Closes every connection and writes what is to be kept. Takes less than a second.
  void stop();

  // Compares memory and disk with their limits, and blocks publishers or lets them go on. What
  // start() does at its end and run() four times a second. Any thread. REQUIRES: started and not
  // stopped.
  void check_alarms();

  // ---- what an operator changes on a running node; any thread, in effect on return ----
  // REQUIRES: started and not stopped.
  const LiveSettings& live_settings() const { return live_; }
  void change_settings(const LiveValues& values);
  // Raises an alarm whatever is measured, until it is taken back.
  void hold_alarm(AlarmedResource resource, bool on);

  // Null before start() and after stop().
  const NodeStorage* storage() const { return storage_.get(); }
  // The listeners' addresses with their real ports, in the order of the configuration: TCP, TLS.
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }
  // Where commands of those go who manage the broker; submit() from any thread.
  // REQUIRES: started and not stopped.
  Topology& topology() { return *topology_; }
  const ServerContext& context() const { return context_; }
  const Alarms& alarms() const { return alarms_; }
  // Any thread. With 320 CONNECTION_FORCED; nothing when it is gone already.
  // REQUIRES: started and not stopped.
  void close_connection(ConnectionId id, std::string reason);
  // Any thread.
  ResourceStatus resources() const { return resource_status_.read(); }

 private:
  class Mailer;  // the topology's way to the shards
  using Failure = std::optional<std::string>;
  struct Step {
    std::string_view name;
    std::function<Failure()> start;
    std::function<void()> stop;
  };

  std::vector<Step> steps();
  std::vector<Step> own_steps();
  Failure open_data_directory();
  Failure make_shards();
  Failure load_topology();
  Failure import_definitions();
  Failure open_storage();
  Failure complete_topology();
  Failure load_credentials();
  Failure open_listeners();
  Failure open_listener(const Listener& listener, bool tls);
  void start_shards();
  void stop_shards();
  void reload_credentials();
  void look_at_resources();
  bool check_memory();
  bool check_disk();
  bool check_disk_space(std::optional<std::uint64_t> free, const std::string& directory);
  void serve();

  ServerContext context_;
  ConnectionLimits limits_;
  LiveSettings live_;
  std::optional<DataDirectory> data_directory_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::unique_ptr<ServerExtension>> extensions_;
  std::unique_ptr<Mailer> mailer_;
  std::unique_ptr<Topology> topology_;
  const StorageOptions storage_options_;
  std::unique_ptr<NodeStorage> storage_;
  std::vector<Endpoint> endpoints_;
  std::vector<Step> started_;  // to be undone
  ResourceProbe probe_;
  std::mutex alarms_mutex_;  // an operator's commands and run() look at the alarms
  Alarms alarms_;
  SharedResourceStatus resource_status_;
  bool disk_unknown_ = false;  // and said so
  std::atomic<bool> paused_{false};
};

}  // namespace coney
