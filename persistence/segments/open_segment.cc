#include "persistence/segments/open_segment.h"

#include <array>
#include <string_view>

namespace coney {
namespace {

using HeaderBytes = std::array<char, ChunkHeader::kBytes>;

// The chunk's header with what only the writer knows.
HeaderBytes place(ChunkHeader header, SegmentNumber segment, std::uint64_t synced,
                  std::uint32_t salt) {
  HeaderBytes bytes;
  header.salt = salt;
  header.segment = segment;
  header.synced = static_cast<std::uint32_t>(synced);
  header.encode(bytes.data());
  return bytes;
}

}  // namespace

StorageResult<std::unique_ptr<OpenSegment>> OpenSegment::create(
    FileSystem& files, const std::filesystem::path& directory, SegmentStream stream,
    SegmentNumber number, std::uint32_t salt) {
  auto file = std::make_shared<SegmentFile>(stream, number, directory / segment_name(number));
  auto handle = files.open(file->path(), OpenMode::kCreate);
  if (!handle) return handle.error();
  std::array<char, SegmentHeader::kBytes> header;
  SegmentHeader{.stream = stream, .number = number, .salt = salt}.encode(header.data());
  auto written = (*handle)->write_at(0, std::string_view(header.data(), header.size()));
  if (!written) return written.error();
  file->set_disk_bytes(header.size());
  return std::unique_ptr<OpenSegment>(new OpenSegment(std::move(file), std::move(*handle), salt));
}

StorageResult<std::vector<ChunkRef>> OpenSegment::append(std::span<const Chunk* const> chunks) {
  std::vector<HeaderBytes> headers;
  std::vector<std::string_view> pieces;
  std::vector<ChunkRef> refs;
  headers.reserve(chunks.size());
  pieces.reserve(chunks.size() * 2);
  refs.reserve(chunks.size());
  std::uint64_t end = end_;
  for (const Chunk* chunk : chunks) {
    headers.push_back(place(chunk->header(), file_->number(), synced_, salt_));
    pieces.emplace_back(headers.back().data(), headers.back().size());
    pieces.push_back(chunk->payload());
    const auto length = static_cast<std::uint32_t>(chunk->bytes().size());
    refs.push_back({file_, static_cast<std::uint32_t>(end), length});
    end += length;
  }
  if (auto written = handle_->write_at(end_, pieces); !written) {
    torn_ = true;
    return written.error();
  }
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    directory_.push_back(DirectoryEntry::of(chunks[i]->header(), refs[i].offset));
    file_->add(refs[i].length);
  }
  end_ = end;
  file_->set_disk_bytes(end_);
  return refs;
}

StorageResult<void> OpenSegment::sync() {
  if (auto synced = handle_->sync(); !synced) return synced;
  synced_ = end_;
  return {};
}

StorageResult<void> OpenSegment::cut() {
  if (auto cut = handle_->truncate(end_); !cut) return cut;
  torn_ = false;
  return {};
}

StorageResult<void> OpenSegment::finish() {
  const std::string bytes = encode_directory(file_->number(), end_, directory_);
  if (auto written = handle_->write_at(end_, bytes); !written) return written;
  file_->set_disk_bytes(end_ + bytes.size());
  return {};
}

}  // namespace coney
