#include "mgmt-ui/cli/erlang/environment_key.h"

#include <algorithm>
#include <boost/json.hpp>

namespace coney::cli {

namespace json = boost::json;

namespace {

using Kind = Term::Kind;

Term real(double value) {
  Term term{.kind = Kind::kFloat};
  term.real = value;
  return term;
}

Term number_to_term(const json::value& setting) {
  boost::system::error_code error;
  const auto number = setting.to_number<std::int64_t>(error);
  return error ? atom("undefined") : integer(number);
}
std::optional<json::value> number_to_setting(const Term& term) {
  if (term.kind != Kind::kInteger) return std::nullopt;
  return json::value(term.integer);
}

// "undefined" in Erlang is "infinity" of the API.
std::optional<json::value> timeout_to_setting(const Term& term) {
  if (term == atom("undefined") || term == atom("infinity")) return json::value("infinity");
  return number_to_setting(term);
}

Term users_to_term(const json::value& setting) {
  Term users = list({});
  if (!setting.is_array()) return users;
  for (const json::value& user : setting.get_array()) {
    if (user.is_string()) users.elements.push_back(binary(std::string(user.get_string())));
  }
  return users;
}
std::optional<json::value> users_to_setting(const Term& term) {
  if (term.kind != Kind::kList) return std::nullopt;
  json::array users;
  for (const Term& user : term.elements) {
    if (user.kind != Kind::kBinary && user.kind != Kind::kString) return std::nullopt;
    users.emplace_back(user.text);
  }
  return json::value(std::move(users));
}

std::optional<double> number_of(const Term& term) {
  if (term.kind == Kind::kFloat) return term.real;
  if (term.kind == Kind::kInteger) return static_cast<double>(term.integer);
  return std::nullopt;
}
std::optional<json::value> limit(const char* form, std::optional<double> relative) {
  if (!relative) return std::nullopt;
  return json::value(json::object{{form, *relative}});
}
std::optional<json::value> bytes(const Term& term) {
  if (term.kind != Kind::kInteger || term.integer < 0) return std::nullopt;
  return json::value(json::object{{"absolute", term.integer}});
}
bool is_pair(const Term& term, std::string_view name) {
  return term.kind == Kind::kTuple && term.elements.size() == 2 && term.elements[0] == atom(name);
}
const json::value* form_of(const json::value& setting, std::string_view form) {
  return setting.is_object() ? setting.get_object().if_contains(form) : nullptr;
}

// 0.4 or {absolute,1000}
Term watermark_to_term(const json::value& setting) {
  if (const auto* absolute = form_of(setting, "absolute")) {
    return tuple({atom("absolute"), number_to_term(*absolute)});
  }
  const auto* relative = form_of(setting, "relative");
  return real(relative ? relative->to_number<double>() : 0);
}
std::optional<json::value> watermark_to_setting(const Term& term) {
  if (is_pair(term, "absolute")) return bytes(term.elements[1]);
  return limit("relative", number_of(term));
}

// 1000 or {mem_relative,1.5}
Term disk_limit_to_term(const json::value& setting) {
  if (const auto* absolute = form_of(setting, "absolute")) return number_to_term(*absolute);
  const auto* relative = form_of(setting, "relative");
  return tuple({atom("mem_relative"), real(relative ? relative->to_number<double>() : 0)});
}
std::optional<json::value> disk_limit_to_setting(const Term& term) {
  if (is_pair(term, "mem_relative")) return limit("relative", number_of(term.elements[1]));
  return bytes(term);
}

constexpr EnvironmentKey kKeys[] = {
    {"channel_max", number_to_term, number_to_setting},
    {"consumer_timeout", number_to_term, timeout_to_setting},
    {"disk_free_limit", disk_limit_to_term, disk_limit_to_setting},
    {"loopback_users", users_to_term, users_to_setting},
    {"vm_memory_high_watermark", watermark_to_term, watermark_to_setting},
};

}  // namespace

std::span<const EnvironmentKey> environment_keys() {
  return kKeys;
}

const EnvironmentKey* find_environment_key(std::string_view name) {
  const auto found = std::ranges::find(kKeys, name, &EnvironmentKey::name);
  return found == std::end(kKeys) ? nullptr : &*found;
}

}  // namespace coney::cli
