#pragma once
#include <string_view>

#include "broker/transport/proxy_protocol.h"
#include "tests/fuzz/check.h"

namespace coney::fuzz {

using amqp::fuzz::check;

inline bool same(const ProxyRead& a, const ProxyRead& b) {
  return a.status == b.status && a.consumed == b.consumed &&
         a.header.has_addresses == b.header.has_addresses && a.header.source == b.header.source &&
         a.header.destination == b.header.destination;
}

// The first bytes of a connection: the verdict does not depend on how they are split, and stays
// within them and within the bounds.
inline void proxy_protocol(std::string_view input) {
  const ProxyRead whole = read_proxy_header(input);
  check(whole.consumed <= input.size(), "no more is consumed than there is");
  if (whole.status == ProxyStatus::kNeedMore) {
    check(input.size() < kProxyV2HeadSize + kProxyV2MaxBody, "an unfinished header is bounded");
  }
  if (whole.status == ProxyStatus::kDone) {
    check(same(read_proxy_header(input.substr(0, whole.consumed)), whole),
          "what follows the header does not matter");
    if (whole.header.has_addresses) {
      check(whole.header.source.has_value() && whole.header.destination.has_value(),
            "announced addresses are there");
    }
  }
  bool decided = false;
  for (std::size_t size = 0; size <= input.size() && size <= 256; ++size) {
    const ProxyRead part = read_proxy_header(input.substr(0, size));
    check(!decided || part.status != ProxyStatus::kNeedMore, "a verdict is not taken back");
    check(part.status != ProxyStatus::kDone || same(part, whole), "a longer input changes nothing");
    decided = part.status != ProxyStatus::kNeedMore;
  }
}

}  // namespace coney::fuzz
