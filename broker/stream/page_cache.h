#pragma once
// Pages of streams that were read lately, of all streams of a shard: consumers that read the same
// history share them. Bounded by bytes; the one that was used longest ago goes first. One shard.

#include <cstdint>
#include <list>
#include <unordered_map>

#include "broker/ids.h"
#include "broker/queue/queue_pages.h"
#include "broker/stream/stream_page.h"

namespace coney {

class PageCache {
 public:
  static constexpr std::size_t kMostBytes = 32 * 1024 * 1024;

  explicit PageCache(std::size_t most_bytes = kMostBytes) : most_bytes_(most_bytes) {}

  // Null: it is not there.
  StreamPagePtr find(QueueId queue, ChunkNumber number);
  bool has(QueueId queue, ChunkNumber number) const;
  // The newest one stays, however large.
  void put(QueueId queue, ChunkNumber number, StreamPagePtr page);
  // What was not used since the last call goes.
  void age();
  std::size_t bytes() const { return bytes_; }

 private:
  struct Key {
    QueueId queue;
    ChunkNumber number{};
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  struct Held {
    Key key;
    StreamPagePtr page;
    std::size_t bytes = 0;
    std::uint64_t used = 0;  // age_ then
  };

  void drop_last();

  const std::size_t most_bytes_;
  std::list<Held> pages_;  // used last first
  std::unordered_map<Key, std::list<Held>::iterator, KeyHash> places_;
  std::size_t bytes_ = 0;
  std::uint64_t age_ = 1;
};

}  // namespace coney
