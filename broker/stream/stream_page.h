#pragma once
// Consecutive messages of a stream in memory: the tail that is still growing, or what a chunk
// holds. Once it belongs to a chunk it does not change and is shared by all who read it.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "broker/message/message.h"
#include "persistence/stored_ids.h"

namespace coney {

struct StreamMessage {
  QueuePosition offset = 0;
  std::uint64_t time = 0;  // of its arrival, ms since 1970; never earlier than those before it
  MessageRef message;
};

struct StreamPage {
  std::vector<StreamMessage> messages;  // offsets ascend, holes are allowed

  bool empty() const { return messages.empty(); }
  QueuePosition first() const { return messages.front().offset; }  // REQUIRES: !empty()
  QueuePosition last() const { return messages.back().offset; }    // REQUIRES: !empty()
  // Index of the first message at `offset` or behind it; messages.size(): none.
  std::size_t find(QueuePosition offset) const {
    if (empty() || offset <= first()) return 0;
    if (offset > last()) return messages.size();
    if (last() - first() + 1 == messages.size()) {  // without holes
      return static_cast<std::size_t>(offset - first());
    }
    const auto at = std::lower_bound(
        messages.begin(), messages.end(), offset,
        [](const StreamMessage& each, QueuePosition wanted) { return each.offset < wanted; });
    return static_cast<std::size_t>(at - messages.begin());
  }
  // Of memory, roughly.
  std::size_t bytes() const {
    std::size_t bytes = sizeof *this;
    for (const StreamMessage& each : messages) bytes += sizeof each + each.message->size();
    return bytes;
  }
};

using StreamPagePtr = std::shared_ptr<const StreamPage>;

}  // namespace coney
