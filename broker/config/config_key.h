#pragma once
// The configuration table: one row per key that Coney understands. The loader, `coney --help`,
// docs/configuration.md and whatever explains a setting later read these rows, so a new setting is
// a field in config.h and a row in keys/. Constant data; any thread.

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/config/config.h"
#include "broker/config/config_value.h"

namespace coney {

enum class Section : uint8_t {
  kListeners,
  kTls,
  kConnections,
  kAccess,
  kDefinitions,
  kLimits,
  kQueues,
  kManagement,
  kLogging,
  kNode,
};
inline constexpr std::array<std::string_view, 10> kSectionNames = {
    "Listeners",         "TLS",    "Connections", "Access control", "Definitions at start",
    "Limits and alarms", "Queues", "Management",  "Logging",        "Node"};

// Orders "1", "2", "10" by number and other names by text, numbers first.
struct ByPosition {
  bool operator()(const std::string& left, const std::string& right) const;
};
template <typename T>
using Numbered = std::map<std::string, T, ByPosition>;

// The configuration while it is being put together: what several keys say about one field waits
// here until finish_config() (config_loader.cc) has seen all of them.
struct ConfigDraft {
  Config config;
  bool no_tcp_listeners = false;
  bool no_tls_listeners = false;
  Numbered<Listener> tcp_listeners;
  Numbered<Listener> tls_listeners;
  Numbered<std::string> tls_versions;
  Numbered<std::string> tls_ciphers;
  Numbered<std::string> auth_mechanisms;
  bool no_loopback_users = false;
  std::map<std::string, bool> loopback_users;
  std::map<std::string, bool> user_tags;
  ResourceLimit memory_high_watermark;
  ResourceLimit disk_free_limit;
  std::string log_dir;
  std::optional<std::string> management_ip;
  std::optional<std::uint16_t> management_port;
  bool no_management = false;
  std::string management_tls_ip;
  std::optional<std::uint16_t> management_tls_port;
  Numbered<std::string> management_tls_versions;
  Numbered<std::string> management_tls_ciphers;
  Numbered<std::string> cors_origins;
};

struct ConfigKey {
  std::string_view key;  // a segment `$name` stands for any one segment
  Section section = Section::kNode;
  ValueRules value = {};
  std::string_view fallback = {};  // the default as it would be written; empty: not set
  std::string_view help = {};
  bool secret = false;      // its value is never repeated in a message
  bool coneys_own = false;  // not a key of RabbitMQ
  // `name` is what `$name` stood for. REQUIRES: the value was parsed by the row's rules.
  void (*set)(ConfigDraft& draft, const std::string& name, const Value& value) = nullptr;
};

// All rows, grouped by section.
std::span<const ConfigKey> config_keys();

// Keys of RabbitMQ that Coney accepts without effect; `$x` is one segment, a last `**` any number.
std::span<const std::string_view> known_keys_without_effect();

struct KeyMatch {
  const ConfigKey* row = nullptr;  // null: known, without effect
  std::string key;                 // in the file's form, dots in names escaped
  std::string name;                // what `$name` stood for, unescaped
};

// An exact row wins over one with `$name`, any row over a known key without effect.
// No value: nobody knows this key.
std::optional<KeyMatch> find_key(std::string_view key);

// The same for "CONEY_FRAME_MAX"-like names without the prefix: "FRAME_MAX". Names that stand for
// `$name` come out in lower case. Several: the name fits more than one key equally well.
std::vector<KeyMatch> find_environment_key(std::string_view name);

// The known key that looks most like this one, empty when none is near.
std::string_view similar_key(std::string_view key);

}  // namespace coney
