#pragma once
// Which destinations an exchange sends a message to: one instance per exchange and shard, used by
// that shard alone. It knows routing keys, binding arguments and the numbers that its owner gave to
// queues and exchanges, nothing else.

#include <cstdint>
#include <string_view>
#include <vector>

#include "amqp/table.h"

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
  virtual bool empty() const = 0;
};

}  // namespace coney
