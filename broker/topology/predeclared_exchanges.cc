#include "broker/topology/predeclared_exchanges.h"

#include <algorithm>

namespace coney {
namespace {

struct Predeclared {
  std::string_view name, type;
  bool internal = false;
};
constexpr Predeclared kPredeclared[] = {
    {"amq.direct", "direct"},
    {"amq.fanout", "fanout"},
    {"amq.topic", "topic"},
    {"amq.headers", "headers"},
    {"amq.match", "headers"},
    {"amq.rabbitmq.trace", "topic", true},
    {"amq.rabbitmq.log", "topic", true},
};

}  // namespace

std::vector<ExchangeRecord> predeclared_exchanges(const std::string& vhost) {
  std::vector<ExchangeRecord> records;
  for (const Predeclared& one : kPredeclared) {
    records.push_back({.vhost = vhost,
                       .name = std::string(one.name),
                       .type = std::string(one.type),
                       .durable = true,
                       .internal = one.internal});
  }
  return records;
}

bool is_predeclared_exchange(std::string_view name) {
  return name.empty() ||
         std::ranges::find(kPredeclared, name, &Predeclared::name) != std::end(kPredeclared);
}

}  // namespace coney
