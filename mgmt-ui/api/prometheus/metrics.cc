#include "mgmt-ui/api/prometheus/metrics.h"

#include <charconv>
#include <set>

#include "mgmt-ui/api/prometheus/metric_table.h"
#include "mgmt-ui/api/prometheus/metrics_body.h"
#include "mgmt-ui/api/prometheus/node_exposition.h"
#include "mgmt-ui/api/resources/client_rows.h"

namespace coney::management {
namespace {

constexpr std::string_view kPrefix = "rabbitmq_";
constexpr std::string_view kDetailedPrefix = "rabbitmq_detailed_";
constexpr std::string_view kClusterPrefix = "rabbitmq_cluster_";

const StatsTables& tables(const Call& call) {
  return call.services.statistics().tables();
}

constexpr std::string_view kText = "text/plain; version=0.0.4";

Answer text_answer(Exposition& out) {
  Answer answer;
  answer.body = out.take();
  answer.content_type = kText;
  return answer;
}

// ---- objects: what they are found again by ----

struct QueueObject {
  std::shared_ptr<const QueueRecord> record;
  QueueId id;
  QueueType type;
};
struct ChannelObject {
  ChannelId id;
  std::string name;
};
struct ConnectionObject {
  ConnectionId id;
  std::shared_ptr<const ConnectionFacts> facts;
};

const QueueStats& stats_of(const StatsTables& all, QueueId id) {
  static const QueueStats kNothing;
  const QueueStats* stats = all.find(id);
  return stats ? *stats : kNothing;
}

// What is shown of the objects.
struct Selection {
  std::set<std::string_view> vhosts;  // empty: all
  std::size_t most = SIZE_MAX;

  bool has(std::string_view vhost) const { return vhosts.empty() || vhosts.contains(vhost); }
};

Selection selection_of(const Call& call) {
  Selection selection;
  for (const auto& [name, value] : call.request.query) {
    if (name == "vhost") selection.vhosts.insert(value);
    if (name == "top") std::from_chars(value.data(), value.data() + value.size(), selection.most);
  }
  return selection;
}

// Those with most of it first, as many as are wanted.
template <typename Object, typename Amount>
void keep_top(std::vector<Object>& objects, std::size_t most, Amount amount) {
  if (objects.size() <= most) return;
  const auto end = objects.begin() + static_cast<std::ptrdiff_t>(most);
  std::partial_sort(objects.begin(), end, objects.end(),
                    [&](const Object& a, const Object& b) { return amount(a) > amount(b); });
  objects.resize(most);
}

std::vector<QueueObject> queues_of(const Call& call, const Selection& selection) {
  std::vector<QueueObject> queues;
  for (const QueueEntry& entry : call.directory.queues()) {
    if (!selection.has(entry.vhost->record->name)) continue;
    queues.push_back({entry.queue->record, entry.queue->id, entry.queue->settings->type});
  }
  keep_top(queues, selection.most, [&call](const QueueObject& each) {
    const QueueGauges& gauges = stats_of(tables(call), each.id).gauges;
    return gauges.messages_ready + gauges.messages_unacknowledged;
  });
  return queues;
}

std::vector<ChannelObject> channels_of(const Call& call, const Selection& selection) {
  auto channels = tables(call).channels();
  std::erase_if(channels, [&](const ChannelStats* channel) {
    return !selection.has(channel->connection->facts->vhost);
  });
  keep_top(channels, selection.most, [](const ChannelStats* channel) {
    return channel->counts[kPublish] + channel->counts[kDeliver] + channel->counts[kDeliverNoAck];
  });
  std::vector<ChannelObject> objects;
  for (const ChannelStats* each : channels) {
    objects.push_back({each->id, channel_name(*each->connection, each->id.number)});
  }
  return objects;
}

std::vector<ConnectionObject> connections_of(const Call& call, const Selection& selection) {
  std::vector<const ConnectionStats*> connections;
  for (const auto& [name, connection] : tables(call).connections()) {
    if (selection.has(connection->facts->vhost)) connections.push_back(connection);
  }
  keep_top(connections, selection.most, [](const ConnectionStats* connection) {
    return connection->last.counters.recv_oct + connection->last.counters.send_oct;
  });
  std::vector<ConnectionObject> objects;
  for (const ConnectionStats* each : connections) objects.push_back({each->id, each->facts});
  return objects;
}

// ---- lines for each object ----

// Which groups of metrics are written, and what their names begin with.
struct Groups {
  std::string_view prefix;
  std::set<std::string_view> names;  // empty: all

  bool has(std::string_view group) const { return names.empty() || names.contains(group); }
  template <typename Object>
  bool any(std::span<const Metric<Object>> metrics) const {
    return std::ranges::any_of(metrics, [this](const auto& each) { return has(each.group); });
  }
};

template <typename Object, typename Visit>
void write_each(Exposition& out, const Groups& groups, std::span<const Metric<Object>> metrics,
                Visit&& visit) {
  for (const Metric<Object>& metric : metrics) {
    if (!groups.has(metric.group)) continue;
    out.family(std::string(groups.prefix).append(metric.name), metric.type, metric.help);
    visit(metric);
  }
}

template <typename Object>
std::vector<Metric<Object>> wanted(const Groups& groups, std::span<const Metric<Object>> metrics) {
  std::vector<Metric<Object>> found;
  std::ranges::copy_if(metrics, std::back_inserter(found),
                       [&groups](const auto& metric) { return groups.has(metric.group); });
  return found;
}

// Of a kind of queue that has it.
bool applies(const Metric<QueueStats>& metric, const QueueObject& queue, const QueueStats& stats) {
  if (metric.name == "stream_segments") return queue.type == QueueType::kStream;
  const bool head = metric.name == "queue_head_message_timestamp";
  return !head || stats.gauges.head_message_timestamp != 0;
}

constexpr Metric<QueueStats> kQueueInfo{
    "", "queue_info", Exposition::Type::kGauge,
    "A metric with a constant '1' value and labels that provide some queue details",
    [](const QueueStats&) { return 1.0; }};

void write_queue_info(Exposition& out, const QueueObject& queue) {
  out.sample({{"vhost", queue.record->vhost},
              {"queue", queue.record->name},
              {"queue_type", queue_type_label(queue.type)},
              {"membership", "leader"}},
             1);
}

void add_queues(MetricsBody& body, const Groups& groups, const Call& call,
                const Selection& selection) {
  const bool count = groups.names.contains("queue_consumer_count");
  if (!groups.any(queue_metrics()) && !count) return;
  auto metrics = wanted(groups, queue_metrics());
  if (count && !groups.has("queue_metrics")) metrics.push_back(queue_metrics()[4]);
  metrics.push_back(kQueueInfo);
  const auto line = [&all = tables(call)](Exposition& out, const Metric<QueueStats>& metric,
                                          const QueueObject& queue) {
    if (metric.name == kQueueInfo.name) return write_queue_info(out, queue);
    const QueueStats& stats = stats_of(all, queue.id);
    if (!applies(metric, queue, stats)) return;
    out.sample({{"vhost", queue.record->vhost}, {"queue", queue.record->name}},
               metric.value(stats));
  };
  body.add(series(groups.prefix, std::move(metrics), queues_of(call, selection), line));
}

void add_channels(MetricsBody& body, const Groups& groups, const Call& call,
                  const Selection& selection) {
  if (!groups.any(channel_metrics())) return;
  const auto line = [&all = tables(call)](Exposition& out, const Metric<ChannelStats>& metric,
                                          const ChannelObject& channel) {
    const ChannelStats* stats = all.find(channel.id);
    if (stats) out.sample({{"channel", channel.name}}, metric.value(*stats));
  };
  body.add(
      series(groups.prefix, wanted(groups, channel_metrics()), channels_of(call, selection), line));
}

// The label is "channel" there, too.
void add_connections(MetricsBody& body, const Groups& groups, const Call& call,
                     const Selection& selection) {
  if (!groups.any(connection_metrics())) return;
  const auto line = [&all = tables(call)](Exposition& out, const Metric<ConnectionStats>& metric,
                                          const ConnectionObject& connection) {
    const ConnectionStats* stats = all.find(connection.id);
    if (stats) out.sample({{"channel", connection.facts->name}}, metric.value(*stats));
  };
  body.add(series(groups.prefix, wanted(groups, connection_metrics()),
                  connections_of(call, selection), line));
}

void add_exchanges(MetricsBody& body, const Groups& groups, const Call& call,
                   const Selection& selection) {
  if (!groups.any(exchange_metrics())) return;
  std::vector<std::shared_ptr<const ExchangeRecord>> exchanges;
  for (const ExchangeEntry& entry : call.directory.exchanges()) {
    if (selection.has(entry.vhost->record->name)) exchanges.push_back(entry.exchange->record);
  }
  const auto line = [&all = tables(call)](Exposition& out, const Metric<ExchangeStats>& metric,
                                          const std::shared_ptr<const ExchangeRecord>& record) {
    const ExchangeStats* stats = all.find_exchange(record->vhost, record->name);
    if (!stats) return;
    out.sample({{"vhost", record->vhost}, {"exchange", record->name}}, metric.value(*stats));
  };
  body.add(series(groups.prefix, wanted(groups, exchange_metrics()), std::move(exchanges), line));
}

void add_objects(MetricsBody& body, const Groups& groups, const Call& call) {
  const Selection selection = selection_of(call);
  add_queues(body, groups, call, selection);
  add_channels(body, groups, call, selection);
  add_connections(body, groups, call, selection);
  add_exchanges(body, groups, call, selection);
}

void write_node(Exposition& out, const Groups& groups, const Call& call) {
  write_each(out, groups, node_metrics(), [&](const Metric<Statistics>& metric) {
    out.sample(metric.value(call.services.statistics()));
  });
}

// ---- of the whole cluster ----

void write_vhosts(Exposition& out, const Call& call) {
  out.family(std::string(kClusterPrefix).append("vhost_status"), Exposition::Type::kGauge,
             "1 while the virtual host can be used");
  for (const Vhost* vhost : call.directory.vhosts()) {
    out.sample({{"vhost", vhost->record->name}}, 1);
  }
}

template <typename Value>
void write_exchange_family(Exposition& out, const Call& call, std::string_view name,
                           std::string_view help, Value value) {
  const Selection selection = selection_of(call);
  out.family(std::string(kClusterPrefix).append(name), Exposition::Type::kGauge, help);
  for (const ExchangeEntry& entry : call.directory.exchanges()) {
    const ExchangeRecord& record = *entry.exchange->record;
    if (!selection.has(record.vhost)) continue;
    out.sample({{"vhost", record.vhost}, {"exchange", record.name}, {"type", record.type}},
               value(*entry.exchange));
  }
}

void write_cluster(Exposition& out, const Groups& groups, const Call& call) {
  if (groups.names.contains("vhost_status")) write_vhosts(out, call);
  if (groups.names.contains("exchange_names")) {
    write_exchange_family(out, call, "exchange_name",
                          "Enumerates exchanges without any additional info. This value is "
                          "cluster-wide. A cheaper alternative to `exchange_bindings`",
                          [](const Exchange&) { return 1.0; });
  }
  if (groups.names.contains("exchange_bindings")) {
    write_exchange_family(
        out, call, "exchange_bindings",
        "Number of bindings for an exchange. This value is cluster-wide.",
        [](const Exchange& exchange) { return static_cast<double>(exchange.outgoing.size()); });
  }
}

// ---- sums ----

template <typename Object, typename ForEach>
void write_sums(Exposition& out, const Call& call, std::span<const Metric<Object>> metrics,
                ForEach&& for_each) {
  std::vector<double> sums(metrics.size());
  for_each([&](const Object& object) {
    for (std::size_t n = 0; n != metrics.size(); ++n) sums[n] += metrics[n].value(object);
  });
  const Totals& totals = tables(call).node().totals;
  for (std::size_t n = 0; n != metrics.size(); ++n) {
    const Metric<Object>& metric = metrics[n];
    if (!metric.summed) continue;
    out.family(std::string(kPrefix).append(metric.name), metric.type, metric.help);
    out.sample(metric.total ? static_cast<double>(totals[*metric.total]) : sums[n]);
  }
}

void write_all_sums(Exposition& out, const Call& call) {
  write_sums(out, call, queue_metrics(), [&](auto&& visit) { tables(call).for_each_queue(visit); });
  write_sums(out, call, channel_metrics(),
             [&](auto&& visit) { tables(call).for_each_channel(visit); });
  write_sums(out, call, connection_metrics(), [&](auto&& visit) {
    for (const auto& [name, connection] : tables(call).connections()) visit(*connection);
  });
  write_sums(out, call, exchange_metrics(),
             [&](auto&& visit) { tables(call).for_each_exchange(visit); });
}

// ---- endpoints ----

void write_end(Exposition& out, const Call& call) {
  write_object_counts(out, call);
  write_info(out, call);
  write_global(out, call);
  write_alarms(out, call);
}

Reply show_objects(Call& call);

Reply show_sums(Call& call) {
  if (call.config().management.per_object_metrics) return show_objects(call);
  Exposition out;
  write_node(out, {kPrefix, {}}, call);
  write_all_sums(out, call);
  write_end(out, call);
  return text_answer(out);
}

Reply show_objects(Call& call) {
  const Groups groups{kPrefix, {}};
  auto body = std::make_shared<MetricsBody>();
  body->add_short([groups, &call](Exposition& out) { write_node(out, groups, call); });
  add_objects(*body, groups, call);
  body->add_short([&call](Exposition& out) { write_end(out, call); });
  return long_answer(std::string(kText), std::move(body));
}

Reply show_detailed(Call& call) {
  Groups groups{kDetailedPrefix, {}};
  for (const auto& [name, value] : call.request.query) {
    if (name == "family") groups.names.insert(value);
  }
  auto body = std::make_shared<MetricsBody>();
  if (!groups.names.empty()) {
    body->add_short([groups, &call](Exposition& out) { write_node(out, groups, call); });
    add_objects(*body, groups, call);
    body->add_short([groups, &call](Exposition& out) { write_cluster(out, groups, call); });
  }
  body->add_short([&call](Exposition& out) { write_info(out, call); });
  return long_answer(std::string(kText), std::move(body));
}

Reply show_memory(Call& call) {
  Exposition out;
  write_memory(out, call);
  write_info(out, call);
  return text_answer(out);
}

Operation get_text(Handler handler) {
  Operation operation = get(Need::kNothing, handler);
  operation.any_type = true;
  return operation;
}

}  // namespace

RouteTable metrics_routes() {
  RouteTable table;
  table.add("/metrics", {get_text(show_sums)});
  table.add("/metrics/default", {get_text(show_sums)});
  table.add("/metrics/per-object", {get_text(show_objects)});
  table.add("/metrics/detailed", {get_text(show_detailed)});
  table.add("/metrics/memory-breakdown", {get_text(show_memory)});
  return table;
}

}  // namespace coney::management
