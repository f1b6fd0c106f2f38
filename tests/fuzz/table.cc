#include <cstddef>
#include <cstdint>

#include "tests/fuzz/table_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  amqp::fuzz::table({reinterpret_cast<const char*>(data), size});
  return 0;
}
