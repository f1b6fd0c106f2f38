#include <cstddef>
#include <cstdint>

#include "tests/fuzz/management_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coney::fuzz::management({reinterpret_cast<const char*>(data), size});
  return 0;
}
