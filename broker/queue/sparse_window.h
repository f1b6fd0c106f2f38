#pragma once
// A sequence that grows at its end and loses elements anywhere, addressed by a position that never
// changes: the messages of a queue, the unacknowledged deliveries of a channel. Elements stand in
// chunks; a chunk goes when its last element does, so one forgotten element costs one chunk and
// not everything behind it. Empty it holds no memory to speak of.
//
// Elements may be taken out and put back later at their old positions (a queue's messages that wait
// on disk meanwhile): keep_place() says from where on.
//
// T needs a default constructor, and `bool present() const` that is false for a default T.

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace coney {

template <typename T, std::size_t ChunkSize = 256>
class SparseWindow {
 public:
  // Positions of the live elements lie in [begin(), end()).
  std::uint64_t begin() const { return first_ * ChunkSize; }
  std::uint64_t end() const { return end_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Appends and returns its position.
  std::uint64_t push_back(T element) {
    Chunk& chunk = last_chunk();
    chunk.elements[end_ % ChunkSize] = std::move(element);
    ++chunk.live;
    ++size_;
    return end_++;
  }

  // Positions from `position` on keep their places although nothing may live there, so that
  // insert() can fill them. REQUIRES: begin() <= position <= end(). Cheap: 8 bytes per chunk.
  void keep_place(std::uint64_t position) { kept_ = position / ChunkSize; }
  void keep_no_place() { kept_ = kNone; }

  // REQUIRES: a kept place (keep_place(p), p <= position < end()) where nothing lives.
  void insert(std::uint64_t position, T element) {
    if (count() == 0) restart();
    const std::uint64_t index = position / ChunkSize - first_;
    if (index >= count()) chunks_.resize(head_ + index + 1);
    std::unique_ptr<Chunk>& chunk = chunks_[head_ + index];
    if (!chunk) chunk = new_chunk();
    chunk->elements[position % ChunkSize] = std::move(element);
    ++chunk->live;
    ++size_;
  }

  // An empty window whose positions begin at `begin` (kept) and end at `end`.
  void start_at(std::uint64_t begin, std::uint64_t end) {
    compact_at(end);
    first_ = begin / ChunkSize;
    keep_place(begin);
  }

  // Uses up a position without an element.
  void skip() {
    if (size_ == 0 && kept_ == kNone) {
      if (count() != 0) compact_at(end_);
      first_ = ++end_ / ChunkSize;
      return;
    }
    const bool unused = last_chunk().live == 0;
    const std::uint64_t index = end_ / ChunkSize - first_;
    if (++end_ % ChunkSize == 0 && unused) release(index);
  }

  // The element at `position`, nullptr when it was erased or never existed.
  T* find(std::uint64_t position) {
    const std::uint64_t number = position / ChunkSize;
    if (number < first_ || position >= end_ || number - first_ >= count()) return nullptr;
    Chunk* chunk = chunks_[head_ + (number - first_)].get();
    if (!chunk) return nullptr;
    T& element = chunk->elements[position % ChunkSize];
    return element.present() ? &element : nullptr;
  }

  // REQUIRES: find(position) != nullptr.
  void erase(std::uint64_t position) {
    const std::uint64_t index = position / ChunkSize - first_;
    Chunk& chunk = *chunks_[head_ + index];
    chunk.elements[position % ChunkSize] = T{};
    --size_;
    if (--chunk.live == 0 && end_ >= (first_ + index + 1) * ChunkSize) release(index);
  }

  // The first live position at or behind `position`; end() when there is none. Skips whole chunks.
  std::uint64_t next(std::uint64_t position) const {
    if (position < begin()) position = begin();
    while (position < end_) {
      const std::uint64_t index = position / ChunkSize - first_;
      if (index >= count()) return end_;
      const Chunk* chunk = chunks_[head_ + index].get();
      const std::uint64_t chunk_end = (position / ChunkSize + 1) * ChunkSize;
      if (!chunk || chunk->live == 0) {
        position = chunk_end;
        continue;
      }
      for (; position < chunk_end && position < end_; ++position) {
        if (chunk->elements[position % ChunkSize].present()) return position;
      }
    }
    return end_;
  }

  // The last live position in front of `position` and not in front of `lowest`; nullopt when there
  // is none. Skips whole chunks.
  std::optional<std::uint64_t> previous(std::uint64_t position, std::uint64_t lowest = 0) const {
    lowest = std::max(lowest, begin());
    position = std::min({position, end_, (first_ + count()) * ChunkSize});
    while (position > lowest) {
      const Chunk* chunk = chunks_[head_ + (position - 1) / ChunkSize - first_].get();
      const std::uint64_t chunk_begin = std::max((position - 1) / ChunkSize * ChunkSize, lowest);
      if (!chunk || chunk->live == 0) position = chunk_begin;
      for (; position > chunk_begin; --position) {
        if (chunk->elements[(position - 1) % ChunkSize].present()) return position - 1;
      }
    }
    return std::nullopt;
  }

  // Gives all memory back when nothing is alive; the next position is then the start of a chunk.
  void compact() {
    if (size_ == 0 && kept_ == kNone) compact_at((end_ + ChunkSize - 1) / ChunkSize * ChunkSize);
  }

  // Erases everything; positions go on from end().
  void clear() {
    for (std::uint64_t at = next(begin()); at != end_; at = next(at + 1)) erase(at);
  }

 private:
  static constexpr std::uint64_t kNone = UINT64_MAX;

  struct Chunk {
    std::array<T, ChunkSize> elements{};
    std::uint32_t live = 0;
  };

  std::uint64_t count() const { return chunks_.size() - head_; }

  void compact_at(std::uint64_t end) {
    std::vector<std::unique_ptr<Chunk>>().swap(chunks_);
    spare_.reset();
    head_ = 0;
    end_ = end;
    first_ = end_ / ChunkSize;
  }

  // The one that end() lies in.
  Chunk& last_chunk() {
    if (count() == 0) restart();
    const std::uint64_t index = end_ / ChunkSize - first_;
    if (index >= count()) chunks_.resize(head_ + index + 1);
    std::unique_ptr<Chunk>& chunk = chunks_[head_ + index];
    if (!chunk) chunk = new_chunk();
    return *chunk;
  }

  std::unique_ptr<Chunk> new_chunk() {
    return spare_ ? std::move(spare_) : std::make_unique<Chunk>();
  }

  // Nothing is alive.
  void restart() {
    chunks_.clear();
    head_ = 0;
    first_ = std::min(end_ / ChunkSize, kept_);
  }

  void release(std::uint64_t index) {
    spare_ = std::move(chunks_[head_ + index]);
    while (head_ < chunks_.size() && !chunks_[head_] && first_ < kept_) {
      ++head_;
      ++first_;
    }
    if (head_ == chunks_.size() || head_ >= 64 + chunks_.size() / 2) {
      chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
  }

  std::vector<std::unique_ptr<Chunk>> chunks_;  // [head_, size): the chunks from first_ on
  std::unique_ptr<Chunk> spare_;                // saves an allocation per chunk in steady flow
  std::size_t head_ = 0;
  std::uint64_t first_ = 0;     // number of the chunk at head_
  std::uint64_t kept_ = kNone;  // number of the first chunk whose place is kept
  std::uint64_t end_ = 0;
  std::size_t size_ = 0;
};

}  // namespace coney
