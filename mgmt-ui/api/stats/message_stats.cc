#include "mgmt-ui/api/stats/message_stats.h"

#include <array>
#include <string>

namespace coney::management {
namespace {

struct Field {
  std::string_view name;
  std::array<std::size_t, 4> columns;
  std::size_t count;
};

constexpr Field field(std::string_view name, std::size_t column) {
  return {name, {column}, 1};
}

constexpr Field kDeliveryFields[] = {field("ack", kAck),
                                     field("deliver", kDeliver),
                                     {"deliver_get", {kDeliver, kDeliverNoAck, kGet, kGetNoAck}, 4},
                                     field("deliver_no_ack", kDeliverNoAck),
                                     field("get", kGet),
                                     field("get_empty", kGetEmpty),
                                     field("get_no_ack", kGetNoAck),
                                     field("redeliver", kRedeliver)};
constexpr Field kPublishFields[] = {
    field("confirm", kConfirm), field("drop_unroutable", kDropUnroutable),
    field("publish", kPublish), field("return_unroutable", kReturnUnroutable)};
constexpr Field kPublishField[] = {field("publish", kPublish)};
constexpr Field kLengthFields[] = {{"messages", {kReady, kUnacknowledged}, 2},
                                   field("messages_ready", kReady),
                                   field("messages_unacknowledged", kUnacknowledged)};

void put(boost::json::object& to, std::span<const Field> fields, const CountSource& source,
         const Details& details) {
  for (const Field& each : fields) {
    put_count(to, each.name, source.counts, std::span(each.columns).first(each.count),
              source.histories, details);
  }
}

bool any(const CountSource& source, Column first, Column last) {
  for (std::size_t column = first; column <= last; ++column) {
    if (source.counts[column] != 0) return true;
  }
  return false;
}

}  // namespace

void put_count(boost::json::object& to, std::string_view name,
               std::span<const std::uint64_t> counts, std::span<const std::size_t> columns,
               std::span<const History* const> histories, const Details& details) {
  std::uint64_t sum = 0;
  for (std::size_t column : columns) sum += counts[column];
  to[name] = sum;
  to[std::string(name) + "_details"] = details.of(histories, columns);
}

void put_deliveries(boost::json::object& to, const CountSource& source, const Details& details) {
  put(to, kDeliveryFields, source, details);
}
void put_publishes(boost::json::object& to, const CountSource& source, const Details& details) {
  put(to, kPublishFields, source, details);
}
void put_publish(boost::json::object& to, const CountSource& source, const Details& details) {
  put(to, kPublishField, source, details);
}
void put_lengths(boost::json::object& to, const CountSource& source, const Details& details) {
  put(to, kLengthFields, source, details);
}

boost::json::object message_stats(const CountSource& source, const Details& details) {
  boost::json::object stats;
  if (any(source, kPublish, kDropUnroutable)) put_publishes(stats, source, details);
  if (any(source, kDeliver, kAck)) put_deliveries(stats, source, details);
  return stats;
}

}  // namespace coney::management
