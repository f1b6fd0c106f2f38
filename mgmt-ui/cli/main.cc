// coneyctl, which goes by the names of RabbitMQ's tools, too.

#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "broker/config/config_loader.h"
#include "mgmt-ui/cli/cli.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const std::string program =
      argc > 0 ? std::filesystem::path(argv[0]).filename().string() : "coneyctl";
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const coney::cli::Surroundings surroundings{
      .input = std::cin,
      .output = std::cout,
      .errors = std::cerr,
      .environment = coney::read_environment(environ),
      .interactive = ::isatty(STDERR_FILENO) != 0,
  };
  const auto code = coney::cli::run(program, words, surroundings);
  std::cout.flush();
  return static_cast<int>(code);
}
