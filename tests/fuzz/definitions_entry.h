#pragma once
#include <string_view>

#include "broker/definitions/definitions_export.h"
#include "broker/definitions/definitions_file.h"
#include "tests/fuzz/check.h"

namespace coney::fuzz {

// A definitions document: read or refused with a reason; what was read is written and read back.
inline void definitions(std::string_view input) {
  using amqp::fuzz::check;
  const auto file = parse_definitions(input);
  if (!file) {
    check(!file.error().first().message.empty(), "an error has a message");
    return;
  }
  const Definitions& all = file->definitions;
  const auto again = parse_definitions(export_definitions(all, {"4.3.6", "fuzz"}));
  check(again.has_value(), "an export can be read");
  const Definitions& back = again->definitions;
  check(back.vhosts.size() == all.vhosts.size(), "vhosts come back");
  check(back.users == all.users, "users come back");
  check(back.permissions == all.permissions, "permissions come back");
  check(back.topic_permissions == all.topic_permissions, "topic permissions come back");
  check(back.queues.size() == all.queues.size(), "queues come back");
  check(back.bindings.size() == all.bindings.size(), "bindings come back");
}

}  // namespace coney::fuzz
