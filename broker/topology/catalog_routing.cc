// Catalog::route(): runs for every message, so it allocates only until its vectors have grown.

#include "broker/topology/catalog.h"

namespace coney {

bool Catalog::route(const Vhost& vhost, const Exchange& exchange, const RoutedMessage& message,
                    std::vector<QueueId>& out) {
  out.clear();
  routed_.clear();
  ++route_number_;
  if (exchange.is_default()) {
    route_by_name(vhost, message.keys, out);
    return true;
  }
  visit(exchange.destination);
  to_visit_.clear();
  bool by_keys = route_one(vhost, exchange, message, out);
  while (!to_visit_.empty()) {
    const Exchange* next = to_visit_.back();
    to_visit_.pop_back();
    by_keys &= route_one(vhost, *next, message, out);
  }
  return by_keys;
}

bool Catalog::visit(DestinationIndex destination) {
  std::uint64_t& visited = destinations_[destination].visited;
  if (visited == route_number_) return false;
  visited = route_number_;
  return true;
}

void Catalog::route_by_name(const Vhost& vhost, std::span<const std::string_view> keys,
                            std::vector<QueueId>& out) {
  for (std::string_view key : keys) {
    const CatalogQueue* queue = vhost.find_queue(key);
    if (!queue || !visit(queue->destination)) continue;
    out.push_back(queue->id);
    routed_.push_back(queue);
  }
}

// Queues go to `out`, exchanges to to_visit_.
bool Catalog::route_one(const Vhost& vhost, const Exchange& exchange, const RoutedMessage& message,
                        std::vector<QueueId>& out) {
  matches_.clear();
  if (exchange.index) exchange.index->route(message, matches_);
  const bool by_keys = !exchange.index || exchange.index->decided_by_keys();
  if (matches_.empty() && !exchange.alternate.empty()) {
    const Exchange* alternate = vhost.find_exchange(exchange.alternate);
    if (alternate && visit(alternate->destination)) to_visit_.push_back(alternate);
    return by_keys;
  }
  for (DestinationIndex match : matches_) {
    if (!visit(match)) continue;
    const Destination& destination = destinations_[match];
    if (destination.queue) {
      out.push_back(destination.queue->id);
      routed_.push_back(destination.queue);
    } else {
      to_visit_.push_back(destination.exchange);
    }
  }
  return by_keys;
}

}  // namespace coney
