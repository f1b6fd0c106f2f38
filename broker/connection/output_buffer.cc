#include "broker/connection/output_buffer.h"

#include <algorithm>
#include <new>
#include <utility>

namespace coney {
namespace {

// The first chunk of a burst; each further one is twice as large, up to kChunkSize.
constexpr std::size_t kFirstChunkSize = 2 * 1024;
// A vector of pieces of at most this many is kept when the buffer is empty.
constexpr std::size_t kKeptPieces = 4;
// From here on the dead pieces in front are cut off, when they are the larger half.
constexpr std::size_t kManyPieces = 64;

}  // namespace

char* OutputBuffer::reserve(std::size_t count) {
  return end_of(writable_piece(count));
}

OutputBuffer::Piece& OutputBuffer::writable_piece(std::size_t count) {
  const std::size_t live = pieces_.size() - head_;
  if (live >= 1 && pieces_.back().chunk && room(pieces_.back()) >= count) return pieces_.back();
  // Behind a reference: what is left of the chunk before it.
  if (live >= 2 && !pieces_.back().chunk) {
    Piece& owner = pieces_[pieces_.size() - 2];
    if (owner.chunk && room(owner) >= count) {
      Piece piece;
      piece.data = end_of(owner);
      piece.capacity = room(owner);
      piece.chunk_size = owner.chunk_size;
      piece.chunk = std::move(owner.chunk);
      owner.capacity = 0;
      return pieces_.emplace_back(std::move(piece));
    }
  }
  add_chunk(count);
  return pieces_.back();
}

void OutputBuffer::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const Piece& last = writable_piece(1);
    const std::size_t part = std::min(bytes.size(), room(last));
    bytes.copy(end_of(last), part);
    commit(part);
    bytes.remove_prefix(part);
  }
}

void OutputBuffer::append_reference(MessageRef message, std::string_view part) {
  if (part.empty()) return;
  Piece& piece = pieces_.emplace_back();
  piece.message = std::move(message);
  piece.data = part.data();
  piece.size = part.size();
  size_ += part.size();
}

std::size_t OutputBuffer::gather(iovec* entries, std::size_t max) const {
  std::size_t filled = 0;
  std::size_t skip = written_;
  for (std::size_t at = head_; at != pieces_.size() && filled != max; ++at) {
    const Piece& piece = pieces_[at];
    if (piece.size > skip) {
      entries[filled++] = {const_cast<char*>(piece.data + skip), piece.size - skip};
    }
    skip = 0;
  }
  return filled;
}

void OutputBuffer::consume(std::size_t count) {
  size_ -= count;
  if (size_ == 0) {
    clear();
    return;
  }
  written_ += count;
  while (written_ >= pieces_[head_].size) {
    written_ -= pieces_[head_].size;
    retire(pieces_[head_]);
    ++head_;
  }
  if (head_ < kManyPieces || head_ < pieces_.size() / 2) return;
  pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(head_));
  head_ = 0;
}

void OutputBuffer::add_chunk(std::size_t count) {
  Piece piece;
  if (spare_) {
    piece.chunk = std::move(spare_);
    piece.chunk_size = kChunkSize;
  } else {
    piece.chunk_size = std::max({next_chunk_size_, kFirstChunkSize, std::min(count, kChunkSize)});
    piece.chunk.reset(static_cast<char*>(std::malloc(piece.chunk_size)));
    if (!piece.chunk) throw std::bad_alloc();
    next_chunk_size_ = std::min(kChunkSize, piece.chunk_size * 2);
  }
  piece.data = piece.chunk.get();
  piece.capacity = piece.chunk_size;
  pieces_.push_back(std::move(piece));
}

// A written piece gives its memory back, but for one full-sized chunk that the next bytes will use.
void OutputBuffer::retire(Piece& piece) {
  if (!spare_ && piece.chunk_size == kChunkSize) spare_ = std::move(piece.chunk);
  piece = Piece{};
}

void OutputBuffer::clear() {
  pieces_.clear();
  if (pieces_.capacity() > kKeptPieces) std::vector<Piece>().swap(pieces_);
  spare_.reset();
  head_ = 0;
  written_ = 0;
  next_chunk_size_ = 0;
}

}  // namespace coney
