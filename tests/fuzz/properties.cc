#include <cstddef>
#include <cstdint>

#include "tests/fuzz/properties_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  amqp::fuzz::properties({reinterpret_cast<const char*>(data), size});
  return 0;
}
