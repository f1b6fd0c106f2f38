#pragma once
// What a stream is, without threads, clock or I/O: messages under offsets that never change, in
// chunks and a tail that still grows, and consumers that each read them at their own place. Nothing
// that a consumer does takes a message away; retention does, whole chunks from the front.
//
// Messages are delivered once they are committed: what a consumer has seen at an offset is there
// under this offset after any crash. The core knows of a chunk what stands in it, not the messages:
// it asks the sink for them as pages, which may come later. Runs on the stream's shard only.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "broker/ids.h"
#include "broker/queue/queue_core.h"
#include "broker/queue/queue_pages.h"
#include "broker/stream/filter_summary.h"
#include "broker/stream/stream_page.h"
#include "broker/stream/stream_reading.h"

namespace coney {

// Carries out what the core decides. Called from inside the core's methods: it must not call back.
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  // May `consumer` be sent a message now? False pauses it until StreamCore::resume.
  virtual bool admit(const ConsumerOptions& consumer) = 0;
  virtual void deliver(const ConsumerKey& key, const ConsumerOptions& consumer,
                       QueuePosition offset, const MessageRef& message) = 0;
  // The messages of a chunk. Null: it will be told to StreamCore::page_arrived() or page_lost().
  virtual StreamPagePtr page(ChunkNumber number) = 0;
  // The chunk will be needed soon.
  virtual void read_ahead(ChunkNumber number) = 0;
};

// A chunk of a stream has so many bytes, unless x-stream-max-segment-size-bytes asks for less.
inline constexpr std::size_t kStreamChunkBytes = kChunkTargetBytes - 4096;

struct StreamLimits {
  std::optional<std::uint64_t> most_bytes{};
  std::optional<std::uint64_t> max_age{};  // ms
  std::size_t chunk_bytes = kStreamChunkBytes;

  bool operator==(const StreamLimits&) const = default;
};

class StreamCore {
 public:
  // A part of the tail that has become a chunk.
  struct Sealed {
    ChunkNumber number{};
    StreamPagePtr page;
  };
  struct Dropped {
    ChunkNumber number{};
    PositionRange positions;
  };

  explicit StreamCore(StreamSink& sink) : sink_(sink) {}
  StreamCore(const StreamCore&) = delete;
  StreamCore& operator=(const StreamCore&) = delete;

  // Messages that are there stand in [begin(), end()).
  QueuePosition begin() const;
  QueuePosition end() const { return end_; }
  QueuePosition committed() const { return committed_; }
  std::uint64_t count() const { return count_; }
  // Those of them that may be delivered.
  std::uint64_t readable() const { return count_ - std::min(count_, end_ - committed_); }
  std::uint64_t bytes() const { return chunk_bytes_ + tail_bytes_; }
  std::uint64_t tail_bytes() const { return tail_bytes_; }
  std::size_t chunk_count() const { return chunks_.size(); }
  // Milliseconds since 1970, of the oldest message; 0: there is none, or it has not been seen since
  // the start.
  std::uint64_t first_time() const;
  std::uint32_t consumer_count() const { return static_cast<std::uint32_t>(consumers_.size()); }

  // ---- in ----
  // Returns its offset. `time` (ms since 1970) may go back: the message then has that of the one
  // before it.
  QueuePosition append(MessageRef message, std::uint64_t time);
  std::uint64_t last_time() const { return last_time_; }
  // Everything in front of `end` may be delivered. Never goes back.
  void commit(QueuePosition end);

  // ---- the tail ----
  const StreamPage& tail() const { return tail_; }
  bool tail_is_full(std::size_t chunk_bytes) const {
    return tail_bytes_ >= chunk_bytes || tail_.messages.size() >= kChunkTargetMessages;
  }
  // Makes a chunk of what stands in the tail in front of `end`, one's worth at most. nullopt: there
  // is nothing.
  std::optional<Sealed> seal(std::size_t chunk_bytes, QueuePosition end = UINT64_MAX);
  // What the chunk takes on disk, once that is known.
  void set_bytes(ChunkNumber number, std::uint64_t bytes);

  // ---- looking at it ----
  struct ChunkPlace {
    ChunkNumber number{};
    PositionRange positions;
    bool lost = false;
  };
  // The first chunk that ends at the offset or behind it, the last one that begins in front of it.
  std::optional<ChunkPlace> chunk_at_or_behind(QueuePosition offset) const;
  std::optional<ChunkPlace> chunk_before(QueuePosition offset) const;

  // ---- consumers ----
  // REQUIRES: no consumer with this key. It gets nothing before the first resume().
  void subscribe(const ConsumerKey& key, const ConsumerOptions& options,
                 const StreamReading& reading);
  // False when there is no such consumer.
  bool cancel(const ConsumerKey& key);
  void resume(const ConsumerKey& key);
  // It has settled so many, in whatever way.
  void credit(const ConsumerKey& key, std::uint64_t count);
  std::vector<ConsumerKey> consumers() const;

  // ---- pages ----
  void page_arrived(ChunkNumber number);  // StreamSink::page() has it now
  void page_lost(ChunkNumber number);     // it cannot be had: its messages are gone

  // ---- retention ----
  // Takes chunks away that are too many or too old. The newest one stays when the tail is empty.
  // Asks for the first page when it has to know its age. Call page_lost() for each of them: a
  // consumer may wait for it.
  std::vector<Dropped> trim(const StreamLimits& limits, std::uint64_t now);

  // ---- restart: ascending; then restored() ----
  ChunkNumber restore_chunk(PositionRange positions, std::uint64_t count, std::uint64_t bytes);
  void restore_tail(StreamMessage message);
  void restored(QueuePosition end);

 private:
  struct Times {
    std::uint64_t first = 0, last = 0;
  };
  struct Chunk {
    PositionRange positions;
    std::uint32_t count = 0;  // 0: lost
    std::uint64_t bytes = 0;
    std::optional<Times> times;            // once its page was seen
    std::optional<FilterSummary> summary;  // once a consumer has looked for values in it
  };

  struct Consumer {
    ConsumerKey key;
    ConsumerOptions options;
    StreamFilter filter;
    QueuePosition next = 0;  // not looked at yet
    // Messages in front of timed_until that came before from_time are passed over.
    std::uint64_t from_time = 0;
    QueuePosition timed_until = 0;
    bool placed = true;  // false: `next` is still to be found by from_time
    bool paused = true;  // the sink refused it
    std::uint32_t unacked = 0;
    std::optional<ChunkNumber> waits_for;
    // The page that it is in, as long as anybody has it.
    ChunkNumber page_number{};
    std::weak_ptr<const StreamPage> page;

    bool has_room() const { return options.prefetch == 0 || unacked < options.prefetch; }
    bool wants(const StreamMessage& each) const;
  };

  using Chunks = std::deque<Chunk>;

  ChunkNumber number_of(std::size_t index) const { return ChunkNumber{first_number_ + index}; }
  Chunk* find(ChunkNumber number);
  std::size_t chunk_at(QueuePosition offset) const;  // the first that ends there or later
  QueuePosition tail_first() const { return tail_.empty() ? end_ : tail_.first(); }
  void add_chunk(Chunk chunk);
  void start(Consumer& consumer, const StreamStart& start) const;
  void serve(Consumer& consumer);
  bool place(Consumer& consumer);
  bool serve_chunk(Consumer& consumer);
  bool serve_page(Consumer& consumer, const StreamPage& page);
  StreamPagePtr page_for(Consumer& consumer, std::size_t index);
  StreamPagePtr ask(std::size_t index);

  StreamSink& sink_;
  Chunks chunks_;  // ascending positions
  std::uint64_t first_number_ = 1;
  StreamPage tail_;
  std::size_t tail_bytes_ = 0;
  std::uint64_t chunk_bytes_ = 0;
  std::uint64_t count_ = 0;
  QueuePosition end_ = 0;
  QueuePosition committed_ = 0;
  std::uint64_t last_time_ = 0;
  std::map<ConsumerKey, Consumer> consumers_;
};

}  // namespace coney
