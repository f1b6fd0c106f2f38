#pragma once
// Values of message headers read in place from the encoded table, and compared as the headers
// exchange compares them. Views live as long as the bytes they were read from.

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <string_view>

#include "amqp/wire.h"

namespace coney {

// One value on the wire: its type octet ('L' is read as 'l') and the data behind it, without a
// string's or container's length.
struct HeaderValue {
  char tag = 'V';
  std::string_view data;
};

// Reads the value at the decoder; fails the decoder when the octet is unknown or bytes are missing.
HeaderValue read_header_value(amqp::Decoder& decoder);

// RabbitMQ's rule: integers of all types compare by value, so do float and double; long strings and
// byte arrays by their bytes; everything else must be of one type, with nested types and order
// equal too.
bool equal_headers(const HeaderValue& a, const HeaderValue& b);

// Equal for values that equal_headers() calls equal.
// REQUIRES: not an array or table.
std::uint64_t header_hash(const HeaderValue& value);

struct Header {
  std::string_view key;
  HeaderValue value;
};
using HeaderList = boost::container::small_vector<Header, 16>;

// The top level of an encoded table, ascending by key, the first of equal keys only. What follows
// a malformed entry is left out.
HeaderList read_headers(std::string_view encoded_table);

}  // namespace coney
