#pragma once
// Names of things as RabbitMQ's error texts print them.

#include <string>
#include <string_view>

namespace coney {

// queue 'q' in vhost '/'
inline std::string resource_text(std::string_view kind, std::string_view name,
                                 std::string_view vhost) {
  std::string text;
  text.reserve(kind.size() + name.size() + vhost.size() + 16);
  text.append(kind).append(" '").append(name).append("' in vhost '").append(vhost).append("'");
  return text;
}

inline std::string queue_text(std::string_view name, std::string_view vhost) {
  return resource_text("queue", name, vhost);
}

inline std::string exchange_text(std::string_view name, std::string_view vhost) {
  return resource_text("exchange", name, vhost);
}

}  // namespace coney
