#include "broker/stream/stream_core.h"

#include <utility>

namespace coney {
namespace {

// What a message takes in a chunk: its entry's head and the prefix of its bytes, roughly.
constexpr std::size_t kEntryBytes = 20;

std::size_t stored_bytes(const Message& message) {
  return kEntryBytes + message.routing().size() + message.header().size() + message.body().size();
}

}  // namespace

// ---- what there is ----

QueuePosition StreamCore::begin() const {
  return chunks_.empty() ? tail_first() : chunks_.front().positions.first;
}

StreamCore::Chunk* StreamCore::find(ChunkNumber number) {
  const std::uint64_t index = static_cast<std::uint64_t>(number) - first_number_;
  return index < chunks_.size() ? &chunks_[index] : nullptr;
}

std::size_t StreamCore::chunk_at(QueuePosition offset) const {
  const auto at = std::lower_bound(
      chunks_.begin(), chunks_.end(), offset,
      [](const Chunk& chunk, QueuePosition wanted) { return chunk.positions.last < wanted; });
  return static_cast<std::size_t>(at - chunks_.begin());
}

std::uint64_t StreamCore::first_time() const {
  if (!chunks_.empty()) return chunks_.front().times ? chunks_.front().times->first : 0;
  return tail_.empty() ? 0 : tail_.messages.front().time;
}

// ---- in ----

QueuePosition StreamCore::append(MessageRef message, std::uint64_t time) {
  last_time_ = std::max(last_time_, time);
  tail_bytes_ += stored_bytes(*message);
  tail_.messages.push_back({end_, last_time_, std::move(message)});
  ++count_;
  return end_++;
}

void StreamCore::commit(QueuePosition end) {
  end = std::min(end, end_);
  if (end <= committed_) return;
  committed_ = end;
  for (auto& [key, consumer] : consumers_) serve(consumer);
}

// ---- the tail ----

std::optional<StreamCore::Sealed> StreamCore::seal(std::size_t chunk_bytes, QueuePosition end) {
  std::vector<StreamMessage>& messages = tail_.messages;
  const std::size_t most = std::min<std::size_t>(tail_.find(end), kChunkTargetMessages);
  std::size_t count = 0, bytes = 0;
  while (count != most && (count == 0 || bytes < chunk_bytes)) {
    bytes += stored_bytes(*messages[count++].message);
  }
  if (count == 0) return std::nullopt;
  auto page = std::make_shared<StreamPage>();
  if (count == messages.size()) {
    page->messages.swap(messages);
  } else {
    const auto behind = messages.begin() + static_cast<std::ptrdiff_t>(count);
    page->messages.assign(std::move_iterator(messages.begin()), std::move_iterator(behind));
    messages.erase(messages.begin(), behind);
  }
  tail_bytes_ -= bytes;
  Chunk chunk{{page->first(), page->last()}, static_cast<std::uint32_t>(count), bytes, {}, {}};
  chunk.times = Times{page->messages.front().time, page->messages.back().time};
  add_chunk(std::move(chunk));
  return Sealed{number_of(chunks_.size() - 1), std::move(page)};
}

void StreamCore::add_chunk(Chunk chunk) {
  chunk_bytes_ += chunk.bytes;
  chunks_.push_back(std::move(chunk));
}

void StreamCore::set_bytes(ChunkNumber number, std::uint64_t bytes) {
  Chunk* chunk = find(number);
  if (!chunk) return;
  chunk_bytes_ += bytes - chunk->bytes;
  chunk->bytes = bytes;
}

// ---- looking at it ----

std::optional<StreamCore::ChunkPlace> StreamCore::chunk_at_or_behind(QueuePosition offset) const {
  const std::size_t index = chunk_at(offset);
  if (index == chunks_.size()) return std::nullopt;
  return ChunkPlace{number_of(index), chunks_[index].positions, chunks_[index].count == 0};
}

std::optional<StreamCore::ChunkPlace> StreamCore::chunk_before(QueuePosition offset) const {
  if (chunks_.empty() || chunks_.front().positions.first >= offset) return std::nullopt;
  std::size_t index = chunk_at(offset);
  if (index == chunks_.size() || chunks_[index].positions.first >= offset) --index;
  return ChunkPlace{number_of(index), chunks_[index].positions, chunks_[index].count == 0};
}

// ---- consumers ----

void StreamCore::subscribe(const ConsumerKey& key, const ConsumerOptions& options,
                           const StreamReading& reading) {
  Consumer& consumer = consumers_[key];
  consumer.key = key;
  consumer.options = options;
  consumer.filter = reading.filter;
  start(consumer, reading.start);
}

void StreamCore::start(Consumer& consumer, const StreamStart& start) const {
  switch (start.kind) {
    case StreamStart::Kind::kFirst:
      consumer.next = begin();
      return;
    case StreamStart::Kind::kLast:
      consumer.next = committed_ > begin() ? committed_ - 1 : begin();
      return;
    case StreamStart::Kind::kNext:
      consumer.next = end_;
      return;
    case StreamStart::Kind::kOffset:
      consumer.next = start.value;
      return;
    case StreamStart::Kind::kTime:
      consumer.from_time = start.value;
      consumer.timed_until = end_;
      consumer.placed = false;
      return;
  }
}

bool StreamCore::cancel(const ConsumerKey& key) {
  return consumers_.erase(key) != 0;
}

void StreamCore::resume(const ConsumerKey& key) {
  const auto at = consumers_.find(key);
  if (at == consumers_.end()) return;
  at->second.paused = false;
  serve(at->second);
}

void StreamCore::credit(const ConsumerKey& key, std::uint64_t count) {
  const auto at = consumers_.find(key);
  if (at == consumers_.end()) return;
  Consumer& consumer = at->second;
  consumer.unacked -= static_cast<std::uint32_t>(std::min<std::uint64_t>(count, consumer.unacked));
  serve(consumer);
}

std::vector<ConsumerKey> StreamCore::consumers() const {
  std::vector<ConsumerKey> keys;
  for (const auto& [key, consumer] : consumers_) keys.push_back(key);
  return keys;
}

// ---- reading ----

// Sends what it may be sent.
void StreamCore::serve(Consumer& consumer) {
  if (consumer.waits_for || (!consumer.placed && !place(consumer))) return;
  while (!consumer.paused && consumer.has_room() && consumer.next < committed_) {
    if (consumer.next >= tail_first()) {
      if (!serve_page(consumer, tail_)) return;
      consumer.next = std::max(consumer.next, committed_);
    } else if (!serve_chunk(consumer)) {
      return;
    }
  }
}

// The chunk in which the time lies: the first whose last message did not come before it. False: a
// page has to come first.
bool StreamCore::place(Consumer& consumer) {
  std::size_t low = 0, high = chunks_.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    std::size_t at = middle;
    while (at != high && chunks_[at].count == 0) ++at;
    if (at == high) {  // nothing but lost ones
      high = middle;
      continue;
    }
    if (!chunks_[at].times && !ask(at)) {
      consumer.waits_for = number_of(at);
      return false;
    }
    if (chunks_[at].times->last < consumer.from_time) {
      low = at + 1;
    } else {
      high = at;
    }
  }
  consumer.next = low == chunks_.size() ? tail_first() : chunks_[low].positions.first;
  consumer.placed = true;
  return true;
}

// False: it has to wait for something.
bool StreamCore::serve_chunk(Consumer& consumer) {
  const std::size_t index = chunk_at(consumer.next);
  if (index == chunks_.size()) {  // a hole in front of the tail
    consumer.next = tail_first();
    return true;
  }
  Chunk& chunk = chunks_[index];
  const bool skipped = chunk.count == 0 || (consumer.filter.active() && chunk.summary &&
                                            !chunk.summary->may_have(consumer.filter));
  if (!skipped) {
    const StreamPagePtr page = page_for(consumer, index);
    if (!page) return false;
    if (consumer.filter.active() && !chunk.summary) chunk.summary = FilterSummary(*page);
    if (!serve_page(consumer, *page)) return false;
    if (chunk.positions.last >= committed_) return false;
  }
  consumer.next = std::max(consumer.next, chunk.positions.last + 1);
  return true;
}

// The page of a chunk, kept in sight until the consumer leaves it. Null: it will come.
StreamPagePtr StreamCore::page_for(Consumer& consumer, std::size_t index) {
  const ChunkNumber number = number_of(index);
  const bool entered = consumer.page_number != number;
  if (!entered) {
    if (StreamPagePtr page = consumer.page.lock()) return page;
  }
  StreamPagePtr page = ask(index);
  if (!page) {
    consumer.waits_for = number;
    return nullptr;
  }
  consumer.page_number = number;
  consumer.page = page;
  if (entered && index + 1 != chunks_.size()) sink_.read_ahead(number_of(index + 1));
  return page;
}

StreamPagePtr StreamCore::ask(std::size_t index) {
  StreamPagePtr page = sink_.page(number_of(index));
  Chunk& chunk = chunks_[index];
  if (page && !chunk.times && !page->empty()) {
    chunk.times = Times{page->messages.front().time, page->messages.back().time};
  }
  return page;
}

bool StreamCore::Consumer::wants(const StreamMessage& each) const {
  if (each.offset < timed_until && each.time < from_time) return false;
  return !filter.active() || filter.wants(filter_value(*each.message));
}

// False: the consumer can take no more now.
bool StreamCore::serve_page(Consumer& consumer, const StreamPage& page) {
  for (std::size_t at = page.find(consumer.next); at != page.messages.size(); ++at) {
    const StreamMessage& each = page.messages[at];
    if (each.offset >= committed_) return false;
    if (!consumer.wants(each)) {
      consumer.next = each.offset + 1;
      continue;
    }
    if (!consumer.has_room()) return false;
    if (!sink_.admit(consumer.options)) {
      consumer.paused = true;
      return false;
    }
    consumer.next = each.offset + 1;
    ++consumer.unacked;
    sink_.deliver(consumer.key, consumer.options, each.offset, each.message);
  }
  return true;
}

// ---- pages ----

void StreamCore::page_arrived(ChunkNumber number) {
  for (auto& [key, consumer] : consumers_) {
    if (consumer.waits_for != number) continue;
    consumer.waits_for.reset();
    serve(consumer);
  }
}

void StreamCore::page_lost(ChunkNumber number) {
  if (Chunk* chunk = find(number)) {
    count_ -= chunk->count;
    chunk->count = 0;
  }
  page_arrived(number);
}

// ---- retention ----

std::vector<StreamCore::Dropped> StreamCore::trim(const StreamLimits& limits, std::uint64_t now) {
  std::vector<Dropped> dropped;
  while (chunks_.size() > (tail_.empty() ? 1u : 0u)) {
    const Chunk& first = chunks_.front();
    if (first.positions.last >= committed_) break;
    const bool too_many = limits.most_bytes && bytes() > *limits.most_bytes;
    if (!too_many && limits.max_age && first.count != 0 && !first.times && !ask(0)) break;
    const bool too_old = limits.max_age && first.times && first.times->last + *limits.max_age < now;
    if (!too_many && !too_old && first.count != 0) break;
    dropped.push_back({number_of(0), first.positions});
    chunk_bytes_ -= first.bytes;
    count_ -= first.count;
    chunks_.pop_front();
    ++first_number_;
  }
  return dropped;
}

// ---- restart ----

ChunkNumber StreamCore::restore_chunk(PositionRange positions, std::uint64_t count,
                                      std::uint64_t bytes) {
  add_chunk({positions, static_cast<std::uint32_t>(count), bytes, {}, {}});
  count_ += count;
  end_ = std::max(end_, positions.last + 1);
  return number_of(chunks_.size() - 1);
}

void StreamCore::restore_tail(StreamMessage message) {
  end_ = std::max(end_, message.offset + 1);
  last_time_ = std::max(last_time_, message.time);
  tail_bytes_ += stored_bytes(*message.message);
  tail_.messages.push_back(std::move(message));
  ++count_;
}

void StreamCore::restored(QueuePosition end) {
  end_ = committed_ = std::max(end_, end);
}

}  // namespace coney
