#pragma once
// The program under test: a process that is started again and again on one data directory and port.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coney::crash {

class Broker {
 public:
  // Its output is appended to `log`.
  Broker(std::filesystem::path program, std::filesystem::path data_directory,
         std::filesystem::path log, std::vector<std::string> settings);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  std::uint16_t port() const { return port_; }
  void start();
  // Until it accepts connections; throws bench::Failure when it does not within 30 s.
  void await_ready();
  // Sends the signal and waits for the end.
  void end(int signal);
  // How it has ended by itself; nothing when it runs.
  std::optional<std::string> ended();

 private:
  const std::filesystem::path program_, data_directory_, log_;
  const std::vector<std::string> settings_;
  const std::uint16_t port_;
  pid_t pid_ = -1;
};

}  // namespace coney::crash
