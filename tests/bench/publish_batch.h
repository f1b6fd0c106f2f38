#pragma once
// Publishes encoded once and sent over and over: basic.publish, header and body frames of many
// messages one behind the other, so that one write carries thousands of small messages.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "amqp/properties.h"

namespace bench {

struct PublishForm {
  std::string exchange;
  std::vector<std::string> routing_keys;  // taken in turn; at least one
  std::size_t body_size = 0;
  bool persistent = false;
  std::uint32_t frame_max = 131072;
  int priorities = 0;                    // 0: none; otherwise each of 0 to this - 1, mixed
  std::vector<std::string> expirations;  // mixed too; an empty one is none
};

class PublishBatch {
 public:
  // As many messages as fit in `bytes`, at least one, and whole rounds of the routing keys when
  // these fit.
  PublishBatch(const PublishForm& form, std::size_t bytes);

  std::size_t messages() const { return offsets_.size() - 1; }
  // Messages [first, first + count) as bytes. REQUIRES: first + count <= messages().
  std::string_view range(std::size_t first, std::size_t count) const {
    return std::string_view(bytes_).substr(offsets_[first],
                                           offsets_[first + count] - offsets_[first]);
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> offsets_;
};

// Appends one message; `body` is taken as it is.
void append_publish(std::string& out, std::uint16_t channel, std::string_view exchange,
                    std::string_view routing_key, const amqp::PropertyList& properties,
                    std::string_view body, std::uint32_t frame_max);

}  // namespace bench
