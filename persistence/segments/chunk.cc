#include "persistence/segments/chunk.h"

#include <algorithm>
#include <bit>
#include <string>

#include "persistence/file/crc32c.h"

namespace coney {
namespace {

using encoding::load;
using encoding::store;
using encoding::store_varint;

constexpr std::size_t kCrcStart = 8;  // the header's checksum covers what follows it

// Bits of an entry's flags; the others are zero. Version 1 had the first three, version 2 has all
// but kHasReturned.
constexpr std::uint8_t kPersistent = 0x01;
constexpr std::uint8_t kRedelivered = 0x02;
constexpr std::uint8_t kHasReturned = 0x04;  // 2 bytes
constexpr std::uint8_t kHasTime = 0x08;
constexpr std::uint8_t kHasCounts = 0x10;
constexpr std::uint8_t kLeftOut = 0x20;

// Position, flags, time, two counts and length at their longest.
constexpr std::size_t kMaxEntryHead = 5 * encoding::kMaxVarint + 1;

constexpr std::uint8_t known_flags(std::uint8_t version) {
  return kPersistent | kRedelivered |
         (version == 1 ? kHasReturned : kHasTime | kHasCounts | kLeftOut);
}

void read_facts(encoding::Cursor& cursor, std::uint8_t flags, MessageFacts& facts) {
  facts = {};
  facts.redelivered = flags & kRedelivered;
  if (flags & kHasReturned) {
    const std::string_view returned = cursor.bytes(2);
    if (cursor.ok()) facts.counts.returned = load<std::uint16_t>(returned.data());
  }
  if (flags & kHasTime) facts.time = cursor.varint();
  if (flags & kHasCounts) {
    const std::uint64_t returned = cursor.varint();
    const std::uint64_t acquired = cursor.varint();
    if ((returned | acquired) >> 32 != 0) return cursor.fail();
    facts.counts = {static_cast<std::uint32_t>(returned), static_cast<std::uint32_t>(acquired)};
  }
}

// REQUIRES: something is left. A damaged entry leaves the cursor failed.
void read_entry(encoding::Cursor& cursor, std::uint8_t version, QueuePosition& expected,
                ChunkEntry& entry) {
  const std::size_t before = cursor.left();
  entry.position = expected + cursor.varint();
  const std::uint8_t flags = cursor.byte();
  if (flags & ~known_flags(version)) cursor.fail();
  entry.persistent = flags & kPersistent;
  entry.left_out = flags & kLeftOut;
  read_facts(cursor, flags, entry.facts);
  entry.payload = cursor.bytes(cursor.varint());
  entry.bytes = static_cast<std::uint32_t>(before - cursor.left());
  expected = entry.position + 1;
}

int flags_of(const MessageFacts& facts) {
  return (facts.redelivered ? kRedelivered : 0) | (facts.time != 0 ? kHasTime : 0) |
         (facts.counts != DeliveryCounts{} ? kHasCounts : 0);
}

char* store_facts(char* to, const MessageFacts& facts) {
  if (facts.time != 0) to = store_varint(to, facts.time);
  if (facts.counts == DeliveryCounts{}) return to;
  to = store_varint(to, facts.counts.returned);
  return store_varint(to, facts.counts.acquired);
}

// That the payload is exactly the messages that the header tells of.
bool entries_match(const ChunkHeader& header, std::string_view payload) {
  encoding::Cursor cursor(payload);
  QueuePosition expected = header.positions.first;
  QueuePosition floor = expected;
  ChunkEntry entry;
  std::uint32_t count = 0, left_out = 0;
  while (cursor.left() != 0 && count < header.count) {
    read_entry(cursor, header.version, expected, entry);
    if (!cursor.ok() || entry.position < floor || entry.position > header.positions.last) {
      return false;
    }
    if (count++ == 0 && entry.position != header.positions.first) return false;
    left_out += entry.left_out ? 1 : 0;
    floor = expected;
  }
  return cursor.left() == 0 && count == header.count && left_out == header.left_out &&
         entry.position == header.positions.last;
}

bool plausible(const ChunkHeader& header) {
  constexpr std::uint64_t kSmallestEntry = 3;
  const auto [first, last] = header.positions;
  return header.stream <= SegmentStream::kSpill && first <= last && last + 1 != 0 &&
         header.count >= 1 && header.left_out <= header.count && header.count - 1 <= last - first &&
         header.payload_bytes >= header.count * kSmallestEntry;
}

StorageError corrupt(const ChunkHeader& header, std::string_view what) {
  return {StorageErrorCode::kCorrupt,
          "chunk of queue " + std::to_string(static_cast<std::uint64_t>(header.queue)) +
              ", positions " + std::to_string(header.positions.first) + " to " +
              std::to_string(header.positions.last) + ": " + std::string(what)};
}

}  // namespace

void ChunkHeader::encode(char* to) const {
  char* at = to + kCrcStart;
  at = store(at, payload_crc);
  at = store(at, version);
  at = store(at, static_cast<std::uint8_t>(stream));
  at = store(at, left_out);
  at = store(at, static_cast<std::uint64_t>(queue));
  at = store(at, positions.first);
  at = store(at, positions.last);
  at = store(at, count);
  at = store(at, payload_bytes);
  at = store(at, static_cast<std::uint64_t>(segment));
  at = store(at, synced);
  store(at, salt);
  std::memcpy(to, kMagic.data(), kMagic.size());
  store(to + 4, crc32c({to + kCrcStart, kBytes - kCrcStart}));
}

std::optional<ChunkHeader> ChunkHeader::decode(std::string_view bytes) {
  const char* from = bytes.data();
  if (!bytes.starts_with(kMagic)) return std::nullopt;
  const std::uint32_t crc = crc32c(bytes.substr(kCrcStart, kBytes - kCrcStart));
  if (load<std::uint32_t>(from + 4) != crc) return std::nullopt;
  ChunkHeader header;
  header.version = load<std::uint8_t>(from + 12);
  if (header.version == 0 || header.version > kVersion) return std::nullopt;
  header.payload_crc = load<std::uint32_t>(from + 8);
  header.stream = SegmentStream{load<std::uint8_t>(from + 13)};
  header.left_out = load<std::uint16_t>(from + 14);
  header.queue = StoredQueueId{load<std::uint64_t>(from + 16)};
  header.positions.first = load<std::uint64_t>(from + 24);
  header.positions.last = load<std::uint64_t>(from + 32);
  header.count = load<std::uint32_t>(from + 40);
  header.payload_bytes = load<std::uint32_t>(from + 44);
  header.segment = SegmentNumber{load<std::uint64_t>(from + 48)};
  header.synced = load<std::uint32_t>(from + 56);
  header.salt = load<std::uint32_t>(from + 60);
  if (!plausible(header)) return std::nullopt;
  return header;
}

bool ChunkReader::next(ChunkEntry& entry) {
  if (cursor_.left() == 0) return false;
  read_entry(cursor_, version_, expected_, entry);
  return true;
}

StorageResult<Chunk> Chunk::parse(ByteBuffer bytes) {
  constexpr std::size_t kHeader = ChunkHeader::kBytes;
  std::optional<ChunkHeader> header;
  if (bytes.size() >= kHeader) header = ChunkHeader::decode(bytes.view());
  if (!header) {
    return StorageError{StorageErrorCode::kCorrupt, "a chunk's header is damaged"};
  }
  if (header->chunk_bytes() != bytes.size()) return corrupt(*header, "its length is wrong");
  const std::string_view payload = bytes.view().substr(kHeader);
  if (crc32c(payload) != header->payload_crc) return corrupt(*header, "its checksum is wrong");
  if (!entries_match(*header, payload)) return corrupt(*header, "its entries contradict it");
  return Chunk(*header, std::move(bytes));
}

void ChunkBuilder::make_room(std::size_t bytes) {
  const std::size_t used = next_ ? static_cast<std::size_t>(next_ - begin()) : 0;
  if (used + bytes <= buffer_.size()) return;
  constexpr std::size_t kSmall = 1024;
  const std::size_t first_guess = std::max(usual_bytes_, ChunkHeader::kBytes + kSmall);
  buffer_.resize(std::max({used + bytes, used * 2, used == 0 ? first_guess : 0}));
  next_ = buffer_.data() + used;
}

std::uint32_t ChunkBuilder::add(QueuePosition position, bool persistent, const MessageFacts& facts,
                                std::string_view prefix, std::string_view data, bool left_out) {
  const std::size_t payload = prefix.size() + data.size();
  if (count_ == 0) {
    make_room(ChunkHeader::kBytes + kMaxEntryHead + payload);
    next_ = buffer_.data() + ChunkHeader::kBytes;
    positions_ = {position, position - 1};
  } else {
    make_room(kMaxEntryHead + payload);
  }
  char* at = next_;
  at = store_varint(at, position - (positions_.last + 1));
  const int flags = (persistent ? kPersistent : 0) | (left_out ? kLeftOut : 0) | flags_of(facts);
  *at++ = static_cast<char>(flags);
  at = store_facts(at, facts);
  at = store_varint(at, payload);
  if (!prefix.empty()) std::memcpy(at, prefix.data(), prefix.size());
  at += prefix.size();
  if (!data.empty()) std::memcpy(at, data.data(), data.size());
  at += data.size();
  const auto bytes = static_cast<std::uint32_t>(at - next_);
  next_ = at;
  positions_.last = position;
  ++count_;
  if (left_out) ++left_out_;
  return bytes;
}

Chunk ChunkBuilder::finish(StoredQueueId queue, SegmentStream stream) {
  const std::size_t total = bytes();
  buffer_.resize(total);
  ChunkHeader header;
  header.stream = stream;
  header.queue = queue;
  header.positions = positions_;
  header.count = count_;
  header.left_out = std::exchange(left_out_, 0);
  header.payload_bytes = static_cast<std::uint32_t>(total - ChunkHeader::kBytes);
  header.payload_crc = crc32c(buffer_.view().substr(ChunkHeader::kBytes));
  header.encode(buffer_.data());
  usual_bytes_ = std::min(total + total / 16, kChunkTargetBytes + kSlack);
  next_ = nullptr;
  count_ = 0;
  return Chunk(header, std::exchange(buffer_, ByteBuffer()));
}

}  // namespace coney
