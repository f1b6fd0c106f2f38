#pragma once
// A file read from front to back in pieces of which only a few bytes here and there are wanted.
// One thread.

#include <cstdint>
#include <string_view>

#include "persistence/byte_buffer.h"
#include "persistence/file/file.h"

namespace coney {

class FileWindow {
 public:
  FileWindow(File& file, std::uint64_t size) : file_(file), size_(size) {}

  // `length` bytes, or fewer at the end of the file; at least `ahead` are read at once when they
  // have to be. What the disk does not give reads as zeros. Valid until the next call.
  std::string_view at(std::uint64_t offset, std::size_t length, std::size_t ahead = 4096);
  // Whether there was something that the disk did not give.
  bool failed() const { return failed_; }

 private:
  void load(std::uint64_t offset, std::size_t length);
  void load_piecewise();

  File& file_;
  const std::uint64_t size_;
  std::uint64_t start_ = 0;
  ByteBuffer bytes_;
  bool failed_ = false;
};

}  // namespace coney
