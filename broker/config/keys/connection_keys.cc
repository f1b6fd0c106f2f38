#include "broker/config/keys/keys.h"
#include "broker/config/keys/setting.h"

namespace coney {
namespace {

using namespace setting;

void set_channel_max(Draft& draft, const Name&, const Value& value) {
  draft.config.channel_max = static_cast<uint16_t>(value.integer);
}

void set_connection_max(Draft& draft, const Name&, const Value& value) {
  draft.config.connection_max = limit<uint64_t>(value);
}

constexpr ConfigKey kKeys[] = {
    {.key = "handshake_timeout",
     .section = Section::kConnections,
     .value = {.type = Type::kInteger, .minimum = 1, .maximum = kInt32Max, .infinity = true},
     .fallback = "10000",
     .help = "Milliseconds from the accepted connection (after TLS) to connection.open.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.handshake_timeout = timeout(v); }},
    {.key = "heartbeat",
     .section = Section::kConnections,
     .value = {.type = Type::kInteger, .minimum = 0, .maximum = 65'535},
     .fallback = "60",
     .help = "Seconds that connection.tune suggests as the heartbeat timeout; 0 suggests none.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.heartbeat = seconds(v.integer); }},
    {.key = "frame_max",
     .section = Section::kConnections,
     .value = {.type = Type::kBytes, .minimum = 4'096, .maximum = kUint32Max, .zero = true},
     .fallback = "131072",
     .help = "Largest frame in bytes, with its header and end; 0 is no limit.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.frame_max = static_cast<uint32_t>(v.integer); }},
    {.key = "initial_frame_max",
     .section = Section::kConnections,
     .value = {.type = Type::kBytes, .minimum = 4'096, .maximum = kInt32Max},
     .fallback = "8192",
     .help = "Largest frame in bytes before the connection is tuned.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.initial_frame_max = static_cast<uint32_t>(v.integer); }},
    {.key = "channel_max",
     .section = Section::kConnections,
     .value = {.type = Type::kInteger, .minimum = 0, .maximum = 65'535},
     .fallback = "2047",
     .help = "Channels per connection; 0 is no limit.",
     .set = set_channel_max},
    {.key = "max_channels_per_connection",
     .section = Section::kConnections,
     .value = {.type = Type::kInteger, .minimum = 0, .maximum = 65'535},
     .help = "Another name of `channel_max`.",
     .set = set_channel_max},
    {.key = "connection_max",
     .section = Section::kConnections,
     .value = {.type = Type::kInteger, .infinity = true},
     .fallback = "infinity",
     .help = "Client connections of this node.",
     .set = set_connection_max},
    {.key = "max_connections",
     .section = Section::kConnections,
     .value = {.type = Type::kInteger, .infinity = true},
     .help = "Another name of `connection_max`.",
     .set = set_connection_max},
    {.key = "consumer_max_per_channel",
     .section = Section::kConnections,
     .value = {.type = Type::kInteger, .minimum = 1, .maximum = kUint32Max, .infinity = true},
     .fallback = "infinity",
     .help = "Consumers per channel.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.consumer_max_per_channel = limit<uint32_t>(v); }},
    {.key = "max_message_size",
     .section = Section::kConnections,
     .value = {.type = Type::kBytes, .minimum = 1, .maximum = 536'870'912},
     .fallback = "134217728",
     .help = "Largest message body in bytes.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.max_message_size = static_cast<uint32_t>(v.integer); }},
    {.key = "dead_letter.trust_publisher_headers",
     .section = Section::kConnections,
     .value = {.type = Type::kBoolean},
     .fallback = "false",
     .help = "Whether an x-death header that a client publishes counts as RabbitMQ 3.x does it; "
             "else it is replaced when the message dies, as by RabbitMQ 4.x.",
     .coneys_own = true,
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.trust_publisher_deaths = v.boolean; }},
};

}  // namespace

std::span<const ConfigKey> connection_keys() {
  return kKeys;
}

}  // namespace coney
