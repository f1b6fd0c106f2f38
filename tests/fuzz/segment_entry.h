#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/segments/segment_directory.h"
#include "persistence/segments/segment_format.h"
#include "tests/fuzz/check.h"

namespace coney::fuzz {

using amqp::fuzz::check;

class MemoryFile : public File {
 public:
  explicit MemoryFile(std::string bytes) : bytes_(std::move(bytes)) {}

  StorageResult<void> write_at(std::uint64_t, std::span<const std::string_view>) override {
    check(false, "reading a segment writes nothing");
    return {};
  }
  StorageResult<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    check(offset <= bytes_.size(), "nothing is read behind the end");
    return bytes_.copy(into.data(), into.size(), offset);
  }
  StorageResult<void> sync() override { return {}; }
  StorageResult<void> write_out(std::uint64_t, std::uint64_t) override { return {}; }
  StorageResult<void> allocate(std::uint64_t) override { return {}; }
  StorageResult<void> truncate(std::uint64_t) override { return {}; }
  StorageResult<std::uint64_t> size() override { return bytes_.size(); }

 private:
  std::string bytes_;
};

constexpr SegmentNumber kFuzzSegment{3};

// Chunks and faults lie in the file and not on each other.
inline void check_places(const SegmentContents& contents) {
  std::uint64_t at = SegmentHeader::kBytes;
  for (const DirectoryEntry& entry : contents.chunks) {
    check(entry.offset >= at, "chunks do not overlap");
    at = std::uint64_t{entry.offset} + entry.length;
    check(at <= contents.size, "chunks lie in the file");
  }
  check(contents.chunks.empty() || at <= contents.end, "the end is behind the last chunk");
  for (const SegmentFault& fault : contents.faults) {
    check(fault.length != 0 && fault.offset + fault.length <= contents.size,
          "faults lie in the file");
    for (const DirectoryEntry& entry : contents.chunks) {
      check(fault.offset + fault.length <= entry.offset ||
                fault.offset >= std::uint64_t{entry.offset} + entry.length,
            "a chunk is no fault");
    }
  }
}

inline std::optional<SegmentContents> read_checked(const std::string& bytes, bool everything) {
  MemoryFile file(bytes);
  auto contents = read_segment(file, kFuzzSegment, everything);
  if (!contents) {
    check(contents.error().code == StorageErrorCode::kNewerVersion, "nothing else is an error");
    return std::nullopt;
  }
  check(contents->size == bytes.size() && !contents->unreadable, "it is read as it is");
  check_places(*contents);
  if (!everything) return std::move(*contents);
  for (const DirectoryEntry& entry : contents->chunks) {
    check(Chunk::parse(ByteBuffer(std::string_view(bytes).substr(entry.offset, entry.length)))
              .has_value(),
          "what was checked is whole");
  }
  return std::move(*contents);
}

struct BuiltSegment {
  std::string bytes;
  SegmentDirectory chunks;
};

// One byte of `shape` a chunk: bits 0-4 its messages, bit 5 that all before it was synced.
inline BuiltSegment build_segment(std::string_view shape, bool closed) {
  constexpr std::uint32_t kSalt = 0x5a17;
  BuiltSegment built;
  built.bytes.resize(SegmentHeader::kBytes);
  SegmentHeader{.number = kFuzzSegment, .salt = kSalt}.encode(built.bytes.data());
  std::uint32_t synced = 0;
  QueuePosition position = 0;
  for (const char one : shape) {
    ChunkBuilder builder;
    for (int i = 0; i <= (one & 0x1f); ++i) builder.add(position++, true, {}, "p", shape);
    const Chunk chunk = builder.finish(StoredQueueId{7}, SegmentStream::kDurable);
    if (one & 0x20) synced = static_cast<std::uint32_t>(built.bytes.size());
    ChunkHeader header = chunk.header();
    header.segment = kFuzzSegment;
    header.synced = synced;
    header.salt = kSalt;
    built.chunks.push_back(DirectoryEntry::of(header, built.bytes.size()));
    built.bytes.append(chunk.bytes());
    header.encode(built.bytes.data() + built.chunks.back().offset);
  }
  if (closed) built.bytes += encode_directory(kFuzzSegment, built.bytes.size(), built.chunks);
  return built;
}

// A good segment, damaged here and there: every other chunk is found.
inline void damaged_segment(std::string_view shape, std::string_view damage, bool closed) {
  const BuiltSegment good = build_segment(shape, closed);
  std::string bytes = good.bytes;
  std::vector<bool> hit(good.chunks.size());
  bool first_and_header = false;
  for (std::size_t i = 0; i + 3 <= damage.size(); i += 3) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(damage[i + at]); };
    const std::size_t place = (byte(0) << 8 | byte(1)) % bytes.size();
    bytes[place] = static_cast<char>(bytes[place] ^ byte(2));
    first_and_header = first_and_header || place < SegmentHeader::kBytes;
    for (std::size_t c = 0; c < hit.size(); ++c) {
      const DirectoryEntry& entry = good.chunks[c];
      if (place >= entry.offset && place < entry.offset + entry.length) hit[c] = true;
    }
  }
  // Then nothing tells the salt.
  if (first_and_header && !hit.empty() && hit[0]) return void(read_checked(bytes, true));
  const auto contents = read_checked(bytes, true);
  if (!contents) return;
  for (std::size_t c = 0; c < hit.size(); ++c) {
    const bool found = std::find(contents->chunks.begin(), contents->chunks.end(),
                                 good.chunks[c]) != contents->chunks.end();
    check(found || hit[c], "a chunk that is whole is found");
  }
  for (const DirectoryEntry& entry : contents->chunks) {
    const bool known =
        std::find(good.chunks.begin(), good.chunks.end(), entry) != good.chunks.end();
    check(known, "nothing is found that was not written");
  }
}

// Any bytes as a segment file; and a good segment of their making, damaged as they say.
inline void segment(std::string_view input) {
  for (const bool everything : {false, true}) read_checked(std::string(input), everything);
  if (input.size() < 2) return;
  const auto chunks = static_cast<unsigned char>(input[0]) % 8u;
  const bool closed = input[1] & 1;
  const std::string_view shape = input.substr(2, chunks);
  damaged_segment(shape, input.substr(2 + shape.size()).substr(0, 30), closed);
}

}  // namespace coney::fuzz
