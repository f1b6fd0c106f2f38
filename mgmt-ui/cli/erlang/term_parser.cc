#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "mgmt-ui/cli/erlang/term.h"

// Recursive descent over one line of Erlang. Every function leaves the position behind what it has
// read; the first fault ends the reading.

namespace coney::cli {
namespace {

constexpr int kMaxDepth = 64;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_name(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '@';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::variant<std::vector<Term>, SyntaxFault> parse() {
    std::vector<Term> found;
    do {
      auto term = sum();
      if (!term) return fault_;
      found.push_back(std::move(*term));
    } while (take(","));
    take(".");
    skip_spaces();
    if (at_ != text_.size()) return SyntaxFault{at_, "something follows the expression"};
    return found;
  }

 private:
  std::nullopt_t fault(std::string what) {
    fault_ = {at_, std::move(what)};
    return std::nullopt;
  }
  void skip_spaces() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }
  bool sees(std::string_view token) {
    skip_spaces();
    return text_.substr(at_).starts_with(token);
  }
  bool take(std::string_view token) {
    if (!sees(token)) return false;
    at_ += token.size();
    return true;
  }
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  // Left to right; one kind of operator for all: a product binds no closer here, so it may not
  // stand beside a sum.
  std::optional<Term> sum() {
    if (++depth_ > kMaxDepth) return fault("it is nested too deeply");
    auto left = operand();
    while (left) {
      const std::string_view sign = sees("+") ? "+" : sees("-") ? "-" : sees("*") ? "*" : "";
      if (sign.empty()) break;
      if (left->kind == Term::Kind::kSum && (left->text == "*") != (sign == "*")) {
        return fault("sums and products are not read together");
      }
      take(sign);
      auto right = operand();
      if (!right) return right;
      Term both{.kind = Term::Kind::kSum, .text = std::string(sign)};
      both.elements = {std::move(*left), std::move(*right)};
      left = std::move(both);
    }
    --depth_;
    return left;
  }

  std::optional<Term> operand() {
    skip_spaces();
    const char c = next();
    if (take("<<")) return binary_literal();
    if (c == '"') return quoted(Term::Kind::kString);
    if (c == '\'') return name_or_call();
    if (is_lower(c)) return name_or_call();
    if (is_digit(c) || c == '-') return number();
    if (take("[")) return sequence(Term::Kind::kList, "]");
    if (take("{")) return sequence(Term::Kind::kTuple, "}");
    return fault(c == '\0' ? "the expression ends too early" : "a term is due");
  }

  std::optional<Term> sequence(Term::Kind kind, std::string_view end) {
    Term term{.kind = kind};
    if (take(end)) return term;
    do {
      auto element = sum();
      if (!element) return element;
      term.elements.push_back(std::move(*element));
    } while (take(","));
    if (!take(end)) return fault(fmt::format("'{}' or ',' is due", end));
    return term;
  }

  std::optional<Term> binary_literal() {
    if (take(">>")) return binary("");
    skip_spaces();
    if (next() != '"') return fault("a binary is read as <<\"text\">> only");
    auto term = quoted(Term::Kind::kBinary);
    if (term && !take(">>")) return fault("'>>' is due");
    return term;
  }

  // Up to the same quote.
  std::optional<Term> quoted(Term::Kind kind) {
    const char quote = text_[at_++];
    Term term{.kind = kind};
    for (; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == quote) {
        ++at_;
        return term;
      }
      if (c == '\\' && ++at_ < text_.size()) c = text_[at_];
      term.text += c;
    }
    return fault("a quote is not closed");
  }

  std::optional<Term> atom_literal() {
    if (next() == '\'') return quoted(Term::Kind::kAtom);
    if (!is_lower(next())) return fault("a name is due");
    const std::size_t start = at_;
    while (is_name(next())) ++at_;
    return atom(text_.substr(start, at_ - start));
  }

  // name, name(...), module:name(...)
  std::optional<Term> name_or_call() {
    auto name = atom_literal();
    if (!name) return name;
    std::string module;
    if (take(":")) {
      module = name->text;
      skip_spaces();
      name = atom_literal();
      if (!name) return name;
      if (!sees("(")) return fault("'(' is due");
    }
    if (!take("(")) return name;
    auto call = sequence(Term::Kind::kCall, ")");
    if (!call) return call;
    call->module = std::move(module);
    call->text = std::move(name->text);
    return call;
  }

  std::optional<Term> number() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    bool real = false;
    if (end + 1 < text_.size() && text_[end] == '.' && is_digit(text_[end + 1])) {
      real = true;
      for (++end; end < text_.size() && is_digit(text_[end]);) ++end;
    }
    Term term{.kind = real ? Term::Kind::kFloat : Term::Kind::kInteger};
    const char* const from = text_.data() + at_;
    const char* const to = text_.data() + end;
    const auto result =
        real ? std::from_chars(from, to, term.real) : std::from_chars(from, to, term.integer);
    if (result.ec != std::errc() || result.ptr != to) return fault("this number cannot be read");
    at_ = end;
    return term;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  SyntaxFault fault_;
};

}  // namespace

std::variant<std::vector<Term>, SyntaxFault> parse_expressions(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace coney::cli
