#pragma once
// What exchange types may look at when a message is routed. Views live as long as the call.

#include <span>
#include <string_view>

#include "amqp/properties.h"

namespace coney {

struct RoutedMessage {
  std::span<const std::string_view> keys;          // the routing key, then those of CC and BCC
  std::string_view headers;                        // encoded table without its length
  const amqp::PropertyList* properties = nullptr;  // null: none of them is set
};

}  // namespace coney
