#include "broker/auth/password_hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace coney {
namespace {

struct Algorithm {
  PasswordHashing hashing;
  std::string_view name;
  const EVP_MD* (*digest)();
};

constexpr Algorithm kAlgorithms[] = {
    {PasswordHashing::kSha256, "rabbit_password_hashing_sha256", EVP_sha256},
    {PasswordHashing::kSha512, "rabbit_password_hashing_sha512", EVP_sha512},
    {PasswordHashing::kMd5, "rabbit_password_hashing_md5", EVP_md5},
};

// Longer than any base64 text that can be a hash; more is not decoded.
constexpr std::size_t kMaxHashText = 256;

const Algorithm& algorithm(PasswordHashing hashing) {
  return kAlgorithms[static_cast<std::size_t>(hashing) % std::size(kAlgorithms)];
}

std::string salted_digest(std::string_view password, const EVP_MD* digest, std::string_view salt) {
  std::string input = std::string(salt).append(password);
  std::string output(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  int done = EVP_Digest(input.data(), input.size(), reinterpret_cast<unsigned char*>(output.data()),
                        &size, digest, nullptr);
  OPENSSL_cleanse(input.data(), input.size());
  output.resize(done == 1 ? size : 0);
  return output;
}

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                             reinterpret_cast<const unsigned char*>(bytes.data()),
                             static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > kMaxHashText) return std::nullopt;
  std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string bytes(text.size() / 4 * 3, '\0');
  int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                             reinterpret_cast<const unsigned char*>(text.data()),
                             static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

// Salt and digest; none when the text is no hash of this algorithm.
std::optional<std::string> decode_hash(std::string_view text, const EVP_MD* digest) {
  auto bytes = from_base64(text);
  auto digest_size = static_cast<std::size_t>(EVP_MD_get_size(digest));
  if (!bytes || bytes->size() != PasswordSalt{}.size() + digest_size) return std::nullopt;
  return bytes;
}

}  // namespace

PasswordSalt random_salt() {
  PasswordSalt salt;
  if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1) {
    throw std::runtime_error("OpenSSL has no random bytes");
  }
  return salt;
}

std::optional<std::string> hash_password(std::string_view password, PasswordHashing hashing,
                                         const PasswordSalt& salt) {
  if (password.empty()) return std::nullopt;
  std::string bytes(salt.begin(), salt.end());
  bytes += salted_digest(password, algorithm(hashing).digest(), bytes);
  return to_base64(bytes);
}

bool verify_password(std::string_view password, std::string_view password_hash,
                     PasswordHashing hashing) {
  const EVP_MD* digest = algorithm(hashing).digest();
  auto expected = decode_hash(password_hash, digest);
  if (!expected || password.empty()) return false;
  std::string_view salt = std::string_view(*expected).substr(0, PasswordSalt{}.size());
  std::string_view wanted = std::string_view(*expected).substr(salt.size());
  std::string actual = salted_digest(password, digest, salt);
  return actual.size() == wanted.size() &&
         CRYPTO_memcmp(actual.data(), wanted.data(), wanted.size()) == 0;
}

bool is_password_hash(std::string_view password_hash, PasswordHashing hashing) {
  return password_hash.empty() ||
         decode_hash(password_hash, algorithm(hashing).digest()).has_value();
}

std::string_view to_string(PasswordHashing hashing) {
  return algorithm(hashing).name;
}

std::optional<PasswordHashing> password_hashing_from(std::string_view name) {
  for (const Algorithm& known : kAlgorithms) {
    if (known.name == name) return known.hashing;
  }
  return std::nullopt;
}

}  // namespace coney
