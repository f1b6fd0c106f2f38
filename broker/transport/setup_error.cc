#include "broker/transport/setup_error.h"

#include <stdexcept>

namespace coney {

void throw_exception_from_error(const SetupError& error, const boost::source_location&) {
  throw std::logic_error(error.reason);
}

}  // namespace coney
