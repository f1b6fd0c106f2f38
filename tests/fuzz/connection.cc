#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tests/fuzz/connection_entry.h"
#include "tests/fuzz/frame_mutator.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coney::fuzz::connection({reinterpret_cast<const char*>(data), size});
  return 0;
}

// One in four changes is the fuzzer's own, of any octet.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  if (size <= coney::fuzz::kScriptHead || seed % 4 == 0) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::string head = input.substr(0, coney::fuzz::kScriptHead);
  amqp::fuzz::FrameMutator mutator(std::string_view(input).substr(head.size()), seed / 4);
  if (!mutator.has_frames()) return LLVMFuzzerMutate(data, size, max_size);
  const std::string changed = head + mutator.mutate();
  if (changed.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::memcpy(data, changed.data(), changed.size());
  return changed.size();
}
