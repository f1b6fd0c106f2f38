#include "broker/config/config_value.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace coney {
namespace {

struct Unit {
  std::string_view name;
  uint64_t bytes;
};
// RabbitMQ's units; it takes them in either case ("50mb"), where a lone letter counts in 1024.
constexpr std::array<Unit, 13> kUnits = {{{"", 1},
                                          {"k", 1ull << 10},
                                          {"ki", 1ull << 10},
                                          {"kib", 1ull << 10},
                                          {"kb", 1'000},
                                          {"m", 1ull << 20},
                                          {"mi", 1ull << 20},
                                          {"mib", 1ull << 20},
                                          {"mb", 1'000'000},
                                          {"g", 1ull << 30},
                                          {"gi", 1ull << 30},
                                          {"gib", 1ull << 30},
                                          {"gb", 1'000'000'000}}};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool parse_number(std::string_view text, int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool parse_bytes(std::string_view text, int64_t& bytes) {
  const std::string lower = lower_case(text);
  const size_t digits = std::min(lower.find_first_not_of("0123456789"), lower.size());
  const auto unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& candidate) {
    return candidate.name == std::string_view(lower).substr(digits);
  });
  int64_t count = 0;
  if (unit == kUnits.end() || !parse_number(std::string_view(lower).substr(0, digits), count)) {
    return false;
  }
  return !__builtin_mul_overflow(count, static_cast<int64_t>(unit->bytes), &bytes);
}

bool parse_boolean(std::string_view text, bool& value) {
  value = text == "true" || text == "on";
  return value || text == "false" || text == "off";
}

bool parse_real(std::string_view text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

bool find_choice(std::string_view choices, std::string_view text, size_t& position) {
  for (position = 0; !choices.empty(); ++position) {
    const size_t bar = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, bar) == text) return true;
    choices.remove_prefix(std::min(bar + 1, choices.size()));
  }
  return false;
}

bool parse_address(const std::string& text, std::vector<uint8_t>& address) {
  std::array<uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    address.assign(bytes.begin(), bytes.begin() + 4);
    return true;
  }
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
    address.assign(bytes.begin(), bytes.end());
    return true;
  }
  return false;
}

// A port; address:port; [address]:port. An IPv6 address without brackets ends at the last colon.
bool parse_listener(std::string_view text, Listener& listener) {
  const size_t colon = text.rfind(':');
  int64_t port = 0;
  const std::string_view port_text = colon == text.npos ? text : text.substr(colon + 1);
  if (!parse_number(port_text, port) || port < 1 || port > 65'535) return false;
  listener.port = static_cast<uint16_t>(port);
  if (colon == text.npos) return true;
  std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  listener.host = host == "localhost" ? "127.0.0.1" : std::string(host);
  std::vector<uint8_t> address;
  return parse_address(listener.host, address);
}

bool parse_network(std::string_view text, Network& network) {
  const size_t slash = text.find('/');
  if (!parse_address(std::string(text.substr(0, slash)), network.address)) return false;
  const int64_t longest = static_cast<int64_t>(network.address.size()) * 8;
  int64_t bits = longest;
  if (slash != text.npos && !parse_number(text.substr(slash + 1), bits)) return false;
  network.prefix_bits = static_cast<int>(bits);
  return bits >= 0 && bits <= longest;
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool parse_networks(std::string_view text, std::vector<Network>& networks) {
  if (text == "none") return true;
  while (true) {
    const size_t comma = text.find(',');
    if (!parse_network(trimmed(text.substr(0, comma)), networks.emplace_back())) return false;
    if (comma == text.npos) return true;
    text.remove_prefix(comma + 1);
  }
}

bool compiles(std::string_view pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  return RE2(re2::StringPiece(pattern.data(), pattern.size()), options).ok();
}

bool within_bounds(const ValueRules& rules, int64_t number) {
  return (rules.zero && number == 0) || (number >= rules.minimum && number <= rules.maximum);
}

bool parse_typed(const ValueRules& rules, std::string_view text, Value& value) {
  switch (rules.type) {
    case ValueType::kBoolean:
      return parse_boolean(text, value.boolean);
    case ValueType::kInteger:
      return parse_number(text, value.integer) && within_bounds(rules, value.integer);
    case ValueType::kBytes:
      return parse_bytes(text, value.integer) && within_bounds(rules, value.integer);
    case ValueType::kReal:
      return parse_real(text, value.real) && value.real >= static_cast<double>(rules.minimum) &&
             value.real <= static_cast<double>(rules.maximum);
    case ValueType::kText:
      return !text.empty();
    case ValueType::kChoice:
      return find_choice(rules.choices, text, value.choice);
    case ValueType::kPattern:
      return compiles(text);
    case ValueType::kListener:
      return parse_listener(text, value.listener);
    case ValueType::kNetworks:
      return parse_networks(text, value.networks);
    case ValueType::kLogLevel:
      value.choice =
          static_cast<size_t>(std::find(log::kLevelNames.begin(), log::kLevelNames.end(), text) -
                              log::kLevelNames.begin());
      return value.choice < log::kLevelNames.size();
  }
  return false;
}

std::string bounds(const ValueRules& rules) {
  if (rules.maximum != INT64_MAX) return fmt::format("from {} to {}", rules.minimum, rules.maximum);
  return fmt::format("of at least {}", rules.minimum);
}

std::string join_choices(std::string_view choices) {
  std::string joined;
  for (const char c : choices) joined += c == '|' ? ", " : std::string(1, c);
  const size_t last = joined.rfind(", ");
  return last == joined.npos ? joined : joined.replace(last, 2, " or ");
}

std::string describe_type(const ValueRules& rules) {
  switch (rules.type) {
    case ValueType::kBoolean:
      return "true or false";
    case ValueType::kInteger:
      return "an integer " + bounds(rules);
    case ValueType::kBytes:
      return "a number of bytes " + bounds(rules) + ", also with a unit (k, M, G; kB, MB, GB)";
    case ValueType::kReal:
      return "a number " + bounds(rules);
    case ValueType::kText:
      return "a text";
    case ValueType::kChoice:
      return join_choices(rules.choices);
    case ValueType::kPattern:
      return "a regular expression (RE2 syntax)";
    case ValueType::kListener:
      return "a port, or a literal IP address and port such as 127.0.0.1:5672 or [::1]:5672";
    case ValueType::kNetworks:
      return "a comma separated list of networks such as 10.0.0.0/8, ::1, or none";
    case ValueType::kLogLevel:
      return "debug, info, notice, warning, error, critical, alert, emergency or none";
  }
  return {};
}

}  // namespace

std::optional<Value> parse_value(const ValueRules& rules, std::string_view text) {
  Value value;
  value.text = text;
  value.infinite = rules.infinity && text == "infinity";
  if (value.infinite || parse_typed(rules, text, value)) return value;
  return std::nullopt;
}

std::string accepted_values(const ValueRules& rules) {
  std::string text = describe_type(rules);
  if (rules.zero) text = "0 or " + text;
  if (rules.infinity) text += ", or infinity";
  return text;
}

}  // namespace coney
