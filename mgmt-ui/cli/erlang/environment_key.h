#pragma once
// The keys of RabbitMQ's application environment that a running node lets tools read and change,
// and how their values look in Erlang and in /api/coney/settings. Pure.

#include <boost/json/value.hpp>
#include <optional>
#include <span>
#include <string_view>

#include "mgmt-ui/cli/erlang/term.h"

namespace coney::cli {

struct EnvironmentKey {
  std::string_view name;  // in both
  Term (*to_term)(const boost::json::value& setting);
  // None: no value of this key.
  std::optional<boost::json::value> (*to_setting)(const Term& term);
};

std::span<const EnvironmentKey> environment_keys();
// Null: it is not among them.
const EnvironmentKey* find_environment_key(std::string_view name);

}  // namespace coney::cli
