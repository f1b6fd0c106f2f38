#pragma once
// Why something the operator asked for (an address, a certificate) cannot be used: one sentence for
// the log that names the thing and holds no secrets.

#include <boost/system/result.hpp>
#include <string>

namespace coney {

struct SetupError {
  std::string reason;
};

template <typename T>
using SetupResult = boost::system::result<T, SetupError>;

// boost::system::result asks for this when value() is called on an error: a programming error.
[[noreturn]] void throw_exception_from_error(const SetupError& error,
                                             const boost::source_location&);

}  // namespace coney
