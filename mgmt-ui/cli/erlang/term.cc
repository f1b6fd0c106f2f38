#include "mgmt-ui/cli/erlang/term.h"

#include <fmt/format.h>

#include <algorithm>

#include "broker/arguments/erlang_term.h"

namespace coney::cli {
namespace {

bool is_plain_atom(std::string_view text) {
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '@';
  };
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, is_name);
}

std::string atom_text(std::string_view text) {
  if (is_plain_atom(text)) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string joined(const std::vector<Term>& elements) {
  std::string text;
  for (const Term& element : elements) text += (text.empty() ? "" : ",") + to_text(element);
  return text;
}

std::string real_text(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == text.npos) text += ".0";
  return text;
}

}  // namespace

Term atom(std::string_view text) {
  return {.kind = Term::Kind::kAtom, .text = std::string(text)};
}
Term integer(std::int64_t value) {
  return {.kind = Term::Kind::kInteger, .text = {}, .module = {}, .integer = value};
}
Term binary(std::string_view text) {
  return {.kind = Term::Kind::kBinary, .text = std::string(text)};
}
Term list(std::vector<Term> elements) {
  Term term{.kind = Term::Kind::kList};
  term.elements = std::move(elements);
  return term;
}
Term tuple(std::vector<Term> elements) {
  Term term{.kind = Term::Kind::kTuple};
  term.elements = std::move(elements);
  return term;
}

std::string to_text(const Term& term) {
  switch (term.kind) {
    case Term::Kind::kAtom:
      return atom_text(term.text);
    case Term::Kind::kInteger:
      return std::to_string(term.integer);
    case Term::Kind::kFloat:
      return real_text(term.real);
    case Term::Kind::kString:
      return erlang_string(term.text);
    case Term::Kind::kBinary:
      return erlang_binary(term.text);
    case Term::Kind::kList:
      return "[" + joined(term.elements) + "]";
    case Term::Kind::kTuple:
      return "{" + joined(term.elements) + "}";
    case Term::Kind::kCall:
      return (term.module.empty() ? "" : atom_text(term.module) + ":") + atom_text(term.text) +
             "(" + joined(term.elements) + ")";
    case Term::Kind::kSum:
      return to_text(term.elements[0]) + term.text + to_text(term.elements[1]);
  }
  return {};
}

}  // namespace coney::cli
