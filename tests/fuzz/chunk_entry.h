#pragma once
#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/file/crc32c.h"
#include "persistence/segments/chunk.h"
#include "tests/fuzz/check.h"

namespace coney::fuzz {

using amqp::fuzz::check;

inline std::vector<ChunkEntry> entries_of(const Chunk& chunk) {
  std::vector<ChunkEntry> entries;
  ChunkReader reader = chunk.read();
  for (ChunkEntry entry; reader.next(entry);) entries.push_back(entry);
  return entries;
}

inline bool same(const ChunkEntry& a, const ChunkEntry& b) {
  return a.position == b.position && a.persistent == b.persistent && a.left_out == b.left_out &&
         a.facts == b.facts && a.payload == b.payload;
}

inline void check_entries(const Chunk& chunk) {
  const std::vector<ChunkEntry> entries = entries_of(chunk);
  check(entries.size() == chunk.header().count, "there are as many messages as the header says");
  check(entries.front().position == chunk.header().positions.first, "the first is the first");
  check(entries.back().position == chunk.header().positions.last, "the last is the last");
  std::uint64_t bytes = 0;
  ChunkBuilder builder;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const ChunkEntry& one = entries[i];
    check(i == 0 || one.position > entries[i - 1].position, "positions ascend");
    bytes += one.bytes;
    builder.add(one.position, one.persistent, one.facts, "", one.payload, one.left_out);
  }
  check(bytes == chunk.header().payload_bytes, "the messages fill the chunk");
  const Chunk again = builder.finish(chunk.header().queue, chunk.header().stream);
  const std::vector<ChunkEntry> same_entries = entries_of(again);
  check(std::equal(entries.begin(), entries.end(), same_entries.begin(), same_entries.end(), same),
        "built again it has the same messages");
}

inline void check_chunk(std::string_view bytes) {
  const auto chunk = Chunk::parse(ByteBuffer(bytes));
  if (!chunk) {
    check(chunk.error().code == StorageErrorCode::kCorrupt, "what is no chunk is corrupt");
    return;
  }
  check(chunk->bytes() == bytes, "a chunk keeps its bytes");
  check_entries(*chunk);
}

// A chunk as it is, and with checksums that are right: a fuzzer does not guess them.
inline void chunk(std::string_view input) {
  check_chunk(input);
  if (input.size() < ChunkHeader::kBytes) return;
  std::string bytes(input);
  std::string_view payload = std::string_view(bytes).substr(ChunkHeader::kBytes);
  const std::uint32_t payload_crc = crc32c(payload);
  std::memcpy(bytes.data(), ChunkHeader::kMagic.data(), ChunkHeader::kMagic.size());
  std::memcpy(bytes.data() + 8, &payload_crc, sizeof payload_crc);
  const auto length = static_cast<std::uint32_t>(payload.size());
  std::memcpy(bytes.data() + 44, &length, sizeof length);
  const std::uint32_t crc = crc32c(std::string_view(bytes).substr(8, ChunkHeader::kBytes - 8));
  std::memcpy(bytes.data() + 4, &crc, sizeof crc);
  check_chunk(bytes);
}

}  // namespace coney::fuzz
