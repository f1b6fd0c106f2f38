#include "broker/message/message.h"

#include <cstring>
#include <new>

#include "amqp/wire.h"

namespace coney {

MessageBuilder::MessageBuilder(std::string_view exchange, std::string_view routing_key,
                               std::string_view header, std::uint64_t body_size, bool persistent)
    : missing_(body_size) {
  const std::size_t routing_size = 2 + exchange.size() + routing_key.size();
  void* memory = std::malloc(sizeof(Message) + routing_size + header.size() + body_size);
  if (!memory) throw std::bad_alloc();
  auto* message = new (memory) Message;
  message->routing_size_ = static_cast<std::uint32_t>(routing_size);
  message->header_size_ = static_cast<std::uint32_t>(header.size());
  message->body_size_ = body_size;
  message->persistent_ = persistent;
  char* to = amqp::wire::store_short_string(message->data(), exchange);
  to = amqp::wire::store_short_string(to, routing_key);
  amqp::wire::store_bytes(to, header);
  message_ = MessageRef(message);
}

void MessageBuilder::append(std::string_view body_part) {
  Message& message = *message_.message_;
  char* end = message.data() + message.routing_size_ + message.header_size_ + message.body_size_;
  std::memcpy(end - missing_, body_part.data(), body_part.size());
  missing_ -= body_part.size();
}

void MessageBuilder::mark_died() {
  message_.message_->has_died_ = true;
}

}  // namespace coney
