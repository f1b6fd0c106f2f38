#include "broker/auth/permission_pattern.h"

#include <re2/re2.h>

#include <array>
#include <cctype>
#include <utility>

namespace coney {
namespace {

// Compiled program and automaton together; ordinary expressions need a few KiB.
constexpr std::int64_t kMaxMemory = 1 << 20;
constexpr std::size_t kMaxExpression = 4096;

re2::RE2::Options options() {
  // Latin-1: one byte is one character, as Erlang's re:run without `unicode` has it.
  re2::RE2::Options options(re2::RE2::Latin1);
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  return options;
}

bool is_back_reference(std::string_view escape) {
  return escape.size() >= 2 && (std::isdigit(static_cast<unsigned char>(escape[1])) ||
                                escape[1] == 'k' || escape[1] == 'g');
}

std::string describe(const re2::RE2& expression) {
  std::string message =
      "invalid regular expression '" + expression.pattern() + "': " + expression.error();
  std::string_view place = expression.error_arg();
  if (expression.error_code() == re2::RE2::ErrorBadPerlOp) {
    message += "; look-around, atomic groups and other extensions of PCRE are not supported";
  } else if (expression.error_code() == re2::RE2::ErrorBadEscape && is_back_reference(place)) {
    message += "; back-references are not supported";
  }
  return message;
}

}  // namespace

AuthResult<PermissionPattern> PermissionPattern::compile(std::string_view expression) {
  PermissionPattern pattern;
  if (expression.empty()) return pattern;
  if (expression == ".*") {
    pattern.kind_ = Kind::kEverything;
    return pattern;
  }
  if (expression.size() > kMaxExpression) {
    return AuthError{"regular expression of " + std::to_string(expression.size()) +
                     " bytes, at most " + std::to_string(kMaxExpression) + " are allowed"};
  }
  auto compiled = std::make_shared<const re2::RE2>(
      re2::StringPiece(expression.data(), expression.size()), options());
  if (!compiled->ok()) return AuthError{describe(*compiled)};
  pattern.kind_ = Kind::kExpression;
  pattern.expression_ = std::move(compiled);
  return pattern;
}

bool PermissionPattern::matches(std::string_view name) const {
  switch (kind_) {
    case Kind::kEmptyName:
      return name.empty();
    case Kind::kEverything:
      return true;
    case Kind::kExpression:
      break;
  }
  return re2::RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), *expression_);
}

std::string_view permission_name_of_exchange(std::string_view exchange) {
  return exchange.empty() ? "amq.default" : exchange;
}

std::string expand_topic_pattern(std::string_view expression, const TopicVariables& variables) {
  const std::array<std::pair<std::string_view, std::optional<std::string_view>>, 3> known = {{
      {"{username}", variables.username},
      {"{vhost}", variables.vhost},
      {"{client_id}", variables.client_id},
  }};
  std::string out;
  while (!expression.empty()) {
    std::size_t taken = 1;
    std::string_view rest = expression;
    for (const auto& [name, value] : known) {
      if (!value || !rest.starts_with(name)) continue;
      out += re2::RE2::QuoteMeta(re2::StringPiece(value->data(), value->size()));
      taken = name.size();
    }
    if (taken == 1) out.push_back(expression.front());
    expression.remove_prefix(taken);
  }
  return out;
}

}  // namespace coney
