#pragma once
// A broker that is a process of its own, killed with SIGKILL.

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/crash/broker.h"

namespace coney::crash {

class ProcessBroker final : public Broker {
 public:
  // Its output is appended to `log`.
  ProcessBroker(std::filesystem::path program, std::filesystem::path data_directory,
                std::filesystem::path log, std::vector<std::string> settings);
  ~ProcessBroker() override;
  ProcessBroker(const ProcessBroker&) = delete;
  ProcessBroker& operator=(const ProcessBroker&) = delete;

  std::uint16_t port() const override { return port_; }
  void start() override;
  void start_and_kill(std::chrono::milliseconds later) override;
  void kill() override;
  void stop() override;
  void save(const std::filesystem::path& directory) override;
  std::optional<std::string> ended() override;
  // Nobody has ended it, as far as ended() was asked.
  bool is_running() const { return pid_ >= 0; }

 private:
  void begin();
  void await_ready();
  void end(int signal);

  const std::filesystem::path program_, data_directory_, log_;
  const std::vector<std::string> settings_;
  const std::uint16_t port_;
  pid_t pid_ = -1;
};

}  // namespace coney::crash
