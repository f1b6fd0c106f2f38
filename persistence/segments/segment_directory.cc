#include "persistence/segments/segment_directory.h"

#include <algorithm>
#include <string>
#include <utility>

#include "persistence/segments/file_window.h"

namespace coney {
namespace {

class SegmentWalk {
 public:
  SegmentWalk(File& file, SegmentNumber number, std::uint64_t size)
      : file_(file), number_(number), window_(file, size) {
    contents_.size = size;
  }

  StorageResult<SegmentContents> run(bool read_everything) {
    if (auto started = read_header(); !started) return started.error();
    if (auto directory = read_closed()) {
      contents_.closed = true;
      for (const DirectoryEntry& entry : *directory) take(entry, read_everything, true);
    } else {
      find_chunks();
      contents_.synced = synced_;
      for (const DirectoryEntry& entry : found_) {
        const bool synced = entry.offset < synced_;
        take(entry, read_everything || !synced, synced);
      }
    }
    contents_.unreadable = contents_.unreadable || window_.failed();
    return std::move(contents_);
  }

 private:
  // Without a good header the first chunk tells the salt.
  StorageResult<void> read_header() {
    const std::string_view bytes = window_.at(0, SegmentHeader::kBytes);
    if (bytes.size() < SegmentHeader::kBytes) return {};
    const auto header = SegmentHeader::decode(bytes);
    if (!header || header->number != number_) return {};
    if (header->version > SegmentHeader::kVersion) {
      return StorageError{StorageErrorCode::kNewerVersion,
                          "segment " + segment_name(number_) + " has format " +
                              std::to_string(header->version) + ": run the newer program"};
    }
    salt_ = header->salt;
    return {};
  }

  std::optional<SegmentDirectory> read_closed() {
    constexpr std::uint64_t kTail = DirectoryTrailer::kBytes;
    const std::uint64_t size = contents_.size;
    if (size < SegmentHeader::kBytes + kTail) return std::nullopt;
    const auto trailer = DirectoryTrailer::decode(window_.at(size - kTail, kTail));
    if (!trailer || trailer->number != number_) return std::nullopt;
    const std::uint64_t bytes = trailer->directory_bytes();
    if (bytes > size || trailer->end != size - kTail - bytes) return std::nullopt;
    contents_.end = trailer->end;
    const auto length = static_cast<std::size_t>(bytes);
    return decode_directory(*trailer, window_.at(trailer->end, length));
  }

  void find_chunks() {
    contents_.end = SegmentHeader::kBytes;
    std::uint64_t offset = SegmentHeader::kBytes;
    while (offset < contents_.size) {
      if (const auto header = header_at(offset)) {
        found_.push_back(DirectoryEntry::of(*header, offset));
        synced_ = std::max<std::uint64_t>(synced_, header->synced);
        offset += header->chunk_bytes();
      } else {
        const std::uint64_t next = find_header(offset + 1);
        gaps_.emplace_back(offset, next);
        offset = next;
      }
    }
    for (const auto& [start, end] : gaps_) add_gap(start, end);
  }

  std::optional<ChunkHeader> header_at(std::uint64_t offset) {
    const std::string_view bytes = window_.at(offset, ChunkHeader::kBytes);
    if (bytes.size() < ChunkHeader::kBytes) return std::nullopt;
    const auto header = ChunkHeader::decode(bytes);
    if (!header || header->segment != number_ || header->synced > offset) return std::nullopt;
    if (header->chunk_bytes() > contents_.size - offset) return std::nullopt;
    if (!salt_ && offset == SegmentHeader::kBytes) salt_ = header->salt;
    if (header->salt != salt_) return std::nullopt;
    return header;
  }

  // The end of the file when there is none.
  std::uint64_t find_header(std::uint64_t from) {
    constexpr std::size_t kPiece = 64 * 1024;
    while (from < contents_.size) {
      const std::string_view piece = window_.at(from, kPiece);
      const std::size_t place = piece.find(ChunkHeader::kMagic);
      if (place == std::string_view::npos) {
        const std::size_t overlap = ChunkHeader::kMagic.size() - 1;
        from += piece.size() > overlap ? piece.size() - overlap : piece.size();
      } else if (header_at(from + place)) {
        return from + place;
      } else {
        from += place + 1;
      }
    }
    return contents_.size;
  }

  void add_gap(std::uint64_t start, std::uint64_t end) {
    // A file that was begun a moment before the power went has nothing in front, else it is damage.
    const bool begun = salt_ || only_zeros(start, end);
    const std::uint64_t synced = begun ? std::clamp(synced_, start, end) : end;
    if (synced > start) contents_.faults.push_back({start, synced - start, true, 0});
    if (end > synced) contents_.faults.push_back({synced, end - synced, false, 0});
  }

  bool only_zeros(std::uint64_t start, std::uint64_t end) {
    constexpr std::size_t kPiece = 64 * 1024;
    for (std::uint64_t at = start; at < end; at += kPiece) {
      const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, end - at));
      const std::string_view piece = window_.at(at, length);
      if (piece.find_first_not_of('\0') != std::string_view::npos) return false;
    }
    return true;
  }

  void take(const DirectoryEntry& entry, bool check, bool synced) {
    if (check && !whole(entry)) {
      contents_.faults.push_back({entry.offset, entry.length, synced, entry.count});
      return;
    }
    contents_.chunks.push_back(entry);
    if (!contents_.closed) contents_.end = std::uint64_t{entry.offset} + entry.length;
  }

  bool whole(const DirectoryEntry& entry) {
    ByteBuffer bytes(entry.length);
    const auto read = file_.read_at(entry.offset, bytes.span());
    if (!read) contents_.unreadable = true;
    if (!read || *read < entry.length) return false;
    const auto chunk = Chunk::parse(std::move(bytes));
    return chunk && DirectoryEntry::of(chunk->header(), entry.offset) == entry;
  }

  File& file_;
  const SegmentNumber number_;
  FileWindow window_;
  SegmentContents contents_;
  std::optional<std::uint32_t> salt_;
  SegmentDirectory found_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> gaps_;
  std::uint64_t synced_ = 0;  // the highest mark in any chunk
};

}  // namespace

StorageResult<SegmentContents> read_segment(File& file, SegmentNumber number,
                                            bool read_everything) {
  const auto size = file.size();
  if (!size) return size.error();
  return SegmentWalk(file, number, *size).run(read_everything);
}

StorageResult<SegmentDirectory> read_directory(FileSystem& files, const SegmentFile& segment) {
  auto file = files.open(segment.path(), OpenMode::kRead);
  if (!file) return file.error();
  auto contents = read_segment(**file, segment.number(), false);
  if (!contents) return contents.error();
  return std::move(contents->chunks);
}

}  // namespace coney
