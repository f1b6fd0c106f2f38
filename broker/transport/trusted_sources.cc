#include "broker/transport/trusted_sources.h"

#include <algorithm>
#include <charconv>

namespace coney {
namespace {

constexpr int kMappedBits = 96;  // of ::ffff:0:0/96

bool same_prefix(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, int bits) {
  auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  if (bits % 8 == 0) return true;
  auto mask = static_cast<std::uint8_t>(0xFF00 >> (bits % 8));
  return ((a[whole] ^ b[whole]) & mask) == 0;
}

SetupError refused(std::string_view network) {
  return {"'" + std::string(network) + "' is not a network like 10.0.0.0/8 or 2001:db8::/32"};
}

}  // namespace

bool TrustedSources::add(std::span<const std::uint8_t> address, int prefix_bits) {
  SocketAddress base(address, 0);
  if (address.size() == 16 && base.is_v4()) prefix_bits -= kMappedBits;
  if (!base.has_value() || prefix_bits < 0) return false;
  if (prefix_bits > static_cast<int>(base.bytes().size()) * 8) return false;
  networks_.push_back({base, prefix_bits});
  return true;
}

SetupResult<void> TrustedSources::add(std::string_view network) {
  std::size_t slash = network.find('/');
  std::optional<SocketAddress> base = SocketAddress::parse(network.substr(0, slash), 0);
  if (!base) return refused(network);
  int bits = static_cast<int>(base->bytes().size()) * 8;
  if (slash != std::string_view::npos) {
    std::string_view digits = network.substr(slash + 1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc() || end != digits.data() + digits.size()) return refused(network);
    bool mapped = base->is_v4() && network.find(':') != std::string_view::npos;
    if (mapped) bits -= kMappedBits;
  }
  if (!add(base->bytes(), bits)) return refused(network);
  return {};
}

bool TrustedSources::contains(const SocketAddress& peer) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    return network.address.bytes().size() == peer.bytes().size() &&
           same_prefix(network.address.bytes(), peer.bytes(), network.prefix_bits);
  });
}

}  // namespace coney
