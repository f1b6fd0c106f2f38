#pragma once
// Why arguments of a method were refused: what the broker's one error function needs to answer with
// channel.close or connection.close. The text is RabbitMQ's, without the "PRECONDITION_FAILED - "
// that the error function puts in front; an empty text stands for the bare word (INTERNAL_ERROR).

#include <boost/assert/source_location.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace coney {

struct ArgumentFault {
  std::uint16_t reply_code = 0;
  std::string text;
  bool closes_connection = false;
  bool operator==(const ArgumentFault&) const = default;
};

inline ArgumentFault precondition_failed(std::string text) {
  return {406, std::move(text), false};
}

inline ArgumentFault not_implemented(std::string text) {
  return {540, std::move(text), true};
}

// RabbitMQ answers like this where a value makes its channel process crash. It says why only in its
// log; class and method id in the close are 0.
inline ArgumentFault internal_error() {
  return {541, {}, true};
}

// boost::system::result asks for this when value() is called on a fault: a programming error.
[[noreturn]] inline void throw_exception_from_error(const ArgumentFault& fault,
                                                    const boost::source_location&) {
  throw std::logic_error("argument fault taken for a value: " + fault.text);
}

}  // namespace coney
