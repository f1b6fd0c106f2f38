#include <cstddef>
#include <cstdint>

#include "tests/fuzz/proxy_protocol_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coney::fuzz::proxy_protocol({reinterpret_cast<const char*>(data), size});
  return 0;
}
