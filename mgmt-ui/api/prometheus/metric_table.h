#pragma once
// Which metrics there are of each kind of object: one table for each, from which the sums of
// /metrics, the lines of /metrics/per-object and the families of /metrics/detailed are made. Names
// are those of RabbitMQ's Prometheus plugin, so that its boards work.

#include <optional>
#include <span>
#include <string_view>

#include "mgmt-ui/api/prometheus/exposition.h"
#include "mgmt-ui/api/stats/statistics.h"

namespace coney::management {

template <typename Object>
struct Metric {
  std::string_view group;  // of /metrics/detailed
  std::string_view name;   // without "rabbitmq_"
  Exposition::Type type;
  std::string_view help;
  double (*value)(const Object& object);
  bool summed = true;  // also in /metrics
  // There the node's sum of this column, which never falls; otherwise that of the objects that
  // exist.
  std::optional<Column> total = std::nullopt;
};

std::span<const Metric<QueueStats>> queue_metrics();
std::span<const Metric<ChannelStats>> channel_metrics();
std::span<const Metric<ConnectionStats>> connection_metrics();
std::span<const Metric<ExchangeStats>> exchange_metrics();
std::span<const Metric<Statistics>> node_metrics();

}  // namespace coney::management
