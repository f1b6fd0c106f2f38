#pragma once
// Direct reply-to (RabbitMQ): a client consumes from the pseudo-queue amq.rabbitmq.reply-to and
// publishes requests with that name as reply_to; the server side sees a token instead, which is a
// routing key of the default exchange and leads straight to the requester's channel. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/ids.h"

namespace coney {

inline constexpr std::string_view kDirectReplyQueue = "amq.rabbitmq.reply-to";

struct DirectReplyAddress {
  ConnectionId connection;
  ChannelNumber channel = 0;
  std::uint64_t key = 0;  // random, so that tokens cannot be made up
  bool operator==(const DirectReplyAddress&) const = default;
};

// "amq.rabbitmq.reply-to." and two parts of base64.
std::string direct_reply_token(const DirectReplyAddress& address);
// Nothing for text that is no token.
std::optional<DirectReplyAddress> parse_direct_reply_token(std::string_view token);

std::uint64_t random_key();

}  // namespace coney
