#pragma once
// The rows of config_keys(), by what they are about; see config_key.h.

#include <span>

#include "broker/config/config_key.h"

namespace coney {

std::span<const ConfigKey> listener_keys();    // Where clients come in, and TLS.
std::span<const ConfigKey> connection_keys();  // What a connection may do.
std::span<const ConfigKey> access_keys();      // Who may come in, and what exists at the start.
std::span<const ConfigKey> queue_keys();       // Alarms and queues.
std::span<const ConfigKey> management_keys();  // The HTTP API and metrics.
std::span<const ConfigKey> logging_keys();     // What is logged, and where to.
std::span<const ConfigKey> node_keys();        // The node itself.

}  // namespace coney
