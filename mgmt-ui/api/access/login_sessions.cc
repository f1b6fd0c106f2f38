#include "mgmt-ui/api/access/login_sessions.h"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace coney::management {
namespace {

// 256 random bits in hexadecimal digits.
std::string random_token() {
  std::array<unsigned char, 32> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("OpenSSL gives no random bytes");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string token;
  for (unsigned char byte : bytes) token += {kDigits[byte >> 4], kDigits[byte & 15]};
  return token;
}

}  // namespace

std::string LoginSessions::open(std::string user, std::string password_hash,
                                Clock::time_point until) {
  if (sessions_.size() == kMaxSessions) close(std::string(sessions_.back().first));
  std::string token = random_token();
  sessions_.emplace_front(token, Session{std::move(user), std::move(password_hash), until});
  by_token_.emplace(token, sessions_.begin());
  return token;
}

const LoginSessions::Session* LoginSessions::find(const std::string& token, Clock::time_point now) {
  auto found = by_token_.find(token);
  if (found == by_token_.end()) return nullptr;
  if (now < found->second->second.until) return &found->second->second;
  close(token);
  return nullptr;
}

void LoginSessions::close(const std::string& token) {
  auto found = by_token_.find(token);
  if (found == by_token_.end()) return;
  sessions_.erase(found->second);
  by_token_.erase(found);
}

}  // namespace coney::management
