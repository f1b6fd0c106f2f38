#pragma once
#include <string>
#include <string_view>

#include "amqp/table.h"
#include "tests/fuzz/check.h"

namespace amqp::fuzz {

inline std::string encoded(const Table& table) {
  std::string bytes;
  encode_table(bytes, table);
  return bytes.substr(4);
}

inline void check_lookup(std::string_view input, const Table& table) {
  for (const auto& [key, value] : table) {
    const std::string_view found = find_encoded(input, key);
    check(!found.empty(), "find_encoded finds every key");
    Decoder decoder(found);
    const auto again = decode_value(decoder);
    check(again.has_value() && decoder.at_end(), "find_encoded gives a whole value");
    std::string bytes;
    std::string expected;
    encode_value(bytes, *again);
    encode_value(expected, *table.find(key));
    check(bytes == expected, "find_encoded gives the value that Table::find gives");
  }
}

// A signalling NaN is the one number that does not survive: converting a float quiets it.
inline bool equal_up_to_nan(const Table& table, std::string_view input) {
  return encoded(table) == input || input.find('f') != std::string_view::npos;
}

// An encoded table without its length: decoder and walkers agree, encoding comes back.
inline void table(std::string_view input) {
  const auto decoded = decode_table(input);
  const auto shape = inspect_table(input);
  check(decoded.has_value() == shape.has_value(), "walking and decoding give the same verdict");
  if (!decoded) {
    check(decoded.error() == shape.error(), "walking and decoding give the same error");
    find_encoded(input, "key");
    return;
  }
  const std::string bytes = encoded(*decoded);
  check(bytes.size() == input.size(), "encoding keeps the size");
  const auto again = decode_table(bytes);
  check(again.has_value() && encoded(*again) == bytes, "encoding is stable");
  Table canonical = *decoded;
  canonical.canonicalize();
  check(!shape->canonical || equal_up_to_nan(canonical, input), "canonical bytes stay as they are");
  check_lookup(input, *decoded);
}

}  // namespace amqp::fuzz
