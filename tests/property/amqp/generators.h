#pragma once
// Seeded random values for the property tests of amqp/. A failing test prints its seed; running
// with CONEY_SEED=<seed> repeats it.

#include <cstdint>
#include <cstdlib>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>

#include "amqp/methods.h"
#include "amqp/table.h"

namespace amqp::testing {

inline std::uint64_t seed_of_this_run() {
  static const std::uint64_t seed = [] {
    const char* given = std::getenv("CONEY_SEED");
    return given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  }();
  return seed;
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }
  // In [0, bound); REQUIRES: bound > 0.
  std::size_t below(std::size_t bound) { return bits() % bound; }
  bool chance(int one_in) { return below(static_cast<std::size_t>(one_in)) == 0; }

  std::string bytes(std::size_t size) {
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>(bits());
    return text;
  }
  std::string letters(std::size_t size) {
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>('a' + below(26));
    return text;
  }

 private:
  std::mt19937_64 engine_;
};

inline Value random_value(Random& random, int depth);

inline Table random_table(Random& random, int depth) {
  Table table;
  const std::size_t entries = random.below(6);
  for (std::size_t i = 0; i < entries; ++i) {
    // Short keys of few letters, so that keys repeat now and then.
    std::string key = random.letters(random.below(3));
    table.append(std::move(key), random_value(random, depth));
  }
  return table;
}

inline std::int64_t random_integer(Random& random, char tag) {
  const std::uint64_t bits = random.bits();
  switch (tag) {
    case 'b':
      return static_cast<std::int8_t>(bits);
    case 'B':
      return static_cast<std::uint8_t>(bits);
    case 's':
      return static_cast<std::int16_t>(bits);
    case 'u':
      return static_cast<std::uint16_t>(bits);
    case 'I':
      return static_cast<std::int32_t>(bits);
    case 'i':
      return static_cast<std::uint32_t>(bits);
    default:
      return static_cast<std::int64_t>(bits);
  }
}

// Any tag; `depth` more levels of arrays and tables. No NaN, so that values compare.
inline Value random_value(Random& random, int depth) {
  constexpr std::string_view kTags = "tbBsuIilTfdDSxVAF";
  const char tag = kTags[random.below(depth > 0 ? kTags.size() : kTags.size() - 2)];
  switch (tag) {
    case 't':
      return {tag, random.chance(2)};
    case 'T':
      return {tag, random.bits()};
    case 'f':
      return {tag, static_cast<double>(static_cast<float>(random.bits()) / 3)};
    case 'd':
      return {tag, static_cast<double>(random.bits()) / 3};
    case 'D':
      return {tag, Decimal{static_cast<std::uint8_t>(random.bits()),
                           static_cast<std::int32_t>(random.bits())}};
    case 'S':
    case 'x':
      return {tag, random.bytes(random.below(20))};
    case 'V':
      return Value::void_value();
    case 'F':
      return Value::table(random_table(random, depth - 1));
    case 'A': {
      Array array;
      for (std::size_t i = random.below(4); i > 0; --i) {
        array.push_back(random_value(random, depth - 1));
      }
      return Value::array(std::move(array));
    }
    default:
      return {tag, random_integer(random, tag)};
  }
}

// Fills the fields of any method; `memory` keeps the strings that its views point to.
template <typename Method>
Method random_method(Random& random, std::deque<std::string>& memory) {
  Method method;
  auto keep = [&](std::string text) { return std::string_view(memory.emplace_back(text)); };
  auto fill = [&](const auto& field) {
    constexpr FieldKind kKind = std::remove_cvref_t<decltype(field)>::kKind;
    auto& member = method.*field.member;
    if constexpr (kKind == FieldKind::kBit) {
      member = random.chance(2);
    } else if constexpr (kKind == FieldKind::kShortString) {
      member = keep(random.letters(random.chance(4) ? 255 : random.below(40)));
    } else if constexpr (kKind == FieldKind::kLongString) {
      member = keep(random.bytes(random.below(2000)));
    } else if constexpr (kKind == FieldKind::kTable) {
      std::string encoded;
      encode_table(encoded, random_table(random, 3));
      member = keep(encoded.substr(4));
    } else {
      member = static_cast<std::remove_cvref_t<decltype(member)>>(random.bits());
    }
  };
  std::apply([&](const auto&... fields) { (fill(fields), ...); }, Method::kFields);
  return method;
}

template <typename Method>
bool same_fields(const Method& a, const Method& b) {
  return std::apply(
      [&](const auto&... fields) { return ((a.*fields.member == b.*fields.member) && ...); },
      Method::kFields);
}

}  // namespace amqp::testing
