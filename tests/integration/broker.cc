#include "tests/integration/broker.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

#include "broker/transport/file_descriptor.h"

namespace coney::test {
namespace {

// The child's life: the port goes into the pipe as soon as it listens.
[[noreturn]] void serve(const std::filesystem::path& data_directory, int pipe) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  block_signals();
  Server server(broker_config(data_directory));
  if (server.start()) ::_exit(1);
  const std::uint16_t port = server.endpoints().front().port;
  if (::write(pipe, &port, sizeof port) != sizeof port) ::_exit(1);
  server.run();
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

LocalBroker::LocalBroker(const Config& config, ResourceProbe probe)
    : server_(config, std::move(probe)) {
  if (auto failure = server_.start()) throw std::runtime_error(*failure);
}

BrokerProcess::BrokerProcess(const std::filesystem::path& data_directory) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("pipe");
  FileDescriptor reading(ends[0]), writing(ends[1]);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ == 0) serve(data_directory, writing.get());
  writing.reset();
  if (::read(reading.get(), &port_, sizeof port_) != sizeof port_) {
    throw std::runtime_error("the broker's process did not start");
  }
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
