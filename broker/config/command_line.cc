#include "broker/config/command_line.h"

#include <CLI/CLI.hpp>
#include <vector>

#include "broker/config/config_document.h"

namespace coney {
namespace {

constexpr int kWrongConfig = 1;
constexpr int kWrongCommandLine = 2;

struct Flags {
  ConfigSources sources;
  std::string data_dir;
  std::vector<std::string> settings;
  std::optional<std::string> export_definitions;
  std::optional<std::string> fsck;
  bool check_config = false;
  bool config_reference = false;
};

void describe(CLI::App& app, Flags& flags) {
  app.set_version_flag("--version", std::string("coney ") + CONEY_VERSION,
                       "Print the version and exit");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.add_option("--config", flags.sources.file,
                 "Configuration in rabbitmq.conf's format: a file, or a directory of *.conf files")
      ->type_name("PATH");
  app.add_option("--data-dir", flags.data_dir, "Directory of everything that the broker stores")
      ->type_name("DIR");
  app.add_option("--set", flags.settings, "Set one key of the configuration; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_flag("--check-config", flags.check_config,
               "Check the configuration, print what is wrong with it and exit");
  app.add_option("--export-definitions", flags.export_definitions,
                 "Print the definitions of a data directory in RabbitMQ's JSON format and exit")
      ->type_name("DIR")
      ->excludes("--check-config");
  app.add_option(
         "--fsck", flags.fsck,
         "Read all of a data directory that no broker uses, print what it holds and what is "
         "damaged, and exit; nothing is changed")
      ->type_name("DIR")
      ->excludes("--check-config")
      ->excludes("--export-definitions");
  app.add_flag("--config-reference", flags.config_reference,
               "Print all keys of the configuration as a Markdown document and exit");
}

CommandLine print(std::string output, int exit_code) {
  CommandLine result;
  result.output = std::move(output);
  result.exit_code = exit_code;
  return result;
}

std::string lines(const std::vector<Diagnostic>& diagnostics, std::string_view severity) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    text.append(severity).append(": ").append(to_string(diagnostic)).append("\n");
  }
  return text;
}

CommandLine load(Flags& flags, const Environment& environment) {
  flags.sources.environment = environment;
  flags.sources.overrides = std::move(flags.settings);
  if (!flags.data_dir.empty()) flags.sources.overrides.push_back("data_dir=" + flags.data_dir);

  CommandLine result;
  result.loaded = load_config(flags.sources);
  if (flags.check_config) {
    for (Diagnostic& file : unreadable_files(result.loaded.config)) {
      result.loaded.errors.push_back(std::move(file));
    }
  }
  const bool ok = result.loaded.ok();
  result.run = ok && !flags.check_config && !flags.export_definitions;
  result.exit_code = ok ? 0 : kWrongConfig;
  if (ok) result.exported = flags.export_definitions;
  if (result.run || result.exported) return result;
  result.output = lines(result.loaded.errors, "error") + lines(result.loaded.warnings, "warning");
  result.output += ok ? "the configuration is valid\n" : "the configuration is not valid\n";
  return result;
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv, const Environment& environment) {
  CLI::App app("Coney, an AMQP 0-9-1 broker that replaces RabbitMQ", "coney");
  Flags flags;
  describe(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForVersion& version) {
    return print(std::string(version.what()) + "\n", 0);
  } catch (const CLI::CallForHelp&) {
    return print(app.help() + "\n" + configuration_help(), 0);
  } catch (const CLI::ParseError& error) {
    return print(std::string(error.what()) + "\nsee coney --help\n", kWrongCommandLine);
  }
  if (flags.config_reference) return print(configuration_markdown(), 0);
  if (flags.fsck) {
    CommandLine result;
    result.checked = std::move(flags.fsck);
    return result;
  }
  return load(flags, environment);
}

}  // namespace coney
