#pragma once
#include <string>
#include <string_view>

#include "broker/config/config_loader.h"
#include "tests/fuzz/check.h"

namespace coney::fuzz {

// The text of a configuration file: read or refused with places and reasons; a configuration that
// was accepted is accepted again, with the same result.
inline void config(std::string_view input) {
  using amqp::fuzz::check;
  const ConfigSources sources{"fuzz.conf", {{"HOME", "/home/fuzz"}}, {}};
  const LoadedConfig loaded = load_config_text(input, sources);
  for (const Diagnostic& error : loaded.errors) {
    check(!error.message.empty(), "an error has a message");
  }
  if (!loaded.ok()) return;
  check(load_config_text(input, sources).config == loaded.config, "loading is repeatable");
  check(loaded.config.frame_max == 0 || loaded.config.frame_max >= 4'096, "frame_max is in bounds");
  check(loaded.config.max_message_size <= 536'870'912, "max_message_size is in bounds");
  for (const Listener& listener : loaded.config.tcp_listeners) {
    check(listener.port != 0, "a listener has a port");
  }
}

}  // namespace coney::fuzz
