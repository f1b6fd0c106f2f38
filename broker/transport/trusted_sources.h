#pragma once
// The networks whose connections are believed when they say, by a PROXY protocol header, where they
// come from. On a listener with the PROXY protocol a connection from any other source is to be
// closed before a byte of it is read: taking its bytes as AMQP would let it in unseen beside the
// proxy, and its header, if believed, would make it look as if it came from anywhere.
// Filled at start, then only read: any shard may hold a reference.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "broker/transport/setup_error.h"
#include "broker/transport/socket_address.h"

namespace coney {

class TrustedSources {
 public:
  // "10.0.0.0/8", "2001:db8::/32", or an address alone. Bits behind the prefix are ignored.
  SetupResult<void> add(std::string_view network);
  // 4 or 16 bytes in network order. Returns false, changing nothing, when the prefix does not fit.
  bool add(std::span<const std::uint8_t> address, int prefix_bits);

  // An IPv4 network covers IPv4 peers (also those mapped into IPv6), an IPv6 network IPv6 peers.
  // A peer without an address is never contained.
  bool contains(const SocketAddress& peer) const;

 private:
  struct Network {
    SocketAddress address;
    int prefix_bits;
  };

  std::vector<Network> networks_;
};

}  // namespace coney
