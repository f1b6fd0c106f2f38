#include "persistence/file/write_again.h"

#include <algorithm>

#include "persistence/byte_buffer.h"

namespace coney {
namespace {

constexpr std::uint64_t kPiece = 1 << 20;

StorageResult<void> copy_in_place(File& file, std::uint64_t from, std::uint64_t end) {
  for (std::uint64_t at = from; at < end; at += kPiece) {
    ByteBuffer bytes(static_cast<std::size_t>(std::min(kPiece, end - at)));
    const auto read = file.read_at(at, bytes.span());
    if (!read) return read.error();
    bytes.resize(*read);
    if (auto written = file.write_at(at, bytes.view()); !written) return written;
  }
  return {};
}

}  // namespace

StorageResult<void> write_again(File& file, std::uint64_t from, std::uint64_t end) {
  const auto copied = copy_in_place(file, from, end);
  if (!copied && copied.error().code != StorageErrorCode::kNoSpace) return copied;
  return file.sync();
}

}  // namespace coney
