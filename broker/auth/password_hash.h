#pragma once
// RabbitMQ's password hashes: base64(salt || digest(salt || password)) with a salt of four bytes.
// Pure functions but for random_salt(); any thread. An empty hash (a user who cannot log in by
// password) and an empty password never match anything.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "persistence/definitions/records.h"

namespace coney {

using PasswordSalt = std::array<std::uint8_t, 4>;

// From OpenSSL's generator.
PasswordSalt random_salt();

// None for an empty password, which RabbitMQ refuses to store.
std::optional<std::string> hash_password(std::string_view password, PasswordHashing hashing,
                                         const PasswordSalt& salt);

// Compares digests in constant time. False for a hash that is not one of `hashing`.
bool verify_password(std::string_view password, std::string_view password_hash,
                     PasswordHashing hashing);

// Could `password_hash` be one of this algorithm: base64 of four bytes and a digest? An empty one
// is well-formed too.
bool is_password_hash(std::string_view password_hash, PasswordHashing hashing);

// RabbitMQ's names: "rabbit_password_hashing_sha256", "..._sha512", "..._md5".
std::string_view to_string(PasswordHashing hashing);
std::optional<PasswordHashing> password_hashing_from(std::string_view name);

}  // namespace coney
