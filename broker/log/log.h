#pragma once
// The broker's log: log::info(log::Category::kConnection, "accepted {}", peer).
//
// Any thread may log at any time; a call formats the text and hands it to the log's own thread,
// which writes it. A call never throws, never waits for a disk or a terminal, and costs one load
// when its category and level are off. Lines that cannot be written (a full disk) are dropped, and
// the next one that can be says how many were; so are the oldest when thousands wait. The broker
// goes on.
//
// What peers sent may be passed: control characters and broken UTF-8 come out escaped, so that a
// name cannot forge a line. Passwords, keys, authentication responses and message bodies are never
// passed. Nothing is logged per message.

#include <fmt/core.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "broker/log/log_config.h"

namespace coney::log {

// Opens the outputs and starts the log's thread; before it, nothing is logged. The directory of the
// file is made when it is missing. Returns what is wrong with the file; the other outputs then
// work. REQUIRES: no other thread logs, and the log is not started. The process ignores SIGPIPE.
std::optional<std::string> start(const LogConfig& config);

// Writes what is waiting and closes the outputs; later calls log nothing.
// REQUIRES: no other thread logs.
void stop();

// Opens the file anew under its name, for rotation (SIGHUP). Returns what is wrong; the file that
// was open is then kept. Not for use in a signal handler.
std::optional<std::string> reopen();

// Lines that were dropped since start().
uint64_t lost();

namespace detail {
struct Gate {
  std::atomic<Level> threshold{Level::kNone};
};
extern std::array<Gate, kCategoryCount> gates;
void write(Category category, Level level, fmt::string_view format, fmt::format_args arguments);
}  // namespace detail

inline bool enabled(Category category, Level level) {
  const detail::Gate& gate = detail::gates[static_cast<size_t>(category)];
  return level >= gate.threshold.load(std::memory_order_relaxed);
}

template <typename... Arguments>
void write(Category category, Level level, fmt::format_string<Arguments...> format,
           Arguments&&... arguments) {
  if (enabled(category, level)) {
    detail::write(category, level, format, fmt::make_format_args(arguments...));
  }
}

template <typename... Arguments>
void debug(Category category, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write<Arguments...>(category, Level::kDebug, format, std::forward<Arguments>(arguments)...);
}

template <typename... Arguments>
void info(Category category, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write<Arguments...>(category, Level::kInfo, format, std::forward<Arguments>(arguments)...);
}

template <typename... Arguments>
void notice(Category category, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write<Arguments...>(category, Level::kNotice, format, std::forward<Arguments>(arguments)...);
}

template <typename... Arguments>
void warning(Category category, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write<Arguments...>(category, Level::kWarning, format, std::forward<Arguments>(arguments)...);
}

template <typename... Arguments>
void error(Category category, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write<Arguments...>(category, Level::kError, format, std::forward<Arguments>(arguments)...);
}

template <typename... Arguments>
void critical(Category category, fmt::format_string<Arguments...> format,
              Arguments&&... arguments) {
  write<Arguments...>(category, Level::kCritical, format, std::forward<Arguments>(arguments)...);
}

}  // namespace coney::log
