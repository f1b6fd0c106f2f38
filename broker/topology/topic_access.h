#pragma once
// Topic permissions (RabbitMQ): who may publish or bind with which routing key of a topic exchange.

#include <optional>
#include <string_view>

#include "broker/error.h"
#include "broker/topology/catalog.h"

namespace coney {

// Nothing when `user` may, and for exchanges of other types; else what the client is told.
std::optional<ProtocolError> check_topic_access(const Catalog& catalog, const TopicUser& user,
                                                Access access, const Exchange& exchange,
                                                std::string_view routing_key);

}  // namespace coney
