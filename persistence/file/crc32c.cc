#include "persistence/file/crc32c.h"

#include <isa-l/crc.h>

#include <cstddef>

namespace coney {

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
  constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;  // the library counts in int
  std::uint32_t state = ~before;
  while (!bytes.empty()) {
    std::string_view part = bytes.substr(0, kMostAtOnce);
    auto* start = reinterpret_cast<unsigned char*>(const_cast<char*>(part.data()));  // only read
    state = crc32_iscsi(start, static_cast<int>(part.size()), state);
    bytes.remove_prefix(part.size());
  }
  return ~state;
}

}  // namespace coney
