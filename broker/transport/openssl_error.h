#pragma once
// OpenSSL's per-thread error queue as text.

#include <string>

namespace coney {

// The reason of the oldest error in the calling thread's queue ("unknown error" when it is empty);
// empties the queue. Reasons are fixed texts of OpenSSL or the system: no secrets, no peer's bytes.
std::string take_openssl_error();

}  // namespace coney
