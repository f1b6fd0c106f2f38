#pragma once
// CRC-32C (Castagnoli), the checksum of every file format of this library. At the speed of the
// processor's own instruction where there is one.

#include <cstdint>
#include <string_view>

namespace coney {

// Of `bytes` following what `before` is the checksum of; 0 for nothing.
// crc32c("ab") == crc32c("b", crc32c("a")).
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

}  // namespace coney
