#pragma once
// What a connection still has to write: small pieces copied together into chunks, large bodies by
// reference. Empty it holds no memory. Used by the connection's shard.

#include <sys/uio.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "broker/message/message.h"

namespace coney {

class OutputBuffer {
 public:
  static constexpr std::size_t kChunkSize = 64 * 1024;
  static constexpr std::size_t kReferenceFrom = 8 * 1024;  // bodies from this size are not copied

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Room for `count` contiguous bytes at the end; the caller writes them and calls commit().
  // REQUIRES: count <= kChunkSize.
  char* reserve(std::size_t count);
  void commit(std::size_t count) {
    pieces_.back().size += count;
    size_ += count;
  }
  void append(std::string_view bytes);
  // Part of the message's body, kept alive until it is written.
  void append_reference(MessageRef message, std::string_view part);

  // Fills at most `max` entries, from the front; returns how many.
  std::size_t gather(iovec* entries, std::size_t max) const;
  void consume(std::size_t count);

 private:
  struct FreeChunk {
    void operator()(char* memory) const { std::free(memory); }
  };
  // Bytes in a chunk, or of a message. A chunk in which a reference interrupts the small pieces is
  // shared by several; the last of them owns it, as it is written last.
  struct Piece {
    std::unique_ptr<char, FreeChunk> chunk;
    MessageRef message;
    const char* data = nullptr;
    std::size_t size = 0;
    std::size_t capacity = 0;  // from `data` to the end of the chunk, 0 unless it owns one
    std::size_t chunk_size = 0;
  };

  char* end_of(const Piece& piece) const { return piece.chunk.get() + used(piece); }
  static std::size_t used(const Piece& piece) { return piece.chunk_size - room(piece); }
  static std::size_t room(const Piece& piece) { return piece.capacity - piece.size; }
  Piece& writable_piece(std::size_t count);
  void add_chunk(std::size_t count);
  void retire(Piece& piece);
  void clear();

  std::vector<Piece> pieces_;  // [head_, size)
  std::size_t head_ = 0;
  std::size_t written_ = 0;  // of the piece at head_
  std::size_t size_ = 0;
  std::unique_ptr<char, FreeChunk> spare_;  // of kChunkSize, kept while there is something to write
  std::size_t next_chunk_size_ = 0;
};

}  // namespace coney
