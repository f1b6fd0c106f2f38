#pragma once
// Why something of this folder was refused: one sentence for the log, never with a secret in it.

#include <boost/system/result.hpp>
#include <string>

namespace coney {

struct AuthError {
  std::string message;
};

template <typename T>
using AuthResult = boost::system::result<T, AuthError>;

// boost::system::result asks for this when value() is called on an error: a programming error.
[[noreturn]] void throw_exception_from_error(const AuthError& error, const boost::source_location&);

}  // namespace coney
