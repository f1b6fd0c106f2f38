#include "broker/policy/policy_pattern.h"

#include <re2/re2.h>

#include <stdexcept>

namespace coney {
namespace {

// Compiled program and automaton together; ordinary expressions need a few KiB.
constexpr std::int64_t kMaxMemory = 1 << 20;
constexpr std::size_t kMaxExpression = 4096;

re2::RE2::Options options() {
  re2::RE2::Options options(re2::RE2::Latin1);  // one byte is one character
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  options.set_never_capture(true);
  return options;
}

std::string message_of(const re2::RE2& expression) {
  switch (expression.error_code()) {
    case re2::RE2::ErrorMissingParen:
      return "missing closing parenthesis";
    case re2::RE2::ErrorUnexpectedParen:
      return "unmatched closing parenthesis";
    case re2::RE2::ErrorMissingBracket:
      return "missing terminating ] for character class";
    case re2::RE2::ErrorRepeatArgument:
      return "quantifier does not follow a repeatable item";
    case re2::RE2::ErrorTrailingBackslash:
      return "\\ at end of pattern";
    case re2::RE2::ErrorBadPerlOp:
      return "look-around, atomic groups and other extensions of PCRE are not supported";
    default:
      return expression.error();
  }
}

}  // namespace

void throw_exception_from_error(const PatternFault& fault, const boost::source_location&) {
  throw std::logic_error("pattern fault taken for a value: " + fault.message);
}

boost::system::result<PolicyPattern, PatternFault> PolicyPattern::compile(
    std::string_view expression) {
  if (expression.size() > kMaxExpression) {
    return PatternFault{"longer than " + std::to_string(kMaxExpression) + " bytes", kMaxExpression};
  }
  auto compiled = std::make_shared<const re2::RE2>(
      re2::StringPiece(expression.data(), expression.size()), options());
  if (!compiled->ok()) return PatternFault{message_of(*compiled), expression.size()};
  PolicyPattern pattern;
  pattern.expression_ = std::move(compiled);
  return pattern;
}

bool PolicyPattern::matches(std::string_view name) const {
  return expression_ &&
         re2::RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), *expression_);
}

}  // namespace coney
