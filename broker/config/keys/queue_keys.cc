#include <array>

#include "broker/config/keys/keys.h"
#include "broker/config/keys/setting.h"

namespace coney {
namespace {

using namespace setting;

constexpr std::string_view kQueueTypes =
    "classic|quorum|stream|rabbit_classic_queue|rabbit_quorum_queue|rabbit_stream_queue";

void set_queue_type(Draft& draft, const Name&, const Value& value) {
  constexpr std::array<std::string_view, 3> kTypes = {"classic", "quorum", "stream"};
  draft.config.default_queue_type = kTypes[value.choice % kTypes.size()];
}

constexpr ConfigKey kKeys[] = {
    // Limits and alarms
    {.key = "vm_memory_high_watermark.relative",
     .section = Section::kLimits,
     .value = {.type = Type::kReal, .minimum = 0, .maximum = 1},
     .fallback = "0.6",
     .help = "Share of the memory that the broker may use (the machine's, or less when its control "
             "groups say so) above which connections that publish are blocked.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.memory_high_watermark.relative = v.real; }},
    {.key = "vm_memory_high_watermark.absolute",
     .section = Section::kLimits,
     .value = {.type = Type::kBytes},
     .help = "The same in bytes. Wins over the relative limit.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.memory_high_watermark.absolute = limit<uint64_t>(v); }},
    {.key = "disk_free_limit.absolute",
     .section = Section::kLimits,
     .value = {.type = Type::kBytes},
     .fallback = "50000000",
     .help = "Free bytes of the file system of `data_dir` below which connections that publish are "
             "blocked.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.disk_free_limit.absolute = limit<uint64_t>(v); }},
    {.key = "disk_free_limit.relative",
     .section = Section::kLimits,
     .value = {.type = Type::kReal, .minimum = 0, .maximum = 1'000},
     .help =
         "The same as a multiple of the memory that the broker may use. The absolute limit wins "
         "when both are set.",
     .set = [](Draft& d, const Name&, const Value& v) { d.disk_free_limit.relative = v.real; }},

    // Queues
    {.key = "default_queue_type",
     .section = Section::kQueues,
     .value = {.type = Type::kChoice, .choices = kQueueTypes},
     .fallback = "classic",
     .help = "Type of queues that are declared without `x-queue-type`.",
     .set = set_queue_type},
    {.key = "consumer_timeout",
     .section = Section::kQueues,
     .value = {.type = Type::kInteger, .minimum = 1, .infinity = true},
     .fallback = "1800000",
     .help =
         "Milliseconds that a consumer may keep a delivery without settling it. A queue's argument "
         "or policy and a consumer's argument come first.",
     .set =
         [](Draft& d, const Name&, const Value& v) {
           d.config.consumer_timeout.reset();
           if (!v.infinite) d.config.consumer_timeout = milliseconds(v.integer);
         }},
};

}  // namespace

std::span<const ConfigKey> queue_keys() {
  return kKeys;
}

}  // namespace coney
