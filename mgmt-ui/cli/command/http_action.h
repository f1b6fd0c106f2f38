#pragma once
// Commands that are one request: a row says where its arguments and options go. What the request
// answers is shown as it came.

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "mgmt-ui/cli/command/command.h"

namespace coney::cli {

enum class FieldKind : std::uint8_t { kText, kNumber, kFlag, kJson };

// An argument or an option "routing-key"; requests have it as routing_key.
struct HttpField {
  static constexpr std::size_t kOption = SIZE_MAX;

  std::string_view name;
  FieldKind kind = FieldKind::kText;
  std::size_t argument = kOption;   // its place, unless it is an option
  std::string_view otherwise = "";  // when it is not given; empty: then it is left out
};

// The options among fields: kOptions = options_of<kFields>();
template <const auto& kFields>
constexpr auto options_of() {
  constexpr auto is_option = [](const HttpField& field) {
    return field.argument == HttpField::kOption;
  };
  constexpr auto count = static_cast<std::size_t>(std::ranges::count_if(kFields, is_option));
  std::array<Option, count> options{};
  std::size_t at = 0;
  for (const HttpField& field : kFields) {
    if (!is_option(field)) continue;
    const bool is_flag = field.kind == FieldKind::kFlag;
    options[at++] = {field.name, 0, is_flag ? Option::Kind::kFlag : Option::Kind::kText};
  }
  return options;
}

struct HttpAction {
  std::string_view method;
  // "{vhost}" and "{0}", "{1}" stand for the vhost and arguments.
  std::array<std::string_view, 7> path;
  std::span<const HttpField> query{};
  std::span<const HttpField> body{};
};

// What is wrong with numbers and JSON that are given; none: nothing.
std::optional<std::string> check_action(const HttpAction& action, const Arguments& arguments);
Outcome run_action(const HttpAction& action, Context& context);

// For the table: {.run = run_http<kPause>, .check = check_http<kPause>}
template <const HttpAction& kAction>
Outcome run_http(Context& context) {
  return run_action(kAction, context);
}
template <const HttpAction& kAction>
std::optional<std::string> check_http(const Arguments& arguments) {
  return check_action(kAction, arguments);
}

}  // namespace coney::cli
