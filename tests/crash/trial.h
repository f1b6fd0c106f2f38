#pragma once
// One run of the test: a broker that lives through many rounds of load, each ended by a signal at a
// random moment, and now and then drained and held against what its clients know.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/crash/actor.h"
#include "tests/crash/broker.h"
#include "tests/crash/consumer.h"
#include "tests/crash/publisher.h"
#include "tests/crash/transactor.h"

namespace coney::crash {

struct TrialOptions {
  std::filesystem::path program;    // empty: a broker in this process that loses its power
  std::filesystem::path directory;  // data/, broker.log, with keep_each before.N/
  std::vector<std::string> settings;
  std::uint64_t seed = 1;
  unsigned rounds = 10;
  std::chrono::milliseconds most_load{1000};  // per round
  bool keep_each = false;                     // a copy of the data as the last kill has left it
  bool verbose = false;
};

class Trial {
 public:
  explicit Trial(const TrialOptions& options);

  // True when the broker has kept its promises. Prints a line per round, and faults.
  bool run();

 private:
  void round(unsigned number);
  void start();
  void kill_early();
  void declare();
  void drain();
  void load(std::chrono::milliseconds time);
  enum class Ending { kKill, kStop };
  void end(Ending ending);
  void finish();
  void add_publishers();
  void add_consumers();
  void consume(QueueNumber queue, const ConsumerHabit& habit);
  void turn(std::chrono::milliseconds wait);
  void replace_those_that_left();
  void expect_empty();

  const TrialOptions options_;
  Random random_;
  Ledger ledger_;
  Scene scene_;
  const std::unique_ptr<Broker> broker_;
  std::vector<std::unique_ptr<Actor>> actors_;
  std::vector<std::pair<QueueNumber, ConsumerHabit>> leavers_;  // to be replaced when they leave
  std::string story_;                                           // of this round
  std::uint64_t confirmed_ = 0;
  bool declared_ = false;
};

}  // namespace coney::crash
