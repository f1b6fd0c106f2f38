#include "broker/transport/openssl_error.h"

#include <openssl/err.h>

#include <system_error>

namespace coney {

std::string take_openssl_error() {
  unsigned long error = ERR_get_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(error)) return std::system_category().message(ERR_GET_REASON(error));
  const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  return reason == nullptr ? "unknown error" : reason;
}

}  // namespace coney
