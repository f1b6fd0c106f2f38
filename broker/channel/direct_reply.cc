#include "broker/channel/direct_reply.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "amqp/wire.h"

namespace coney {
namespace {

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                             reinterpret_cast<const unsigned char*>(bytes.data()),
                             static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

// Nothing unless the text is base64 of exactly `size` bytes.
std::optional<std::string> from_base64(std::string_view text, std::size_t size) {
  if (text.size() != 4 * ((size + 2) / 3)) return std::nullopt;
  std::string bytes(text.size(), '\0');
  int decoded = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                reinterpret_cast<const unsigned char*>(text.data()),
                                static_cast<int>(text.size()));
  if (decoded < 0) return std::nullopt;
  bytes.resize(size);
  return base64(bytes) == text ? std::optional(bytes) : std::nullopt;
}

constexpr std::size_t kAddressSize = 11;
constexpr std::size_t kKeySize = 8;

}  // namespace

std::string direct_reply_token(const DirectReplyAddress& address) {
  std::string place, key;
  amqp::Encoder encoder(place);
  encoder.u8(static_cast<std::uint8_t>(address.connection.shard));
  encoder.u32(address.connection.slot);
  encoder.u32(address.connection.generation);
  encoder.u16(address.channel);
  amqp::Encoder(key).u64(address.key);
  std::string token(kDirectReplyQueue);
  for (const std::string& part : {place, key}) token.append(1, '.').append(base64(part));
  return token;
}

std::optional<DirectReplyAddress> parse_direct_reply_token(std::string_view token) {
  if (!token.starts_with(kDirectReplyQueue)) return std::nullopt;
  token.remove_prefix(kDirectReplyQueue.size());
  if (token.empty() || token[0] != '.') return std::nullopt;
  token.remove_prefix(1);
  const std::size_t dot = token.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  auto place = from_base64(token.substr(0, dot), kAddressSize);
  auto key = from_base64(token.substr(dot + 1), kKeySize);
  if (!place || !key) return std::nullopt;
  amqp::Decoder decoder(*place);
  DirectReplyAddress address;
  address.connection.shard = static_cast<ShardId>(decoder.u8());
  address.connection.slot = decoder.u32();
  address.connection.generation = decoder.u32();
  address.channel = decoder.u16();
  address.key = amqp::Decoder(*key).u64();
  return address;
}

std::uint64_t random_key() {
  std::uint64_t key = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&key), sizeof key);
  return key;
}

}  // namespace coney
