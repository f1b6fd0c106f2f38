#pragma once
// Erlang terms and calls as text has them, as far as `eval` needs them: literals, lists, tuples,
// binaries, calls of functions, sums. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace coney::cli {

struct Term {
  enum class Kind : std::uint8_t {
    kAtom,
    kInteger,
    kFloat,
    kString,  // "text"
    kBinary,  // <<"text">>
    kList,
    kTuple,
    kCall,  // module:function(elements); the module may be missing
    kSum,   // elements[0] text elements[1], where text is +, - or *
  };

  Kind kind = Kind::kAtom;
  std::string text;  // of an atom, a string or a binary; the function; the operator
  std::string module;
  std::int64_t integer = 0;
  double real = 0;
  std::vector<Term> elements;

  bool operator==(const Term&) const = default;
};

Term atom(std::string_view text);
Term integer(std::int64_t value);
Term binary(std::string_view text);
Term list(std::vector<Term> elements);
Term tuple(std::vector<Term> elements);

// Where a text ceases to be Erlang that can be read here.
struct SyntaxFault {
  std::size_t position = 0;  // of the character
  std::string what;
};

// Expressions with commas in between; the dot at the end may be missing.
std::variant<std::vector<Term>, SyntaxFault> parse_expressions(std::string_view text);

// As the Erlang shell prints it.
std::string to_text(const Term& term);

}  // namespace coney::cli
