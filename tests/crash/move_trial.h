#pragma once
// Moves the messages of a queue to another over the HTTP API and kills the broker meanwhile, again
// and again. Every message has to be in one of the two afterwards; in both may be, for each kill,
// what one batch of a move holds, and both queues are in order but where such a batch comes again.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/process_broker.h"

namespace coney::crash {

struct MoveTrialOptions {
  std::filesystem::path program, directory;  // data/, broker.log
  std::vector<std::string> settings;
  std::uint64_t seed = 1;
  unsigned rounds = 10;             // kills, at least
  std::uint32_t messages = 30'000;  // that are moved at a time
};

class MoveTrial {
 public:
  explicit MoveTrial(const MoveTrialOptions& options);

  // True when nothing was lost. Prints a line for each time that all have been moved, and faults.
  bool run();

 private:
  using Numbers = std::vector<std::uint32_t>;

  void start();
  void fill();
  // False: the broker was killed meanwhile.
  bool move_all();
  bool check();
  Numbers drain(const std::string& queue);
  unsigned breaks(const std::string& queue, const Numbers& numbers);

  const MoveTrialOptions options_;
  std::mt19937_64 random_;
  const std::uint16_t http_port_;
  ProcessBroker broker_;
  unsigned kills_ = 0;        // all of them
  unsigned these_kills_ = 0;  // since fill()
};

}  // namespace coney::crash
