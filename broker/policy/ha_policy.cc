#include "broker/policy/ha_policy.h"

#include <algorithm>
#include <string_view>

#include "broker/arguments/erlang_term.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;
using Fault = std::optional<std::string>;

std::string given(const Value* value) {
  return (value ? erlang_json_term(*value) : "none") + " given";
}

bool is_word(const Value* value, std::string_view word) {
  return value && value->as_string() && *value->as_string() == word;
}

bool is_positive(const Value* value) {
  return value && value->as_integer().value_or(0) > 0;
}

Fault check_mode(const Value& mode, const Value* params) {
  if (is_word(&mode, "all")) {
    return params ? Fault("ha-mode=\"all\" does not take parameters") : std::nullopt;
  }
  if (is_word(&mode, "exactly")) {
    if (is_positive(params)) return std::nullopt;
    return "ha-mode=\"exactly\" takes an integer, " + given(params);
  }
  if (!is_word(&mode, "nodes")) return erlang_json_term(mode) + " is not a valid ha-mode value";
  const amqp::Array* nodes = params ? params->as_array() : nullptr;
  if (!nodes) return "ha-mode=\"nodes\" takes a list, " + given(params);
  if (nodes->empty()) return "ha-mode=\"nodes\" list must be non-empty";
  auto is_text = [](const Value& node) { return node.as_string() != nullptr; };
  if (std::ranges::all_of(*nodes, is_text)) return std::nullopt;
  return "ha-mode=\"nodes\" takes a list of strings, " + given(params);
}

Fault check_either(const Table& definition, std::string_view key, std::string_view one,
                   std::string_view other) {
  const Value* value = definition.find(key);
  if (!value || is_word(value, one) || is_word(value, other)) return std::nullopt;
  return std::string(key) + " must be \"" + std::string(one) + "\" or \"" + std::string(other) +
         "\", got " + erlang_json_term(*value);
}

}  // namespace

std::optional<std::string> check_ha_policy(const Table& definition) {
  const Value* mode = definition.find("ha-mode");
  const Value* params = definition.find("ha-params");
  const Value* batch = definition.find("ha-sync-batch-size");
  if (!mode) {
    auto is_ha = [](const Table::Entry& entry) { return entry.first.starts_with("ha-"); };
    if (std::none_of(definition.begin(), definition.end(), is_ha)) return std::nullopt;
    return "ha-mode must be specified to specify ha-params, ha-sync-mode or ha-promote-on-shutdown";
  }
  if (auto fault = check_mode(*mode, params)) return fault;
  if (auto fault = check_either(definition, "ha-sync-mode", "manual", "automatic")) return fault;
  if (batch && !is_positive(batch)) {
    return "ha-sync-batch-size takes an integer greater than 0, " + given(batch);
  }
  for (std::string_view key : {"ha-promote-on-shutdown", "ha-promote-on-failure"}) {
    if (auto fault = check_either(definition, key, "always", "when-synced")) return fault;
  }
  return std::nullopt;
}

}  // namespace coney
