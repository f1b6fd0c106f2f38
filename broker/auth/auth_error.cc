#include "broker/auth/auth_error.h"

#include <stdexcept>

namespace coney {

void throw_exception_from_error(const AuthError& error, const boost::source_location&) {
  throw std::logic_error(error.message);
}

}  // namespace coney
