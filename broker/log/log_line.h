#pragma once
// One line of the log as bytes. Pure; any thread.

#include <chrono>
#include <string>
#include <string_view>

#include "broker/log/log_config.h"

namespace coney::log {

struct Entry {
  std::chrono::system_clock::time_point time;
  Level level = Level::kInfo;
  Category category = Category::kDefault;
  std::string_view text;  // any bytes
};

// "2026-11-21 05:16:57.123456+00:00 [info] <connection> text\n", or
// {"time":"...","level":"info","category":"connection","msg":"text"} and a line end. Control
// characters are escaped; bytes that are not UTF-8 become U+FFFD.
std::string format_line(const Entry& entry, Format format);

}  // namespace coney::log
