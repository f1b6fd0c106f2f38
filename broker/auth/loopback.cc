#include "broker/auth/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>

namespace coney {
namespace {

constexpr unsigned char kLoopbackNet = 127;

bool is_loopback_6(const in6_addr& address) {
  if (IN6_IS_ADDR_LOOPBACK(&address)) return true;
  return IN6_IS_ADDR_V4MAPPED(&address) && address.s6_addr[12] == kLoopbackNet;
}

}  // namespace

bool is_loopback(std::string_view address) {
  std::string text(address.substr(0, address.find('%')));
  in_addr four;
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1) {
    return ntohl(four.s_addr) >> 24 == kLoopbackNet;
  }
  in6_addr six;
  return ::inet_pton(AF_INET6, text.c_str(), &six) == 1 && is_loopback_6(six);
}

bool is_allowed_from(std::string_view username, std::string_view address,
                     std::span<const std::string> loopback_users) {
  bool bound =
      std::find(loopback_users.begin(), loopback_users.end(), username) != loopback_users.end();
  return !bound || is_loopback(address);
}

}  // namespace coney
