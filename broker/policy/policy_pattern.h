#pragma once
// A policy's pattern, on RE2: linear time and bounded memory whatever the user writes. RabbitMQ's
// rules: it is searched for anywhere in the name, bytes are characters, and the empty pattern
// matches every name. No look-around and no back-references, compile() says so.
// Immutable; copies share the compiled expression, any thread may match.

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace coney {

struct PatternFault {
  std::string message;  // RabbitMQ's words where it has any: "missing closing parenthesis"
  std::size_t position = 0;
};

// boost::system::result asks for this when value() is called on a fault: a programming error.
[[noreturn]] void throw_exception_from_error(const PatternFault& fault,
                                             const boost::source_location&);

class PolicyPattern {
 public:
  // Matches nothing.
  PolicyPattern() = default;
  static boost::system::result<PolicyPattern, PatternFault> compile(std::string_view expression);

  bool matches(std::string_view name) const;

 private:
  std::shared_ptr<const re2::RE2> expression_;
};

}  // namespace coney
