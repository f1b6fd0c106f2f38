#include "persistence/log/log_batch.h"

#include <algorithm>

#include "persistence/file/crc32c.h"

namespace coney {

using encoding::store_varint;
using log_format::RecordKind;

namespace {

std::uint64_t number(auto id) {
  return static_cast<std::uint64_t>(id);
}

bool has_state(const MessageFacts& facts) {
  return facts.redelivered || facts.counts.returned != 0;
}

std::uint8_t flags_of(const MessageFacts& facts) {
  return static_cast<std::uint8_t>((has_state(facts) ? log_format::kHasState : 0) |
                                   (facts.time != 0 ? log_format::kHasTime : 0) |
                                   (facts.counts.acquired != 0 ? log_format::kHasAcquired : 0));
}

char* store_facts(char* to, const MessageFacts& facts) {
  if (has_state(facts)) {
    to = store_varint(to, std::uint64_t{facts.counts.returned} * 2 + (facts.redelivered ? 1 : 0));
  }
  if (facts.time != 0) to = store_varint(to, facts.time);
  if (facts.counts.acquired != 0) to = store_varint(to, facts.counts.acquired);
  return to;
}

char* store_bytes(char* to, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

bool by_reference(const LogPayload& payload) {
  return payload.data.size() >= LogPayload::kReferenceFrom && payload.keep;
}

}  // namespace

LogBatch& LogBatch::operator=(LogBatch&& other) noexcept {
  next_ = std::exchange(other.next_, nullptr);
  end_ = std::exchange(other.end_, nullptr);
  records_ = std::exchange(other.records_, 0);
  tx_ = std::exchange(other.tx_, TxId{});
  last_settle_ = std::exchange(other.last_settle_, {});
  block_ = std::exchange(other.block_, {});
  blocks_ = std::exchange(other.blocks_, {});
  transactions_ = std::exchange(other.transactions_, {});
  sealed_bytes_ = std::exchange(other.sealed_bytes_, 0);
  sealed_records_ = std::exchange(other.sealed_records_, 0);
  return *this;
}

void LogBatch::publish(StoredQueueId queue, QueuePosition position, const LogPayload& payload,
                       const MessageFacts& facts) {
  bool reference = by_reference(payload);
  char* to = room(kMaxHead + payload.prefix.size() + (reference ? 0 : payload.data.size()));
  to = start(to, RecordKind::kPublish, flags_of(facts));
  to = store_varint(to, number(queue));
  to = store_varint(to, position);
  to = store_facts(to, facts);
  reference ? put_reference(to, payload) : put_payload(to, payload);
}

void LogBatch::body(BodyId id, const LogPayload& payload) {
  bool reference = by_reference(payload);
  char* to = room(kMaxHead + payload.prefix.size() + (reference ? 0 : payload.data.size()));
  to = start(to, RecordKind::kBody);
  to = store_varint(to, number(id));
  reference ? put_reference(to, payload) : put_payload(to, payload);
}

void LogBatch::enqueue(StoredQueueId queue, QueuePosition position, BodyId id,
                       const MessageFacts& facts) {
  char* to = start(room(kMaxHead), RecordKind::kEnqueue, flags_of(facts));
  to = store_varint(to, number(queue));
  to = store_varint(to, position);
  to = store_facts(to, facts);
  record_done(store_varint(to, number(id)));
}

void LogBatch::put_payload(char* to, const LogPayload& payload) {
  to = store_varint(to, payload.prefix.size());
  to = store_varint(to, payload.data.size());
  to = store_bytes(to, payload.prefix);
  record_done(store_bytes(to, payload.data));
}

// The block ends with the data, which stays where it is.
void LogBatch::put_reference(char* to, const LogPayload& payload) {
  to = store_varint(to, payload.prefix.size());
  to = store_varint(to, payload.data.size());
  record_done(store_bytes(to, payload.prefix));
  block_.tail = payload.data;
  block_.keep = payload.keep;
  seal_block();
}

void LogBatch::settle(StoredQueueId queue, QueuePosition first, std::uint64_t count) {
  LastSettle& last = last_settle_;
  bool follows = last.end != nullptr && last.end == next_ && last.queue == queue &&
                 last.first + last.count == first && last.tx == tx_;
  if (follows) {  // write the last record anew, one longer
    next_ = last.start;
    --records_;
    first = last.first;
    count += last.count;
  }
  char* to = room(kMaxHead);
  record_done(put_range(start(to, RecordKind::kSettle), queue, first, count));
  last = {to, next_, queue, first, count, tx_};
}

void LogBatch::returned(StoredQueueId queue, QueuePosition first, std::uint64_t count,
                        DeliveryCounts counts) {
  char* to = put_range(start(room(kMaxHead), RecordKind::kReturned), queue, first, count);
  to = store_varint(to, counts.returned);
  record_done(store_varint(to, counts.acquired));
}

char* LogBatch::put_range(char* to, StoredQueueId queue, QueuePosition first, std::uint64_t count) {
  to = store_varint(to, number(queue));
  to = store_varint(to, first);
  return store_varint(to, count);
}

void LogBatch::queue_state(StoredQueueId queue, QueuePosition next_position,
                           std::span<const PositionRange> live) {
  char* to = room(kMaxHead + live.size() * 2 * encoding::kMaxVarint);
  to = start(to, RecordKind::kQueueState);
  to = store_varint(to, number(queue));
  to = store_varint(to, next_position);
  to = store_varint(to, live.size());
  QueuePosition behind = 0;
  for (const PositionRange& range : live) {
    to = store_varint(to, range.first - behind);
    to = store_varint(to, range.last - range.first);
    behind = range.last + 1;
  }
  record_done(to);
}

void LogBatch::begin_tx(TxId id) {
  tx_ = id;
  transactions_.push_back({id, TxMark::Kind::kPart});
}

void LogBatch::commit_tx(TxId id) {
  transaction(RecordKind::kCommit, {id, TxMark::Kind::kCommit});
}

void LogBatch::abort_tx(TxId id) {
  transaction(RecordKind::kAbort, {id, TxMark::Kind::kAbort});
}

void LogBatch::transaction(RecordKind record, TxMark mark) {
  end_tx();
  char* to = start(room(kMaxHead), record);
  record_done(store_varint(to, number(mark.id)));
  transactions_.push_back(mark);
}

void LogBatch::open_block(std::size_t bytes) {
  seal_block();
  std::size_t size = std::max(kBlockBytes, Header::kBytes + bytes);
  block_.bytes = std::make_unique_for_overwrite<char[]>(size);
  next_ = block_.bytes.get() + Header::kBytes;
  end_ = block_.bytes.get() + size;
}

void LogBatch::seal_block() {
  if (records_ == 0) return;
  block_.size = static_cast<std::uint32_t>(open_bytes());
  block_.records = std::exchange(records_, 0);
  std::string_view records(block_.bytes.get() + Header::kBytes, block_.size - Header::kBytes);
  block_.payload_crc = crc32c(block_.tail, crc32c(records));
  sealed_bytes_ += block_.size + block_.tail.size();
  sealed_records_ += block_.records;
  blocks_.push_back(std::exchange(block_, {}));
  next_ = end_ = nullptr;
  last_settle_ = {};
}

std::vector<LogBlock>& LogBatch::seal() {
  seal_block();
  return blocks_;
}

}  // namespace coney
