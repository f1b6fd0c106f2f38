#pragma once
// Why bytes from a peer could not be read. Values, never exceptions: every decoder of this library
// returns boost::system::result<T, DecodeError>.

#include <boost/system/result.hpp>
#include <cstdint>
#include <string_view>

namespace amqp {

enum class DecodeError : std::uint8_t {
  kTruncated,        // the bytes end before the value does
  kTrailingBytes,    // bytes are left after the last field of a method
  kMalformedUtf8,    // a short string that RabbitMQ would refuse with "Malformed UTF-8 in shortstr"
  kUnknownFieldTag,  // a field-table value whose type octet RabbitMQ does not know
  kTooDeep,          // tables or arrays nested deeper than kMaxNesting
  kUnknownMethod,    // class and method id that AMQP 0-9-1 and RabbitMQ do not define
  kUnknownClass,     // a content header of a class that has no content
};

std::string_view to_string(DecodeError error);

template <typename T>
using Result = boost::system::result<T, DecodeError>;

// boost::system::result asks for this when value() is called on an error: a programming error.
[[noreturn]] void throw_exception_from_error(DecodeError error, const boost::source_location&);

}  // namespace amqp
