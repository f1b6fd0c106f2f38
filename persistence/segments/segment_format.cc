#include "persistence/segments/segment_format.h"

#include <charconv>
#include <cstdio>

#include "persistence/encoding.h"
#include "persistence/file/crc32c.h"

namespace coney {
namespace {

using encoding::load;
using encoding::store;

constexpr std::uint32_t kHeaderMagic = 0x4d474553;   // "SEGM"
constexpr std::uint32_t kTrailerMagic = 0x44474553;  // "SEGD"
constexpr std::size_t kCrcStart = 8;                 // checksums of heads cover what follows them
constexpr std::size_t kEntryBytes = 40;
constexpr std::string_view kExtension = ".seg";
constexpr std::size_t kDigits = 16;

void sign(char* head, std::size_t bytes, std::uint32_t magic) {
  store(head, magic);
  store(head + 4, crc32c({head + kCrcStart, bytes - kCrcStart}));
}

bool signed_with(std::string_view head, std::uint32_t magic) {
  return load<std::uint32_t>(head.data()) == magic &&
         load<std::uint32_t>(head.data() + 4) == crc32c(head.substr(kCrcStart));
}

void encode_entry(char* to, const DirectoryEntry& entry) {
  to = store(to, static_cast<std::uint64_t>(entry.queue));
  to = store(to, entry.positions.first);
  to = store(to, entry.positions.last);
  to = store(to, entry.count);
  to = store(to, entry.offset);
  to = store(to, entry.length);
  store(to, entry.left_out);
}

DirectoryEntry decode_entry(const char* from) {
  return {.queue = StoredQueueId{load<std::uint64_t>(from)},
          .positions = {load<std::uint64_t>(from + 8), load<std::uint64_t>(from + 16)},
          .count = load<std::uint32_t>(from + 24),
          .offset = load<std::uint32_t>(from + 28),
          .length = load<std::uint32_t>(from + 32),
          .left_out = load<std::uint32_t>(from + 36)};
}

bool plausible(const DirectoryEntry& entry, std::uint64_t start, std::uint64_t end) {
  const auto [first, last] = entry.positions;
  return entry.offset >= start && entry.length > ChunkHeader::kBytes &&
         std::uint64_t{entry.offset} + entry.length <= end && entry.count >= 1 &&
         entry.left_out <= entry.count && first <= last && entry.count - 1 <= last - first;
}

}  // namespace

void SegmentHeader::encode(char* to) const {
  std::memset(to, 0, kBytes);
  store(to + 8, version);
  store(to + 9, static_cast<std::uint8_t>(stream));
  store(to + 12, salt);
  store(to + 16, static_cast<std::uint64_t>(number));
  sign(to, kBytes, kHeaderMagic);
}

std::optional<SegmentHeader> SegmentHeader::decode(std::string_view bytes) {
  if (!signed_with(bytes.substr(0, kBytes), kHeaderMagic)) return std::nullopt;
  SegmentHeader header;
  header.version = load<std::uint8_t>(bytes.data() + 8);
  header.stream = SegmentStream{load<std::uint8_t>(bytes.data() + 9)};
  header.salt = load<std::uint32_t>(bytes.data() + 12);
  header.number = SegmentNumber{load<std::uint64_t>(bytes.data() + 16)};
  return header;
}

DirectoryEntry DirectoryEntry::of(const ChunkHeader& header, std::uint64_t offset) {
  return {.queue = header.queue,
          .positions = header.positions,
          .count = header.count,
          .offset = static_cast<std::uint32_t>(offset),
          .length = static_cast<std::uint32_t>(header.chunk_bytes()),
          .left_out = header.left_out};
}

std::string encode_directory(SegmentNumber number, std::uint64_t end,
                             const SegmentDirectory& directory) {
  std::string bytes(directory.size() * kEntryBytes + DirectoryTrailer::kBytes, '\0');
  char* at = bytes.data();
  for (const DirectoryEntry& entry : directory) {
    encode_entry(at, entry);
    at += kEntryBytes;
  }
  const std::string_view entries(bytes.data(), directory.size() * kEntryBytes);
  store(at + 8, crc32c(entries));
  store(at + 12, static_cast<std::uint32_t>(directory.size()));
  store(at + 16, static_cast<std::uint64_t>(number));
  store(at + 24, end);
  sign(at, DirectoryTrailer::kBytes, kTrailerMagic);
  return bytes;
}

std::uint64_t DirectoryTrailer::directory_bytes() const {
  return std::uint64_t{count} * kEntryBytes;
}

std::optional<DirectoryTrailer> DirectoryTrailer::decode(std::string_view bytes) {
  if (!signed_with(bytes.substr(0, kBytes), kTrailerMagic)) return std::nullopt;
  DirectoryTrailer trailer;
  trailer.directory_crc = load<std::uint32_t>(bytes.data() + 8);
  trailer.count = load<std::uint32_t>(bytes.data() + 12);
  trailer.number = SegmentNumber{load<std::uint64_t>(bytes.data() + 16)};
  trailer.end = load<std::uint64_t>(bytes.data() + 24);
  return trailer;
}

std::optional<SegmentDirectory> decode_directory(const DirectoryTrailer& trailer,
                                                 std::string_view bytes) {
  if (bytes.size() != trailer.directory_bytes() || crc32c(bytes) != trailer.directory_crc) {
    return std::nullopt;
  }
  SegmentDirectory directory;
  directory.reserve(trailer.count);
  std::uint64_t start = SegmentHeader::kBytes;
  for (std::size_t at = 0; at < bytes.size(); at += kEntryBytes) {
    const DirectoryEntry entry = decode_entry(bytes.data() + at);
    if (!plausible(entry, start, trailer.end)) return std::nullopt;
    start = std::uint64_t{entry.offset} + entry.length;
    directory.push_back(entry);
  }
  return directory;
}

std::string segment_name(SegmentNumber number) {
  char digits[kDigits + 1];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(number));
  return digits + std::string(kExtension);
}

std::optional<SegmentNumber> parse_segment_name(std::string_view name) {
  if (name.size() != kDigits + kExtension.size() || !name.ends_with(kExtension)) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  const char* end = name.data() + kDigits;
  const auto parsed = std::from_chars(name.data(), end, number, 16);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  if (segment_name(SegmentNumber{number}) != name) return std::nullopt;
  return SegmentNumber{number};
}

}  // namespace coney
