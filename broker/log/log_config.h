#pragma once
// What the log is told to do: the vocabulary (levels, categories) and the settings that the
// configuration fills in. Plain values, no behaviour, no dependency.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coney::log {

// RabbitMQ's levels, in its order; kNone as a threshold lets nothing through.
enum class Level : uint8_t {
  kDebug,
  kInfo,
  kNotice,
  kWarning,
  kError,
  kCritical,
  kAlert,
  kEmergency,
  kNone
};
inline constexpr std::array<std::string_view, 9> kLevelNames = {
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency", "none"};

// One per `log.<category>.level` key. What fits nowhere else belongs to kDefault.
enum class Category : uint8_t {
  kDefault,
  kConnection,  // open, close, authentication
  kChannel,     // channel errors with their reason
  kQueue,       // queues and their consumers
  kTopology,    // vhosts, users, exchanges, bindings, policies: what exists and who changed it
  kStorage,     // disk, recovery
  kMirroring,
  kFederation,
  kShovel,
  kUpgrade,
  kRaft,
};
inline constexpr std::array<std::string_view, 11> kCategoryNames = {
    "default",   "connection", "channel", "queue",   "topology", "storage",
    "mirroring", "federation", "shovel",  "upgrade", "ra"};
inline constexpr size_t kCategoryCount = kCategoryNames.size();

constexpr std::string_view name(Level level) {
  return kLevelNames[static_cast<size_t>(level)];
}
constexpr std::string_view name(Category category) {
  return kCategoryNames[static_cast<size_t>(category)];
}

enum class Format : uint8_t { kPlaintext, kJson };

struct LogConfig {
  bool console = true;
  bool console_to_stderr = false;
  std::optional<Level> console_level;  // a floor under the levels of the categories
  Format console_format = Format::kPlaintext;

  std::string file;                 // an absolute or working-directory path; empty: no file
  std::optional<Level> file_level;  // a floor, as console_level
  Format file_format = Format::kPlaintext;

  // A category without a level of its own has that of kDefault, which is info when unset. A message
  // goes to a sink when it is at least as severe as its category's level and the sink's.
  std::array<std::optional<Level>, kCategoryCount> category_level = {};

  bool operator==(const LogConfig&) const = default;
};

}  // namespace coney::log
