#pragma once
// Reads a PeerIdentity off an OpenSSL session.

#include "broker/transport/peer_identity.h"

struct ssl_st;

namespace coney {

// REQUIRES: the handshake is done.
PeerIdentity identity_of(const ssl_st* session);

}  // namespace coney
