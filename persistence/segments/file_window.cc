#include "persistence/segments/file_window.h"

#include <algorithm>
#include <cstring>

namespace coney {

std::string_view FileWindow::at(std::uint64_t offset, std::size_t length, std::size_t ahead) {
  if (offset >= size_) return {};
  length = static_cast<std::size_t>(std::min<std::uint64_t>(length, size_ - offset));
  const bool there = offset >= start_ && offset + length <= start_ + bytes_.size();
  if (!there) {
    const std::uint64_t wanted = std::max(length, ahead);
    load(offset, static_cast<std::size_t>(std::min(wanted, size_ - offset)));
  }
  return bytes_.view().substr(static_cast<std::size_t>(offset - start_), length);
}

void FileWindow::load(std::uint64_t offset, std::size_t length) {
  start_ = offset;
  bytes_.resize(length);
  const auto read = file_.read_at(offset, bytes_.span());
  if (!read) {
    load_piecewise();
  } else if (*read < length) {  // shorter than it said it was
    std::memset(bytes_.data() + *read, 0, length - *read);
  }
}

// One bad sector shall not hide what is around it.
void FileWindow::load_piecewise() {
  constexpr std::size_t kPiece = 4096;
  failed_ = true;
  std::memset(bytes_.data(), 0, bytes_.size());
  for (std::size_t at = 0; at < bytes_.size(); at += kPiece) {
    const std::size_t length = std::min(kPiece, bytes_.size() - at);
    const auto read = file_.read_at(start_ + at, bytes_.span().subspan(at, length));
    if (!read) std::memset(bytes_.data() + at, 0, length);
  }
}

}  // namespace coney
