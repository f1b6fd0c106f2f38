#pragma once
// Messages as the API shows and takes them: properties by name, the body as text or base64.

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "amqp/properties.h"
#include "broker/message/message.h"
#include "mgmt-ui/api/body/faults.h"

namespace coney::management {

// An object of those that are there; an empty list when there is none, as with RabbitMQ.
boost::json::value properties_to_json(const Message& message);

// The payload of a content header frame with these properties. Unknown names are ignored; what is
// of the wrong type is a fault below `pointer`.
std::string header_from_json(const boost::json::object& properties, std::uint64_t body_size,
                             const std::string& pointer, Faults& faults);

// {"payload", "payload_bytes", "payload_encoding", ...}. `base64`: whatever the bytes are, else
// only those that are no text. No more than `truncate` bytes of the body.
boost::json::object message_to_json(const Message& message, bool base64,
                                    std::optional<std::size_t> truncate);

}  // namespace coney::management
