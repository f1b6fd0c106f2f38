#pragma once
// A broker in this process, whose messages are on a PowerDisk: its end is a power loss. What the
// system writes back by itself is real: the definitions stay, the mapped delivery marks are partly
// those of the last start.

#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "broker/server/server.h"
#include "tests/crash/broker.h"
#include "tests/crash/power_disk.h"

namespace coney::crash {

class PowerBroker final : public Broker {
 public:
  // `settings`: "key=value".
  PowerBroker(std::filesystem::path data_directory, const std::vector<std::string>& settings,
              std::uint64_t seed);

  std::uint16_t port() const override { return port_; }
  void start() override;
  void start_and_kill(std::chrono::milliseconds later) override;
  void kill() override;
  // The power goes all the same: a broker that has stopped has everything on the disk.
  void stop() override;
  void save(const std::filesystem::path& directory) override;
  void gone() override;

 private:
  void make_server();
  std::uint64_t loss();
  void power_off();
  void power_on();
  void remember_marks();
  void mix_marks();

  const std::filesystem::path data_directory_;
  const std::uint16_t port_;
  Config config_;
  std::mt19937_64 random_;
  PowerDisk disk_;
  std::optional<Server> server_;
  std::string marks_;  // deliveries.map at the last start
};

}  // namespace coney::crash
