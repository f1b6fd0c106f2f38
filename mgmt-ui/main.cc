// The broker's program: where its parts are put together.

#include <sys/stat.h>
#include <unistd.h>

#include <iostream>

#include "broker/config/command_line.h"
#include "broker/definitions/offline_export.h"
#include "broker/log/log.h"
#include "broker/server/server.h"
#include "mgmt-ui/api/local/local_address.h"
#include "mgmt-ui/api/local/local_door.h"
#include "mgmt-ui/api/local/stopped_node.h"
#include "mgmt-ui/api/management.h"
#include "persistence/file/file.h"
#include "persistence/recovery/check.h"

namespace {

int export_definitions(const std::string& directory, const coney::Config& config) {
  auto json = coney::export_data_directory(directory, {config.server_version, config.cluster_name});
  if (!json) {
    std::cerr << "coney: " << json.error().message << '\n';
    return 1;
  }
  std::cout << *json << std::flush;
  return std::cout ? 0 : 1;
}

int check_data(const std::string& directory) {
  auto report = coney::check_data_directory(coney::real_file_system(), directory);
  if (!report) {
    std::cerr << "coney: " << report.error().message << '\n';
    return 1;
  }
  std::cout << report->text << std::flush;
  return report->sound && std::cout ? 0 : 1;
}

// A node that could not start again waits for another try.
struct Served {
  coney::Server::End end = coney::Server::End::kPaused;
  std::optional<std::string> failure{};
};

Served serve(const coney::LoadedConfig& loaded, coney::management::LocalDoor& door) {
  coney::Server server(loaded.config);
  server.extend(coney::management::make_management(loaded, &door));
  if (auto failure = server.start()) return {.failure = std::move(failure)};
  return {.end = server.run()};
}

// False: the process is to end.
bool wait_for_start(const coney::Config& config, coney::management::LocalDoor& door,
                    std::string failure) {
  using coney::management::StoppedNode;
  return StoppedNode(config, door, std::move(failure)).wait() == StoppedNode::Next::kStart;
}

int run_broker(const coney::LoadedConfig& loaded) {
  using coney::log::Category;
  ::umask(027);  // password hashes and messages are not for everyone
  coney::block_signals();
  if (auto problem = coney::log::start(loaded.config.log))
    std::cerr << "coney: " << *problem << '\n';
  for (const coney::Diagnostic& warning : loaded.warnings) {
    coney::log::warning(Category::kDefault, "{}", to_string(warning));
  }
  coney::management::LocalDoor door(loaded.config.data_dir + "/" +
                                    coney::management::kLocalSocketName);
  Served served = serve(loaded, door);
  const bool started = !served.failure;
  while (started && served.end == coney::Server::End::kPaused) {
    if (!wait_for_start(loaded.config, door, served.failure.value_or(""))) break;
    served = serve(loaded, door);
  }
  coney::log::stop();
  if (!started) std::cerr << "coney: cannot start: " << *served.failure << '\n';
  return started ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const coney::CommandLine command =
      coney::parse_command_line(argc, argv, coney::read_environment(environ));
  if (!command.output.empty()) {
    (command.exit_code == 0 ? std::cout : std::cerr) << command.output << std::flush;
  }
  if (command.run) return run_broker(command.loaded);
  if (command.exported) return export_definitions(*command.exported, command.loaded.config);
  if (command.checked) return check_data(*command.checked);
  return command.exit_code;
}
