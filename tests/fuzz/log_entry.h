#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/file/crc32c.h"
#include "persistence/log/log_batch.h"
#include "persistence/log/log_record.h"
#include "persistence/log/log_scan.h"
#include "tests/fuzz/check.h"

namespace coney::fuzz {

using amqp::fuzz::check;
using log_format::BlockHeader;
using log_format::RecordKind;

constexpr LogFileNumber kFuzzFile{3};
constexpr std::uint32_t kFuzzSalt = 0x5a17;

// False for what today's program does not write.
inline bool write_again(const LogRecord& record, LogBatch& batch) {
  const bool ends = record.kind == RecordKind::kCommit || record.kind == RecordKind::kAbort;
  if (record.tx != TxId{} && !ends) batch.begin_tx(record.tx);
  const LogPayload payload{record.prefix, record.data, nullptr};
  switch (record.kind) {
    case RecordKind::kPublish:
      batch.publish(record.queue, record.position, payload, record.facts);
      return true;
    case RecordKind::kBody:
      batch.body(record.body, payload);
      return true;
    case RecordKind::kEnqueue:
      batch.enqueue(record.queue, record.position, record.body, record.facts);
      return true;
    case RecordKind::kSettle:
      batch.settle(record.queue, record.position, record.count);
      return true;
    case RecordKind::kReturned:
      batch.returned(record.queue, record.position, record.count, record.facts.counts);
      return true;
    case RecordKind::kQueueState:
      batch.queue_state(record.queue, record.position, record.live);
      return true;
    case RecordKind::kCommit:
      batch.commit_tx(record.tx);
      return true;
    case RecordKind::kAbort:
      batch.abort_tx(record.tx);
      return true;
    case RecordKind::kReturnedOnce:
      return false;
  }
  return false;
}

inline void check_same(const LogRecord& a, const LogRecord& b) {
  check(a.kind == b.kind && a.tx == b.tx, "written again it is the same record");
  const bool has_queue =
      a.kind != RecordKind::kBody && a.kind != RecordKind::kCommit && a.kind != RecordKind::kAbort;
  const bool has_facts = a.kind == RecordKind::kPublish || a.kind == RecordKind::kEnqueue;
  const bool has_payload = a.kind == RecordKind::kPublish || a.kind == RecordKind::kBody;
  if (has_queue) check(a.queue == b.queue && a.position == b.position, "of the same message");
  if (has_facts) check(a.facts == b.facts, "with the same facts");
  if (has_payload) check(a.prefix == b.prefix && a.data == b.data, "and the same bytes");
  if (a.kind == RecordKind::kSettle) check(a.count == b.count, "settles as many");
  if (a.kind == RecordKind::kReturned) check(a.facts.counts == b.facts.counts, "counts the same");
  if (a.kind == RecordKind::kQueueState) check(a.live == b.live, "the same live");
}

inline void check_record(const LogRecord& record) {
  if (record.kind == RecordKind::kSettle || record.kind == RecordKind::kReturned) {
    check(record.count != 0 && record.position + record.count - 1 >= record.position,
          "a range has a last position");
  }
  if (record.kind == RecordKind::kQueueState) {
    QueuePosition next = 0;
    for (const PositionRange& range : record.live) {
      check(range.first >= next && range.first <= range.last && range.last < record.position,
            "what lives ascends below the next position");
      next = range.last + 1;
    }
  }
  LogBatch batch;
  if (!write_again(record, batch)) return;
  LogBlock& block = batch.seal().front();
  const std::string_view written(block.bytes.get(), block.size);
  encoding::Cursor cursor(written.substr(BlockHeader::kBytes));
  LogRecord again;
  check(again.read(cursor) && cursor.left() == 0, "what is written can be read");
  check_same(record, again);
}

// Any bytes as records, one after the other.
inline void records(std::string_view input) {
  encoding::Cursor cursor(input);
  LogRecord record;
  while (cursor.left() != 0) {
    const std::size_t before = cursor.left();
    if (!record.read(cursor)) return;
    check(cursor.left() < before, "a record has bytes");
    check_record(record);
  }
}

// Blocks and gaps lie in the file and not on each other.
inline void check_places(const LogScan& scan, std::string_view file) {
  std::uint64_t at = log_format::kPageBytes;
  for (const ScannedBlock& block : scan.blocks) {
    check(block.offset >= at, "blocks do not overlap");
    at = block.end();
    check(block.offset + BlockHeader::kBytes + block.header.payload_bytes <= file.size(),
          "blocks lie in the file");
    const auto payload =
        file.substr(block.offset + BlockHeader::kBytes, block.header.payload_bytes);
    check(block.whole == (crc32c(payload) == block.header.payload_crc), "the checksum decides");
  }
  check(scan.end == at, "the end is behind the last block");
  std::uint64_t gaps = log_format::kPageBytes;
  for (const LogGap& gap : scan.gaps) {
    check(gap.offset >= gaps && gap.offset < gap.end && gap.end <= scan.end, "gaps ascend");
    gaps = gap.end;
  }
}

struct BuiltLog {
  std::string bytes;
  std::vector<std::uint64_t> blocks;  // offsets
};

// One byte of `shape` a block: bits 0-4 its records, bit 5 that a commit ends behind it.
inline BuiltLog build_log(std::string_view shape) {
  BuiltLog built;
  built.bytes.resize(log_format::kPageBytes);
  for (const char one : shape) {
    LogBatch batch;
    for (int i = 0; i <= (one & 0x1f); ++i) {
      batch.publish(StoredQueueId{7}, static_cast<QueuePosition>(i), {"p", shape, nullptr});
    }
    LogBlock& block = batch.seal().front();
    BlockHeader header;
    header.payload_crc = block.payload_crc;
    header.payload_bytes = static_cast<std::uint32_t>(block.size - BlockHeader::kBytes);
    header.records = block.records;
    header.salt = kFuzzSalt;
    header.file = kFuzzFile;
    header.encode(block.bytes.get());
    built.blocks.push_back(built.bytes.size());
    built.bytes.append(block.bytes.get(), block.size);
    const auto to = (one & 0x20) != 0 ? log_format::kPageBytes : log_format::kBlockAlignment;
    built.bytes.resize(log_format::align(built.bytes.size(), to));
  }
  return built;
}

// A good log, damaged here and there: every other block is found whole.
inline void damaged_log(std::string_view shape, std::string_view damage) {
  BuiltLog built = build_log(shape);
  std::vector<bool> hit(built.blocks.size());
  for (std::size_t i = 0; i + 3 <= damage.size(); i += 3) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(damage[i + at]); };
    const std::size_t room = built.bytes.size() - log_format::kPageBytes;
    if (room == 0) return;
    const std::size_t place = log_format::kPageBytes + (byte(0) << 8 | byte(1)) % room;
    built.bytes[place] = static_cast<char>(built.bytes[place] ^ byte(2));
    const auto next = std::upper_bound(built.blocks.begin(), built.blocks.end(), place);
    if (next != built.blocks.begin())
      hit[static_cast<std::size_t>(next - built.blocks.begin()) - 1] = true;
  }
  const LogScan scan = LogScan::of(built.bytes, kFuzzFile, kFuzzSalt);
  check_places(scan, built.bytes);
  for (std::size_t i = 0; i < hit.size(); ++i) {
    const bool found = std::any_of(scan.blocks.begin(), scan.blocks.end(), [&](const auto& block) {
      return block.offset == built.blocks[i] && block.whole;
    });
    check(found || hit[i], "a block that is whole is found");
  }
  for (const ScannedBlock& block : scan.blocks) {
    check(std::find(built.blocks.begin(), built.blocks.end(), block.offset) != built.blocks.end(),
          "nothing is found that was not written");
  }
}

// Any bytes as records, as a log file, and as a good file and what damages it.
inline void log(std::string_view input) {
  records(input);
  for (const auto salt : {std::optional<std::uint32_t>(), std::optional(kFuzzSalt)}) {
    check_places(LogScan::of(input, kFuzzFile, salt), input);
  }
  if (input.empty()) return;
  const std::string_view shape = input.substr(1, static_cast<unsigned char>(input[0]) % 8u);
  damaged_log(shape, input.substr(1 + shape.size()).substr(0, 30));
}

}  // namespace coney::fuzz
