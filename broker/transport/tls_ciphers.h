#pragma once
// Which protocol versions and cipher suites a TLS context offers.

#include <optional>

#include "broker/transport/setup_error.h"
#include "broker/transport/tls_options.h"

struct ssl_ctx_st;

namespace coney {

// Applies `versions` and `ciphers` of the options. An unknown name is an error, and so is a
// combination that leaves nothing to offer.
SetupResult<void> set_versions_and_ciphers(ssl_ctx_st* context, const TlsOptions& options);

}  // namespace coney
