#include "broker/exchange/erlang_hash.h"

#include <algorithm>
#include <array>

namespace coney {
namespace {

struct Mixer {
  std::uint32_t a = 0x9e3779b9;
  std::uint32_t b = 0x9e3779b9;
  std::uint32_t c = 0;

  // Each of the three takes in the other two, one shift after the other.
  void mix() {
    round(13, 8, 13);
    round(12, 16, 5);
    round(3, 10, 15);
  }
  void round(int first, int second, int third) {
    a = (a - b - c) ^ (c >> first);
    b = (b - c - a) ^ (a << second);
    c = (c - a - b) ^ (b >> third);
  }
};

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

// Erlang's exs1024s: an xorshift generator with 1024 bits of state, seeded by a smaller one.
class JumpGenerator {
 public:
  explicit JumpGenerator(std::uint64_t key) {
    constexpr std::uint64_t kMask = (1u << 21) - 1;
    const std::uint64_t part = (key & kMask) + 1;
    std::uint64_t small = (part * 2097131 & kMask) << 43 | (part * 2097133 & kMask) << 22 |
                          (part * 2097143 & kMask) << 1 | 1;
    for (auto word = state_.rbegin(); word != state_.rend(); ++word) {
      small ^= small >> 12;
      small ^= small << 25;
      small ^= small >> 27;
      *word = small * 2685821657736338717u;
    }
  }

  // In [0, 1), 53 bits.
  double next() {
    std::uint64_t first = state_[at_];
    at_ = (at_ + 1) % state_.size();
    std::uint64_t second = state_[at_];
    second ^= second << 31;
    second ^= second >> 11;
    first ^= first >> 30;
    state_[at_] = first ^ second;
    return static_cast<double>(state_[at_] * 1181783497276652981u >> 11) * 0x1p-53;
  }

 private:
  std::array<std::uint64_t, 16> state_;
  std::size_t at_ = 0;
};

}  // namespace

std::uint32_t erlang_hash(std::string_view bytes) {
  constexpr std::uint32_t kBinary = 0x08d12e65;
  constexpr std::uint32_t kBits = (1u << 27) - 1;
  if (bytes.empty()) return kBinary & kBits;
  Mixer mixer{.c = kBinary};
  const auto size = static_cast<std::uint32_t>(bytes.size());
  for (; bytes.size() >= 12; bytes.remove_prefix(12)) {
    mixer.a += little_endian(bytes.substr(0, 4));
    mixer.b += little_endian(bytes.substr(4, 4));
    mixer.c += little_endian(bytes.substr(8, 4));
    mixer.mix();
  }
  const auto rest = [&](std::size_t from) {
    return from < bytes.size() ? little_endian(bytes.substr(from, 4)) : 0;
  };
  mixer.a += rest(0);
  mixer.b += rest(4);
  mixer.c += size + (rest(8) << 8);  // the lowest byte is the size's
  mixer.mix();
  return mixer.c & kBits;
}

std::uint64_t jump_hash(std::uint64_t key, std::uint64_t buckets) {
  if (buckets == 1) return 0;
  JumpGenerator generator(key);
  std::uint64_t bucket = 0;
  for (double next = 0; next < static_cast<double>(buckets);) {
    bucket = static_cast<std::uint64_t>(next);
    const double share = generator.next();
    if (share == 0) break;
    next = static_cast<double>(bucket + 1) / share;
  }
  return bucket;
}

}  // namespace coney
