#pragma once
// What handlers that publish have in common.

#include <optional>
#include <string>

#include "mgmt-ui/api/routing/call.h"

namespace coney::management {

// May the caller publish to the exchange with this routing key? The refusal is RabbitMQ's.
std::optional<Answer> check_publish(const Call& call, const Exchange& exchange,
                                    const std::string& key);

}  // namespace coney::management
