#pragma once
// What handlers use of the rest of the broker. Used by the management's thread; tests give their
// own.

#include <functional>
#include <string>
#include <string_view>

#include "broker/config/config.h"
#include "broker/topology/topology.h"

namespace coney::management {

class Services {
 public:
  virtual ~Services() = default;

  virtual const Config& config() const = 0;
  // `then` is called on the management's thread, once the directory has what the command changed.
  using Then = std::function<void(TopologyAnswer)>;
  virtual void submit(TopologyCommand command, Then then) = 0;
};

}  // namespace coney::management
