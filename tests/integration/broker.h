#pragma once
// Brokers for the tests: one in this process, one in a process of its own that may be killed.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "broker/server/server.h"

namespace coney::test {

// Two shards on an ephemeral port of 127.0.0.1. Connections alternate between the shards as long as
// none ends; a queue lives on the shard of the connection that declared it.
Config broker_config(const std::filesystem::path& data_directory);

class LocalBroker {
 public:
  explicit LocalBroker(const std::filesystem::path& data_directory);
  explicit LocalBroker(const Config& config, ResourceProbe probe = system_resources(),
                       const StorageOptions& storage = {}, StatsReceiver* statistics = nullptr);
  Server& server() { return server_; }
  // Of a listener, in the order of the configuration: TCP, TLS.
  std::uint16_t port(std::size_t listener = 0) const { return server_.endpoints()[listener].port; }

 private:
  Server server_;
};

// A child process that serves until it is signalled: only here signals, changed certificates and
// the memory alarm have an effect. Killed at the end of the test at the latest.
class BrokerProcess {
 public:
  explicit BrokerProcess(const std::filesystem::path& data_directory)
      : BrokerProcess(broker_config(data_directory)) {}
  // It logs as the configuration says, but not to the console. REQUIRES: no other thread runs.
  // `headroom`: the memory limit is so many bytes above what the process uses when it starts.
  explicit BrokerProcess(Config config, std::optional<std::uint64_t> headroom = std::nullopt,
                         const StorageOptions& storage = {});
  ~BrokerProcess();
  BrokerProcess(const BrokerProcess&) = delete;
  BrokerProcess& operator=(const BrokerProcess&) = delete;

  std::uint16_t port(std::size_t listener = 0) const { return ports_.at(listener); }
  void signal(int number);
  // Its end; the exit code, or the number of the signal that killed it, negative.
  int wait();

 private:
  pid_t pid_ = -1;
  std::vector<std::uint16_t> ports_;
};

}  // namespace coney::test
