#include "broker/config/config_loader.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "broker/config/config_key.h"

namespace coney {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "CONEY_";
// Variables of ours that are no settings: the file itself, and what tests and tools are told.
constexpr std::string_view kNoSettings[] = {"CONFIG", "BINARY", "URI"};

template <typename T, typename Less>
std::vector<T> values_of(std::map<std::string, T, Less>&& values) {
  std::vector<T> list;
  for (auto& [name, value] : values) list.push_back(std::move(value));
  return list;
}

std::vector<Listener> named_listeners(Numbered<Listener>&& listeners) {
  for (auto& [name, listener] : listeners) listener.name = name;
  return values_of(std::move(listeners));
}

std::string short_host_name() {
  char name[256] = "localhost";
  if (gethostname(name, sizeof name - 1) != 0) return "localhost";
  const std::string_view host(name);
  return std::string(host.substr(0, host.find('.')));
}

class ConfigLoader {
 public:
  explicit ConfigLoader(const Environment& environment) : environment_(environment) {}

  void add_text(std::string_view text, std::string_view name) {
    ConfFile file = parse_conf(text, name, environment_);
    append(result_.warnings, std::move(file.warnings));
    append(result_.errors, std::move(file.errors));
    for (const Setting& setting : file.settings) add_setting(setting);
  }

  void add_file(const std::string& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) return read_file(path);
    std::vector<std::string> files;
    for (fs::directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->path().extension() == ".conf") files.push_back(entry->path().string());
    }
    if (error) return fail(path, error.message());
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) read_file(file);
  }

  void add_environment() {
    for (const auto& [variable, value] : environment_) {
      if (!std::string_view(variable).starts_with(kPrefix)) continue;
      const std::string_view name = std::string_view(variable).substr(kPrefix.size());
      if (std::count(std::begin(kNoSettings), std::end(kNoSettings), name)) continue;
      add_variable(variable, name, value);
    }
  }

  void add_override(const std::string& text) {
    const size_t equals = text.find('=');
    if (equals == text.npos || equals == 0 || equals + 1 == text.size()) {
      return fail("command line", fmt::format("'{}': expected key=value", text));
    }
    add_setting({"command line", text.substr(0, equals), text.substr(equals + 1)});
  }

  LoadedConfig finish() {
    Config& config = draft_.config;
    finish_listeners();
    finish_access();
    if (!draft_.tls_versions.empty()) {
      config.tls.versions = values_of(std::move(draft_.tls_versions));
    }
    config.tls.ciphers = values_of(std::move(draft_.tls_ciphers));
    finish_limits();
    finish_node();
    finish_management();
    result_.config = std::move(config);
    return std::move(result_);
  }

 private:
  static void append(std::vector<Diagnostic>& to, std::vector<Diagnostic>&& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }
  void fail(std::string where, std::string message) {
    result_.errors.push_back({std::move(where), std::move(message)});
  }
  void warn(std::string where, std::string message) {
    result_.warnings.push_back({std::move(where), std::move(message)});
  }

  void read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (file) text << file.rdbuf();
    std::error_code error;
    if (!file || (file.bad() || fs::is_directory(path, error))) {
      return fail(path, "the file cannot be read");
    }
    add_text(text.str(), path);
  }

  void add_setting(const Setting& setting) {
    const std::optional<KeyMatch> match = find_key(setting.key);
    if (match) return apply(*match, setting.where, setting.value);
    const std::string_view similar = similar_key(setting.key);
    fail(setting.where,
         fmt::format("unknown key '{}'{}", setting.key,
                     similar.empty() ? "" : fmt::format("; did you mean '{}'?", similar)));
  }

  void add_variable(const std::string& variable, std::string_view name, const std::string& value) {
    const std::vector<KeyMatch> matches = find_environment_key(name);
    if (matches.empty()) return warn(variable, "no key has this name, the variable is ignored");
    if (matches.size() > 1) {
      return fail(variable, fmt::format("this may be '{}' or '{}'; set it in the file instead",
                                        matches[0].key, matches[1].key));
    }
    apply(matches[0], variable, value);
  }

  void apply(const KeyMatch& match, const std::string& where, const std::string& value) {
    if (!match.row) {
      return warn(where, fmt::format("{}: known from RabbitMQ, has no effect in Coney", match.key));
    }
    const ConfigKey& row = *match.row;
    if (row.secret && value.starts_with("encrypted:")) {
      return fail(where, fmt::format("{}: encrypted values are not supported", match.key));
    }
    if (const std::optional<Value> parsed = parse_value(row.value, value)) {
      result_.settings.push_back({&row, match.key, row.secret ? "" : value, where});
      return row.set(draft_, match.name, *parsed);
    }
    fail(where, fmt::format("{}: {}expected {}", match.key,
                            row.secret ? "" : fmt::format("'{}' is not valid, ", value),
                            accepted_values(row.value)));
  }

  void finish_listeners() {
    Config& config = draft_.config;
    if (!draft_.tcp_listeners.empty()) {
      config.tcp_listeners = named_listeners(std::move(draft_.tcp_listeners));
    }
    config.tls_listeners = named_listeners(std::move(draft_.tls_listeners));
    if (draft_.no_tcp_listeners) config.tcp_listeners.clear();
    if (draft_.no_tls_listeners) config.tls_listeners.clear();
    if (config.tls_listeners.empty()) return;
    if (config.tls.certificate_file.empty()) fail("", "listeners.ssl needs ssl_options.certfile");
    if (config.tls.verify == TlsConfig::Verify::kPeer && config.tls.ca_certificate_file.empty()) {
      fail("", "ssl_options.verify = verify_peer needs ssl_options.cacertfile");
    }
  }

  void finish_access() {
    Config& config = draft_.config;
    if (!draft_.auth_mechanisms.empty()) {
      config.auth_mechanisms = values_of(std::move(draft_.auth_mechanisms));
    }
    for (const auto& [user, loopback_only] : draft_.loopback_users) {
      std::erase(config.loopback_users, user);
      if (loopback_only) config.loopback_users.push_back(user);
    }
    if (draft_.no_loopback_users) config.loopback_users.clear();
    if (draft_.user_tags.empty()) return;
    config.defaults.tags.clear();
    for (const auto& [tag, set] : draft_.user_tags) {
      if (set) config.defaults.tags.push_back(tag);
    }
  }

  void finish_limits() {
    set_limit(draft_.config.memory_high_watermark, draft_.memory_high_watermark,
              "vm_memory_high_watermark");
    set_limit(draft_.config.disk_free_limit, draft_.disk_free_limit, "disk_free_limit");
  }

  void set_limit(ResourceLimit& limit, ResourceLimit& given, std::string_view key) {
    if (given.absolute && given.relative) {
      warn("", fmt::format("{0}.absolute wins over {0}.relative", key));
      given.relative.reset();
    }
    if (given != ResourceLimit()) limit = given;
  }

  void finish_node() {
    Config& config = draft_.config;
    if (config.node_name.empty()) config.node_name = "rabbit@" + short_host_name();
    if (config.cluster_name.empty()) config.cluster_name = config.node_name;
    if (config.data_dir.empty()) config.data_dir = default_data_dir(environment_);
    if (config.log.file.empty()) return;
    const fs::path log_dir =
        draft_.log_dir.empty() ? fs::path(config.data_dir) / "log" : fs::path(draft_.log_dir);
    config.log.file = (log_dir / config.log.file).string();
  }

  void finish_management() {
    ManagementConfig& management = draft_.config.management;
    management.cors_origins = values_of(std::move(draft_.cors_origins));
    if (!draft_.management_tls_versions.empty()) {
      management.tls.versions = values_of(std::move(draft_.management_tls_versions));
    }
    management.tls.ciphers = values_of(std::move(draft_.management_tls_ciphers));
    const bool said = draft_.management_port || draft_.management_ip;
    management.tcp->host = draft_.management_ip.value_or("");
    management.tcp->port = draft_.management_port.value_or(management.tcp->port);
    if (!management.tls.certificate_file.empty()) {
      constexpr uint16_t kTlsPort = 15671;
      management.tls_listener = Listener{"https", draft_.management_tls_ip,
                                         draft_.management_tls_port.value_or(kTlsPort)};
      if (!said) management.tcp.reset();
    }
    if (draft_.no_management) management.tcp.reset();
  }

  const Environment& environment_;
  ConfigDraft draft_;
  LoadedConfig result_;
};

std::string config_file(const ConfigSources& sources) {
  if (!sources.file.empty()) return sources.file;
  const auto named = sources.environment.find("CONEY_CONFIG");
  if (named != sources.environment.end() && !named->second.empty()) return named->second;
  std::error_code error;
  return fs::exists(kDefaultConfigFile, error) ? std::string(kDefaultConfigFile) : "";
}

LoadedConfig finish_loading(ConfigLoader& loader, const ConfigSources& sources) {
  loader.add_environment();
  for (const std::string& text : sources.overrides) loader.add_override(text);
  return loader.finish();
}

}  // namespace

LoadedConfig load_config(const ConfigSources& sources) {
  ConfigLoader loader(sources.environment);
  if (const std::string file = config_file(sources); !file.empty()) loader.add_file(file);
  return finish_loading(loader, sources);
}

LoadedConfig load_config_text(std::string_view text, const ConfigSources& sources) {
  ConfigLoader loader(sources.environment);
  loader.add_text(text, sources.file);
  return finish_loading(loader, sources);
}

std::vector<Diagnostic> unreadable_files(const Config& config) {
  std::vector<Diagnostic> unreadable;
  const auto check = [&](std::string_view key, const std::string& path) {
    if (path.empty() || access(path.c_str(), R_OK) == 0) return;
    unreadable.push_back({"", fmt::format("{}: {}: {}", key, path, std::strerror(errno))});
  };
  check("load_definitions", config.load_definitions);
  if (config.management.tls_listener) {
    const TlsConfig& tls = config.management.tls;
    check("management.ssl.cacertfile", tls.ca_certificate_file);
    check("management.ssl.certfile", tls.certificate_file);
    check("management.ssl.keyfile", tls.key_file);
  }
  if (config.tls_listeners.empty()) return unreadable;
  check("ssl_options.cacertfile", config.tls.ca_certificate_file);
  check("ssl_options.certfile", config.tls.certificate_file);
  check("ssl_options.keyfile", config.tls.key_file);
  return unreadable;
}

std::string default_data_dir(const Environment& environment) {
  constexpr const char* kSystemDir = "/var/lib/coney";
  if (geteuid() == 0 || access(kSystemDir, W_OK) == 0) return kSystemDir;
  const auto data_home = environment.find("XDG_DATA_HOME");
  if (data_home != environment.end() && !data_home->second.empty()) {
    return data_home->second + "/coney";
  }
  const auto home = environment.find("HOME");
  if (home != environment.end() && !home->second.empty()) {
    return home->second + "/.local/share/coney";
  }
  return "coney-data";
}

Environment read_environment(const char* const* variables) {
  Environment environment;
  for (; variables && *variables; ++variables) {
    const std::string_view variable = *variables;
    const size_t equals = variable.find('=');
    if (equals == variable.npos) continue;
    environment.emplace(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return environment;
}

}  // namespace coney
