#include "broker/stream/page_cache.h"

namespace coney {

std::size_t PageCache::KeyHash::operator()(const Key& key) const {
  const std::uint64_t queue =
      std::uint64_t{key.queue.generation} << 32 | std::uint64_t{key.queue.slot};
  return (queue * 0x9E3779B97F4A7C15u ^ static_cast<std::uint64_t>(key.number)) *
         0xC2B2AE3D27D4EB4Fu;
}

StreamPagePtr PageCache::find(QueueId queue, ChunkNumber number) {
  const auto at = places_.find({queue, number});
  if (at == places_.end()) return nullptr;
  pages_.splice(pages_.begin(), pages_, at->second);
  at->second->used = age_;
  return at->second->page;
}

bool PageCache::has(QueueId queue, ChunkNumber number) const {
  return places_.contains({queue, number});
}

void PageCache::put(QueueId queue, ChunkNumber number, StreamPagePtr page) {
  if (find(queue, number)) return;
  const std::size_t bytes = page->bytes();
  pages_.push_front({{queue, number}, std::move(page), bytes, age_});
  places_.emplace(pages_.front().key, pages_.begin());
  bytes_ += bytes;
  while (bytes_ > most_bytes_ && pages_.size() > 1) drop_last();
}

void PageCache::age() {
  while (!pages_.empty() && pages_.back().used != age_) drop_last();
  ++age_;
}

void PageCache::drop_last() {
  bytes_ -= pages_.back().bytes;
  places_.erase(pages_.back().key);
  pages_.pop_back();
}

}  // namespace coney
