#pragma once
// Which destinations an exchange sends a message to: one instance per exchange and shard, used by
// that shard alone. It knows routing keys, binding arguments and the numbers that its owner gave to
// queues and exchanges, nothing else.

#include <cstdint>
#include <string_view>
#include <vector>

#include "amqp/table.h"
#include "broker/exchange/routed_message.h"

namespace coney {

// The owner's number for a queue or exchange.
using DestinationIndex = std::uint32_t;

class BindingIndex {
 public:
  virtual ~BindingIndex() = default;

  // REQUIRES: `arguments` passed the type's check_binding; the same (key, arguments, destination)
  // is added at most once. The same destination with another key or other arguments is another
  // binding.
  virtual void add(std::string_view routing_key, const amqp::Table& arguments,
                   DestinationIndex destination) = 0;
  // Removes what add() got with equal parameters; a binding that is not there is ignored.
  virtual void remove(std::string_view routing_key, const amqp::Table& arguments,
                      DestinationIndex destination) = 0;
  // Appends the matching destinations; one of them may be appended more than once.
  // `headers` is the message's encoded headers table without its length, empty when absent.
  virtual void match(std::string_view routing_key, std::string_view headers,
                     std::vector<DestinationIndex>& out) const = 0;
  // The same for a message as a whole: what its keys match. Types that choose one destination per
  // message, or that look at other properties, do it here.
  virtual void route(const RoutedMessage& message, std::vector<DestinationIndex>& out) const {
    for (std::string_view key : message.keys) match(key, message.headers, out);
  }
  // Do all messages with equal keys and without headers go the same way?
  virtual bool decided_by_keys() const { return true; }
  virtual bool empty() const = 0;
};

}  // namespace coney
