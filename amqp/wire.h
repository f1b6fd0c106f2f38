#pragma once
// Reading and writing of AMQP 0-9-1's elementary types (spec 4.2.5), big endian.
// Decoder: a bounds-checked cursor over bytes that it does not own. Once it has run past the end it
// stays failed and yields zeros and empty views, so callers check ok() once at the end.
// Views that it returns live as long as the bytes given to it.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace amqp {

namespace wire {

template <typename T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(value));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(value));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(value));
  return value;
}

// Writes `value` at `to` and returns the place behind it.
template <typename T>
char* store(char* to, T value) {
  if constexpr (sizeof(T) == 2) value = static_cast<T>(__builtin_bswap16(value));
  if constexpr (sizeof(T) == 4) value = static_cast<T>(__builtin_bswap32(value));
  if constexpr (sizeof(T) == 8) value = static_cast<T>(__builtin_bswap64(value));
  std::memcpy(to, &value, sizeof value);
  return to + sizeof value;
}

inline char* store_bytes(char* to, std::string_view bytes) {
  std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

// REQUIRES: text.size() <= 255.
inline char* store_short_string(char* to, std::string_view text) {
  *to++ = static_cast<char>(text.size());
  return store_bytes(to, text);
}

}  // namespace wire

class Decoder {
 public:
  explicit Decoder(std::string_view bytes)
      : next_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return ok_; }
  bool at_end() const { return next_ == end_; }
  std::size_t remaining() const { return static_cast<std::size_t>(end_ - next_); }
  std::string_view rest() const { return {next_, remaining()}; }
  // The next octet without taking it, 0 at the end.
  std::uint8_t peek() const { return at_end() ? 0 : static_cast<std::uint8_t>(*next_); }

  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint16_t u16() { return number<std::uint16_t>(); }
  std::uint32_t u32() { return number<std::uint32_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }
  std::string_view short_string() { return bytes(u8()); }
  std::string_view long_string() { return bytes(u32()); }

  std::string_view bytes(std::size_t count) {
    if (!ok_ || count > remaining()) return fail(), std::string_view{};
    std::string_view taken(next_, count);
    next_ += count;
    return taken;
  }

  void fail() {
    ok_ = false;
    next_ = end_;
  }

 private:
  template <typename T>
  T number() {
    if (remaining() < sizeof(T)) return fail(), T{};
    T value = wire::load<T>(next_);
    next_ += sizeof(T);
    return value;
  }

  const char* next_;
  const char* end_;
  bool ok_ = true;
};

// Appends to a string that the caller owns.
class Encoder {
 public:
  explicit Encoder(std::string& out) : out_(out) {}

  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u16(std::uint16_t value) { number(value); }
  void u32(std::uint32_t value) { number(value); }
  void u64(std::uint64_t value) { number(value); }
  void bytes(std::string_view value) { out_.append(value); }
  // A short string holds 255 bytes at most; what is longer is cut.
  void short_string(std::string_view value) {
    value = value.substr(0, 255);
    u8(static_cast<std::uint8_t>(value.size()));
    bytes(value);
  }
  void long_string(std::string_view value) {
    u32(static_cast<std::uint32_t>(value.size()));
    bytes(value);
  }

  std::size_t size() const { return out_.size(); }
  // Overwrites four bytes at `position` (a length that was not known before its content).
  void patch_u32(std::size_t position, std::uint32_t value) {
    wire::store(out_.data() + position, value);
  }

 private:
  template <typename T>
  void number(T value) {
    char buffer[sizeof(T)];
    wire::store(buffer, value);
    out_.append(buffer, sizeof buffer);
  }

  std::string& out_;
};

// True when RabbitMQ would take the bytes of a short string: well-formed UTF-8.
bool is_utf8(std::string_view text);

}  // namespace amqp
