// The broker's program.

#include <unistd.h>

#include <iostream>

#include "broker/config/command_line.h"
#include "broker/log/log.h"
#include "broker/server/server.h"

namespace {

int run_broker(const coney::LoadedConfig& loaded) {
  using coney::log::Category;
  coney::block_signals();
  if (auto problem = coney::log::start(loaded.config.log))
    std::cerr << "coney: " << *problem << '\n';
  for (const coney::Diagnostic& warning : loaded.warnings) {
    coney::log::warning(Category::kDefault, "{}", to_string(warning));
  }
  coney::Server server(loaded.config);
  const std::optional<std::string> failure = server.start();
  if (!failure) server.run();
  coney::log::stop();
  if (failure) std::cerr << "coney: cannot start: " << *failure << '\n';
  return failure ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const coney::CommandLine command =
      coney::parse_command_line(argc, argv, coney::read_environment(environ));
  if (!command.output.empty()) {
    (command.exit_code == 0 ? std::cout : std::cerr) << command.output << std::flush;
  }
  return command.run ? run_broker(command.loaded) : command.exit_code;
}
