#pragma once
// From everything that a user may say about the configuration to one checked Config. Later sources
// win: defaults, the file, CONEY_* variables, command-line overrides. Whatever is wrong is reported
// at once, with its place and what would be accepted; nothing throws. Called once, before threads.

#include <string>
#include <string_view>
#include <vector>

#include "broker/config/conf_file.h"
#include "broker/config/config.h"

namespace coney {

// The file that is read when none is named and it exists.
inline constexpr std::string_view kDefaultConfigFile = "/etc/coney/coney.conf";

struct ConfigSources {
  std::string file;         // a file, or a directory whose *.conf are read in name order
  Environment environment;  // CONEY_<KEY> in upper case with dots as underscores, and $(NAME)
  std::vector<std::string> overrides;  // "key=value"
};

struct ConfigKey;

// A key that somebody has given a value.
struct AppliedSetting {
  const ConfigKey* row = nullptr;
  std::string key;    // with what $name stands for
  std::string value;  // as it was written; empty for a secret
  std::string where;  // "coney.conf:7", "CONEY_HEARTBEAT", "command line"
};

struct LoadedConfig {
  Config config;                         // usable only without errors
  std::vector<AppliedSetting> settings;  // of two of one key the later counts
  std::vector<Diagnostic> warnings;
  std::vector<Diagnostic> errors;

  bool ok() const { return errors.empty(); }
};

// Reads `sources.file`, or CONEY_CONFIG when that is empty, or kDefaultConfigFile when that exists.
LoadedConfig load_config(const ConfigSources& sources);

// The same with the file's text given; `sources.file` is its name in messages.
LoadedConfig load_config_text(std::string_view text, const ConfigSources& sources);

// The files that the configuration names and this process cannot read; the broker would not start.
std::vector<Diagnostic> unreadable_files(const Config& config);

// /var/lib/coney when this process may write there or make it, else coney in the user's data home.
std::string default_data_dir(const Environment& environment);

// The variables of a null-terminated array such as `environ`.
Environment read_environment(const char* const* variables);

}  // namespace coney
