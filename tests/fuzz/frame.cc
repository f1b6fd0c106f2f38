#include <cstddef>
#include <cstdint>

#include "tests/fuzz/frame_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  amqp::fuzz::frame({reinterpret_cast<const char*>(data), size});
  return 0;
}
