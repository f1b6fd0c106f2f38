#pragma once
// Numbers in files: little endian at fixed width, or LEB128 varints. Any thread.

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace coney::encoding {

static_assert(std::endian::native == std::endian::little, "numbers are stored as they are");

inline constexpr std::size_t kMaxVarint = 10;

template <typename T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// Writes `value` at `to` and returns the place behind it.
template <typename T>
char* store(char* to, T value) {
  std::memcpy(to, &value, sizeof value);
  return to + sizeof value;
}

// Writes at most kMaxVarint bytes at `to` and returns the place behind them.
inline char* store_varint(char* to, std::uint64_t value) {
  while (value >= 0x80) {
    *to++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *to++ = static_cast<char>(value);
  return to;
}

// Takes numbers off the front of bytes that somebody else owns. Once something was not there it
// stays failed and gives zeros, so that callers ask ok() once.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes)
      : next_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return ok_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - next_); }
  const char* position() const { return next_; }

  std::uint8_t byte() {
    if (next_ == end_) return fail(), std::uint8_t{0};
    return static_cast<std::uint8_t>(*next_++);
  }

  std::uint64_t varint() {
    if (next_ != end_ && static_cast<std::uint8_t>(*next_) < 0x80) [[likely]]
      return byte();
    return long_varint();
  }

  std::string_view bytes(std::uint64_t count) {
    if (count > left()) return fail(), std::string_view{};
    std::string_view taken(next_, static_cast<std::size_t>(count));
    next_ += count;
    return taken;
  }

  void fail() {
    ok_ = false;
    next_ = end_;
  }

 private:
  std::uint64_t long_varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint64_t piece = byte();
      value |= (piece & 0x7f) << shift;
      if (piece >= 0x80) continue;
      if (shift == 63 && piece > 1) fail();  // more than 64 bits
      return ok_ ? value : 0;
    }
    fail();
    return 0;
  }

  const char* next_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace coney::encoding
