#include <cstddef>
#include <cstdint>

#include "tests/fuzz/http_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coney::fuzz::http({reinterpret_cast<const char*>(data), size});
  return 0;
}
