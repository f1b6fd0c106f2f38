#pragma once
// A message as the disk keeps it: a prefix that says how the rest is divided, then the bytes of the
// message as they are in memory. Pure.
//
// Prefix: version byte (1; 2 when the message has been dead-lettered), size of the routing part
// (u32 little endian), size of the header part (u32 little endian). The rest is the body.
// Persistence is told beside it.

#include <array>
#include <optional>
#include <string_view>

#include "broker/message/message.h"

namespace coney {

class StoredMessage {
 public:
  static constexpr std::size_t kPrefixSize = 9;

  explicit StoredMessage(const Message& message);
  std::string_view prefix() const { return {prefix_.data(), prefix_.size()}; }
  std::string_view data() const { return data_; }  // lives as long as the message

  // From prefix and data back to back, as a copy. Empty when the bytes are not a message.
  static MessageRef decode(std::string_view bytes, bool persistent);

 private:
  std::array<char, kPrefixSize> prefix_;
  std::string_view data_;
};

}  // namespace coney
