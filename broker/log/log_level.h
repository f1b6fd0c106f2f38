#pragma once
// Changes what a running log lets through.

#include <optional>

#include "broker/log/log_config.h"

namespace coney::log {

// From here on every output takes lines of this level and above, of every category, until the log
// ends. Any thread, one at a time.
void set_level(Level level);
// The level that was set so, last. None: what the configuration says counts. Any thread.
std::optional<Level> level_set();

}  // namespace coney::log
