#pragma once
// The PROXY protocol header, versions 1 (text) and 2 (binary), that a proxy such as HAProxy sends
// before the client's first byte. Pure and bounded; ProxyReceiver does the I/O.
// Specification: "The PROXY protocol, versions 1 & 2" by Willy Tarreau, sections 2.1 and 2.2.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "broker/transport/socket_address.h"

namespace coney {

inline constexpr std::size_t kProxyV1MaxSize = 107;  // with CR LF
inline constexpr std::size_t kProxyV2HeadSize = 16;  // signature, command, family, length
inline constexpr std::size_t kProxyV2MaxBody =
    4096;  // addresses and TLVs; ours, the format has 64K

struct ProxyHeader {
  // False: the proxy speaks for itself (LOCAL, as in a health check) or does not know the ends
  // (UNKNOWN, UNSPEC, Unix sockets): the ends of the real connection count.
  bool has_addresses = false;
  SocketAddress source;       // the client
  SocketAddress destination;  // what the client connected to
};

enum class ProxyStatus : std::uint8_t { kDone, kNeedMore, kError };

struct ProxyRead {
  ProxyStatus status = ProxyStatus::kNeedMore;
  ProxyHeader header;        // kDone
  std::size_t consumed = 0;  // kDone: size of the header; what follows is the client's
  const char* error = "";    // kError: what is wrong, for the log
};

// Reads the header that `bytes` begin with. kNeedMore: all of `bytes` belong to the header, call
// again with them and more. Bytes that cannot begin a header are refused at once.
// TLVs of version 2 are skipped.
ProxyRead read_proxy_header(std::string_view bytes);

}  // namespace coney
