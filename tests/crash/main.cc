// The kill test; see README.md.

#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <random>

#include "tests/crash/move_trial.h"
#include "tests/crash/trial.h"
#include "tests/crash/witness.h"

int main(int argc, char** argv) {
  using namespace coney::crash;
  TrialOptions options;
  std::string program, directory;
  unsigned load = 1000;
  options.seed = std::random_device{}();
  CLI::App app{"Kills a broker under load again and again and checks that it keeps its promises"};
  bool power_loss = false, moves = false;
  auto* coney =
      app.add_option("--coney", program, "The broker's program")->check(CLI::ExistingFile);
  app.add_flag("--power-loss", power_loss,
               "A broker in this process, on a disk that loses what was not synced")
      ->excludes(coney);
  app.add_flag("--moves", moves, "Kills it while messages are moved from queue to queue")
      ->excludes("--power-loss");
  app.add_option("--rounds", options.rounds, "How often it is killed")->capture_default_str();
  app.add_option("--seed", options.seed, "What the rounds look like; random without it");
  app.add_option("--load", load, "Longest load of a round in ms")->capture_default_str();
  app.add_option("--directory", directory, "Where the data goes; must not exist");
  app.add_option("--set", options.settings, "key=value for the broker");
  app.add_flag("--keep-each", options.keep_each, "Keep the data as each start has found it");
  CLI11_PARSE(app, argc, argv);
  if (power_loss == !program.empty()) return fmt::print("either --coney or --power-loss\n"), 1;

  if (directory.empty()) {
    directory = (std::filesystem::temp_directory_path() / "coney-crash-XXXXXX").string();
    if (::mkdtemp(directory.data()) == nullptr) return perror("mkdtemp"), 1;
  } else if (!std::filesystem::create_directory(directory)) {
    return fmt::print("{} exists\n", directory), 1;
  }
  ::signal(SIGPIPE, SIG_IGN);
  if (!power_loss) options.program = std::filesystem::absolute(program);
  options.directory = directory;
  options.most_load = std::chrono::milliseconds(std::max(load, 21u));
  fmt::print("seed {}, {} rounds\n", options.seed, options.rounds);
  std::fflush(stdout);
  return witnessed([&] {
    const bool kept = moves ? MoveTrial({.program = options.program,
                                         .directory = options.directory,
                                         .settings = options.settings,
                                         .seed = options.seed,
                                         .rounds = options.rounds})
                                  .run()
                            : Trial(options).run();
    if (!kept) {
      fmt::print("seed {}; the broker's data and log are kept in {}\n", options.seed, directory);
      return 1;
    }
    std::filesystem::remove_all(directory);
    return 0;
  });
}
