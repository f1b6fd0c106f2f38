#pragma once
// The bytes of a segment file around its chunks: a header in front, and behind the last chunk, when
// the file was closed, a directory of them. persistence/FORMAT.md. Pure; any thread.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/segments/chunk.h"
#include "persistence/storage_error.h"
#include "persistence/stored_ids.h"

namespace coney {

struct SegmentHeader {
  static constexpr std::size_t kBytes = 32;
  static constexpr std::uint8_t kVersion = 2;

  SegmentStream stream = SegmentStream::kDurable;
  SegmentNumber number{};
  std::uint32_t salt = 0;  // see ChunkHeader
  std::uint8_t version = kVersion;

  void encode(char* to) const;  // kBytes
  // nullopt: not a segment's header. A version that this program does not know is given back.
  // REQUIRES: bytes.size() >= kBytes.
  static std::optional<SegmentHeader> decode(std::string_view bytes);
};

struct DirectoryEntry {
  StoredQueueId queue{};
  PositionRange positions;
  std::uint32_t count = 0;
  std::uint32_t offset = 0;    // in the file
  std::uint32_t length = 0;    // header and payload
  std::uint32_t left_out = 0;  // of the messages, at a restart

  static DirectoryEntry of(const ChunkHeader& header, std::uint64_t offset);
  friend bool operator==(const DirectoryEntry&, const DirectoryEntry&) = default;
};

// In order of offset.
using SegmentDirectory = std::vector<DirectoryEntry>;

// What stands behind the last chunk, which ends at `end`.
std::string encode_directory(SegmentNumber number, std::uint64_t end,
                             const SegmentDirectory& directory);

// The last kBytes of a closed file: where its directory is.
struct DirectoryTrailer {
  static constexpr std::size_t kBytes = 32;

  std::uint32_t directory_crc = 0;
  std::uint32_t count = 0;
  SegmentNumber number{};
  std::uint64_t end = 0;  // of the last chunk; the directory begins there

  std::uint64_t directory_bytes() const;
  // nullopt: none, or a damaged one. REQUIRES: bytes.size() >= kBytes.
  static std::optional<DirectoryTrailer> decode(std::string_view bytes);
};

// nullopt: damaged. `bytes` are those in front of the trailer.
std::optional<SegmentDirectory> decode_directory(const DirectoryTrailer& trailer,
                                                 std::string_view bytes);

// "000000000000002a.seg"
std::string segment_name(SegmentNumber number);
std::optional<SegmentNumber> parse_segment_name(std::string_view name);

}  // namespace coney
