#include "tests/integration/broker.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

#include "broker/log/log.h"
#include "broker/server/memory_monitor.h"
#include "broker/transport/file_descriptor.h"

namespace coney::test {
namespace {

// The child's life: the ports go into the pipe as soon as it listens.
[[noreturn]] void serve(Config config, std::optional<std::uint64_t> headroom,
                        const StorageOptions& storage, int pipe) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  block_signals();
  config.log.console = false;
  log::start(config.log);
  if (headroom) config.memory_high_watermark.absolute = resident_memory() + *headroom;
  Server server(std::move(config), system_resources(), storage);
  if (server.start()) ::_exit(1);
  for (const Endpoint& endpoint : server.endpoints()) {
    if (::write(pipe, &endpoint.port, sizeof endpoint.port) < 0) ::_exit(1);
  }
  ::close(pipe);
  server.run();
  log::stop();
  ::_exit(0);
}

}  // namespace

Config broker_config(const std::filesystem::path& data_directory) {
  Config config;
  config.node_name = config.cluster_name = "rabbit@test";
  config.data_dir = data_directory.string();
  config.tcp_listeners = {{"default", "127.0.0.1", 0}};
  config.shards = 2;
  return config;
}

LocalBroker::LocalBroker(const std::filesystem::path& data_directory)
    : LocalBroker(broker_config(data_directory)) {}

LocalBroker::LocalBroker(const Config& config, ResourceProbe probe, const StorageOptions& storage,
                         StatsReceiver* statistics)
    : server_(config, std::move(probe), storage) {
  if (statistics) server_.tell_stats_to(*statistics);
  if (auto failure = server_.start()) throw std::runtime_error(*failure);
}

BrokerProcess::BrokerProcess(Config config, std::optional<std::uint64_t> headroom,
                             const StorageOptions& storage) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("pipe");
  FileDescriptor reading(ends[0]), writing(ends[1]);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ == 0) serve(std::move(config), headroom, storage, writing.release());
  writing.reset();
  std::uint16_t port;
  while (::read(reading.get(), &port, sizeof port) == sizeof port) ports_.push_back(port);
  if (ports_.empty()) throw std::runtime_error("the broker's process did not start");
}

BrokerProcess::~BrokerProcess() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void BrokerProcess::signal(int number) {
  ::kill(pid_, number);
}

int BrokerProcess::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace coney::test
