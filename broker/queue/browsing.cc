#include "broker/queue/browsing.h"

#include "broker/message/stored_message.h"

namespace coney {
namespace {

std::optional<std::uint64_t> age_of(const BrowsedChunk& chunk, const ChunkEntry& entry) {
  if (chunk.stream) return chunk.now - std::min(chunk.now, entry.facts.time);
  const auto arrived = chunk.arrivals.of(entry.position);
  if (!arrived) return std::nullopt;
  return std::uint64_t{chunk.tick - *arrived} * chunk.tick_length;
}

}  // namespace

std::vector<BrowsedMessage> messages_of(const BrowsedChunk& chunk, std::uint64_t& unreadable) {
  std::vector<BrowsedMessage> messages;
  messages.reserve(chunk.view.bytes->header().count);
  ChunkEntry entry;
  for (ChunkReader reader = chunk.view.bytes->read(); reader.next(entry);) {
    if (!chunk.view.has(entry)) continue;
    MessageRef message = StoredMessage::decode(entry.payload, entry.persistent || chunk.stream);
    if (!message) {
      ++unreadable;
      continue;
    }
    messages.push_back({.place = {chunk.level, entry.position},
                        .message = std::move(message),
                        .facts = chunk.view.facts_of(entry),
                        .on_disk = true,
                        .age = age_of(chunk, entry)});
  }
  return messages;
}

}  // namespace coney
