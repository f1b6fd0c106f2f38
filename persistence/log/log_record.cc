#include "persistence/log/log_record.h"

#include <limits>

namespace coney {

using encoding::Cursor;
using log_format::RecordKind;

namespace {

constexpr QueuePosition kLastPosition = std::numeric_limits<QueuePosition>::max();

std::uint32_t read_count(Cursor& cursor) {
  std::uint64_t value = cursor.varint();
  if (value > std::numeric_limits<std::uint32_t>::max()) cursor.fail();
  return static_cast<std::uint32_t>(value);
}

}  // namespace

bool LogRecord::read(Cursor& cursor) {
  std::uint8_t first = cursor.byte();
  kind = static_cast<RecordKind>(first & log_format::kKindMask);
  tx = TxId{};
  if ((first & log_format::kInTransaction) != 0) tx = TxId{cursor.varint()};
  switch (kind) {
    case RecordKind::kPublish:
      queue = StoredQueueId{cursor.varint()};
      position = cursor.varint();
      read_facts(cursor, first);
      read_payload(cursor);
      break;
    case RecordKind::kBody:
      body = BodyId{cursor.varint()};
      read_payload(cursor);
      break;
    case RecordKind::kEnqueue:
      queue = StoredQueueId{cursor.varint()};
      position = cursor.varint();
      read_facts(cursor, first);
      body = BodyId{cursor.varint()};
      break;
    case RecordKind::kSettle:
    case RecordKind::kReturnedOnce:
      read_range(cursor);
      break;
    case RecordKind::kReturned:
      read_range(cursor);
      facts.counts.returned = read_count(cursor);
      facts.counts.acquired = read_count(cursor);
      break;
    case RecordKind::kQueueState:
      read_live(cursor);
      break;
    case RecordKind::kCommit:
    case RecordKind::kAbort:
      tx = TxId{cursor.varint()};
      break;
    default:
      cursor.fail();
  }
  return cursor.ok();
}

void LogRecord::read_facts(Cursor& cursor, std::uint8_t flags) {
  facts = {};
  if ((flags & log_format::kHasState) != 0) {
    std::uint64_t value = cursor.varint();
    if (value / 2 > std::numeric_limits<std::uint32_t>::max()) return cursor.fail();
    facts.redelivered = (value & 1) != 0;
    facts.counts.returned = static_cast<std::uint32_t>(value / 2);
  }
  if ((flags & log_format::kHasTime) != 0) facts.time = cursor.varint();
  if ((flags & log_format::kHasAcquired) != 0) facts.counts.acquired = read_count(cursor);
}

void LogRecord::read_payload(Cursor& cursor) {
  std::uint64_t prefix_bytes = cursor.varint();
  std::uint64_t data_bytes = cursor.varint();
  prefix = cursor.bytes(prefix_bytes);
  data = cursor.bytes(data_bytes);
}

void LogRecord::read_range(Cursor& cursor) {
  queue = StoredQueueId{cursor.varint()};
  position = cursor.varint();
  count = cursor.varint();
  if (count == 0 || count - 1 > kLastPosition - position) cursor.fail();
}

void LogRecord::read_live(Cursor& cursor) {
  queue = StoredQueueId{cursor.varint()};
  position = cursor.varint();
  std::uint64_t ranges = cursor.varint();
  live.clear();
  QueuePosition behind = 0;
  for (std::uint64_t i = 0; i < ranges && cursor.ok(); ++i) {
    std::uint64_t gap = cursor.varint();
    std::uint64_t more = cursor.varint();
    bool fits = behind <= position && gap < position - behind && more < position - behind - gap;
    if (!fits) return cursor.fail();
    live.push_back({behind + gap, behind + gap + more});
    behind = live.back().last + 1;
  }
}

}  // namespace coney
