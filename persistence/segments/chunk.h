#pragma once
// A chunk: consecutive messages of one queue as they lie in a segment file, in order of position,
// holes allowed. Messages that a restart does not bring back may stand between others in a durable
// chunk: they are marked. persistence/FORMAT.md has the bytes. Plain values without I/O: a shard
// builds chunks to page messages out and reads those that a SegmentStore gives it. Any one thread
// at a time; a finished Chunk is immutable and may be shared between threads.

#include <cstdint>
#include <optional>
#include <string_view>

#include "persistence/byte_buffer.h"
#include "persistence/encoding.h"
#include "persistence/message_facts.h"
#include "persistence/storage_error.h"
#include "persistence/stored_ids.h"

namespace coney {

// Durable segments are there after a restart; spilled ones only make room in memory.
enum class SegmentStream : std::uint8_t { kDurable = 0, kSpill = 1 };

// A segment file of one stream; never used again for another one of a data directory as long as
// a higher number is there.
enum class SegmentNumber : std::uint64_t {};

// What a chunk is about to hold.
inline constexpr std::size_t kChunkTargetBytes = 256 * 1024;
inline constexpr std::uint32_t kChunkTargetMessages = 4096;
// A message may be as large as this, in a chunk of its own. AMQP brokers refuse far smaller ones.
inline constexpr std::size_t kMaxStoredPayload = std::size_t{3} << 30;

struct ChunkHeader {
  static constexpr std::size_t kBytes = 64;
  static constexpr std::string_view kMagic = "CHNK";  // its first bytes
  static constexpr std::uint8_t kVersion = 2;

  std::uint8_t version = kVersion;
  std::uint32_t payload_crc = 0;
  SegmentStream stream = SegmentStream::kDurable;
  StoredQueueId queue{};
  PositionRange positions;     // of the first and the last message
  std::uint32_t count = 0;     // of messages, at least 1
  std::uint16_t left_out = 0;  // of them, at a restart
  std::uint32_t payload_bytes = 0;
  // These are set by the store when it writes the chunk: the file that it is in, and how many bytes
  // of that file were known to be on disk then.
  SegmentNumber segment{};
  std::uint32_t synced = 0;
  // Of the file, at random: bytes in a message that look like a chunk are not taken for one.
  std::uint32_t salt = 0;

  // Header and payload.
  std::uint64_t chunk_bytes() const { return kBytes + std::uint64_t{payload_bytes}; }

  void encode(char* to) const;  // kBytes
  // nullopt: not a chunk header, or a damaged one. REQUIRES: bytes.size() >= kBytes.
  static std::optional<ChunkHeader> decode(std::string_view bytes);
};

struct ChunkEntry {
  QueuePosition position = 0;
  bool persistent = false;
  bool left_out = false;  // a restart does not bring it back
  MessageFacts facts;
  std::uint32_t bytes = 0;   // what it takes in the chunk, for SegmentFile::release
  std::string_view payload;  // lives as long as the Chunk
};

// The messages of a chunk one by one. The chunk was checked when it was made: nothing fails here.
class ChunkReader {
 public:
  // False at the end.
  bool next(ChunkEntry& entry);

 private:
  friend class Chunk;
  ChunkReader(const ChunkHeader& header, std::string_view payload)
      : version_(header.version), expected_(header.positions.first), cursor_(payload) {}

  std::uint8_t version_;
  QueuePosition expected_;
  encoding::Cursor cursor_;
};

// The bytes of a chunk that is whole and valid.
class Chunk {
 public:
  // Checks everything: header, checksums, and that the messages are what the header says.
  // Error: kCorrupt, saying what is wrong.
  static StorageResult<Chunk> parse(ByteBuffer bytes);

  const ChunkHeader& header() const { return header_; }
  std::string_view bytes() const { return bytes_.view(); }
  std::string_view payload() const { return bytes().substr(ChunkHeader::kBytes); }
  ChunkReader read() const { return {header_, payload()}; }

 private:
  friend class ChunkBuilder;
  Chunk(ChunkHeader header, ByteBuffer bytes) : header_(header), bytes_(std::move(bytes)) {}

  ChunkHeader header_;
  ByteBuffer bytes_;
};

// Builds one chunk after the other.
class ChunkBuilder {
 public:
  // The payload is prefix and data back to back; both are copied. A reader gets them as one, so
  // what is in front has to tell its own length. Returns what the message takes in the chunk.
  // REQUIRES: position is higher than the last one added; the payload is at most
  // kMaxStoredPayload; !full().
  std::uint32_t add(QueuePosition position, bool persistent, const MessageFacts& facts,
                    std::string_view prefix, std::string_view data, bool left_out = false);

  bool empty() const { return count_ == 0; }
  // A restart brings none of its messages back.
  bool all_left_out() const { return left_out_ == count_; }
  std::uint32_t count() const { return count_; }
  std::size_t bytes() const { return empty() ? 0 : static_cast<std::size_t>(next_ - begin()); }
  // True when the chunk should be finished before more is added.
  bool full() const { return count_ >= kChunkTargetMessages || bytes() >= kChunkTargetBytes; }
  // True when a message of `payload_bytes` would make it larger than what is aimed at: finish
  // first.
  bool has_room_for(std::size_t payload_bytes) const {
    return empty() || (!full() && bytes() + payload_bytes <= kChunkTargetBytes + kSlack);
  }

  // The chunk; the builder is empty then. REQUIRES: !empty().
  Chunk finish(StoredQueueId queue, SegmentStream stream);

 private:
  static constexpr std::size_t kSlack = 4096;

  const char* begin() const { return buffer_.data(); }
  void make_room(std::size_t bytes);

  ByteBuffer buffer_;     // header, then entries; its size is the room that there is
  char* next_ = nullptr;  // behind the last entry
  PositionRange positions_;
  std::uint32_t count_ = 0;
  std::uint16_t left_out_ = 0;
  std::size_t usual_bytes_ = 0;  // of the chunk before, so that the next need not grow
};

}  // namespace coney
