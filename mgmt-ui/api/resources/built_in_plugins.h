#pragma once
// What RabbitMQ has as plugins and Coney has built in, or does not have.

#include <span>
#include <string_view>

namespace coney::management {

struct KnownPlugin {
  std::string_view name;
  bool built_in = false;
};

// By name.
inline std::span<const KnownPlugin> known_plugins() {
  static constexpr KnownPlugin kPlugins[] = {{"rabbitmq_amqp1_0"},
                                             {"rabbitmq_consistent_hash_exchange", true},
                                             {"rabbitmq_federation"},
                                             {"rabbitmq_management", true},
                                             {"rabbitmq_management_agent", true},
                                             {"rabbitmq_mqtt"},
                                             {"rabbitmq_prometheus", true},
                                             {"rabbitmq_random_exchange", true},
                                             {"rabbitmq_sharding"},
                                             {"rabbitmq_shovel"},
                                             {"rabbitmq_stomp"},
                                             {"rabbitmq_stream"}};
  return kPlugins;
}

}  // namespace coney::management
