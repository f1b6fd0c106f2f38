#include "broker/config/keys/keys.h"

#include <vector>

namespace coney {

std::span<const ConfigKey> config_keys() {
  static const std::vector<ConfigKey> kAll = [] {
    std::vector<ConfigKey> all;
    for (const auto part : {listener_keys(), connection_keys(), access_keys(), queue_keys(),
                            management_keys(), logging_keys(), node_keys()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return kAll;
}

}  // namespace coney
