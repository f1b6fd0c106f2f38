#include "amqp/error.h"

#include <stdexcept>
#include <string>

namespace amqp {

std::string_view to_string(DecodeError error) {
  switch (error) {
    case DecodeError::kTruncated:
      return "truncated";
    case DecodeError::kTrailingBytes:
      return "trailing bytes";
    case DecodeError::kMalformedUtf8:
      return "malformed UTF-8";
    case DecodeError::kUnknownFieldTag:
      return "unknown field tag";
    case DecodeError::kTooDeep:
      return "nested too deeply";
    case DecodeError::kUnknownMethod:
      return "unknown method";
    case DecodeError::kUnknownClass:
      return "unknown class";
  }
  return "unknown error";
}

void throw_exception_from_error(DecodeError error, const boost::source_location&) {
  throw std::logic_error("amqp decode error taken for a value: " + std::string(to_string(error)));
}

}  // namespace amqp
