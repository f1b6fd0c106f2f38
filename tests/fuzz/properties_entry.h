#pragma once
#include <string>
#include <string_view>

#include "amqp/properties.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/table_entry.h"

namespace amqp::fuzz {

// A content header's payload: what can be read is written back byte for byte.
inline void properties(std::string_view input) {
  const auto header = decode_content_header(input);
  if (!header) return;
  check(kContentHeaderSize + header->properties.size() == input.size(), "nothing is lost");
  const auto list = PropertyList::decode(header->properties);
  if (!list) return;
  std::string bytes;
  list->encode(bytes);
  check(bytes == header->properties, "properties are written as they were read");
  if (list->headers) table(*list->headers);
}

}  // namespace amqp::fuzz
