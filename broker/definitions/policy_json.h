#pragma once
// Policies as the JSON of RabbitMQ's HTTP API and CLI: pattern, definition, priority, apply-to.

#include <boost/json/fwd.hpp>
#include <boost/system/result.hpp>
#include <string>

#include "persistence/definitions/records.h"

namespace coney {

// Why a body is no policy, as RabbitMQ's API says it: "Validation failed\n\n...",
// "[{key_missing,pattern}]".
struct PolicyFault {
  std::string reason;
};
[[noreturn]] void throw_exception_from_error(const PolicyFault& fault,
                                             const boost::source_location&);

// `named`: vhost, name and kind. The policy passes check_policy().
boost::system::result<PolicyRecord, PolicyFault> policy_from_json(const boost::json::value& body,
                                                                  PolicyRecord named);

// Without vhost and name.
boost::json::object policy_to_json(const PolicyRecord& policy);

}  // namespace coney
