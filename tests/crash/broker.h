#pragma once
// The broker under test: started again and again on the same disk and port.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace coney::crash {

class Broker {
 public:
  virtual ~Broker() = default;

  virtual std::uint16_t port() const = 0;
  // Until it accepts connections; throws bench::Failure when it does not.
  virtual void start() = 0;
  // Starts it and ends it badly so much later, whatever it does then.
  virtual void start_and_kill(std::chrono::milliseconds later) = 0;
  // It ends badly now. What it had sent may still be read, until gone().
  virtual void kill() = 0;
  // It is told to stop, and does.
  virtual void stop() = 0;
  // A copy of what is on the disk. REQUIRES: it does not run.
  virtual void save(const std::filesystem::path& directory) = 0;
  // After kill() or stop(): nobody reads what it has sent any more.
  virtual void gone() {}
  // How it has ended by itself; nothing when it runs.
  virtual std::optional<std::string> ended() { return std::nullopt; }
};

// Below the ports that the system gives to connections: those of the test itself could take it
// while the broker is down, or connect to themselves.
std::uint16_t free_port();

}  // namespace coney::crash
