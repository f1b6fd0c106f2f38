#include <boost/json.hpp>

#include "broker/arguments/equivalence.h"
#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/declaring.h"
#include "mgmt-ui/api/resources/object_statistics.h"
#include "mgmt-ui/api/resources/queue_order.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/resources/rows.h"

namespace coney::management {

namespace json = boost::json;

namespace {

json::object whole_row(const Call& call, const QueueEntry& entry, const Columns& columns,
                       QueueView view) {
  json::object row = queue_row(call, entry, columns);
  if (!without_statistics(call)) {
    put_queue_statistics(call, *entry.queue, columns, view, row);
  } else if (call.request.flag("enable_queue_totals")) {
    put_queue_totals(call, *entry.queue, row);
    row.erase("internal");
    row.erase("internal_owner");
  }
  return row;
}

QueueView view_of(const Call& call) {
  const auto& path = call.request.path;
  const bool detailed = path == std::vector<std::string>{"api", "queues", "detailed"};
  return detailed ? QueueView::kDetailed : QueueView::kShort;
}

// ?type=stream: those of one type alone.
std::vector<QueueEntry> of_wanted_type(const Call& call, std::span<const QueueEntry> all) {
  std::vector<QueueEntry> entries(all.begin(), all.end());
  const auto type = call.request.parameter("type");
  if (!type || type->empty()) return entries;
  std::erase_if(entries, [&](const QueueEntry& one) { return one.queue->record->type != *type; });
  return entries;
}

// A hundred thousand of them are sorted without being made.
class QueueRows final : public LastingRows {
 public:
  QueueRows(const Call& call, std::span<const QueueEntry> entries)
      : call_(call), view_(view_of(call)), entries_(of_wanted_type(call, entries)) {}

  std::size_t size() const override { return entries_.size(); }
  std::string_view name(std::size_t row) const override {
    return entries_[row].queue->record->name;
  }
  json::object make(std::size_t row, const Columns& columns) const override {
    const auto entry = kept_ ? found_again(row) : std::optional(entries_[row]);
    return entry ? whole_row(call_, *entry, columns, view_) : json::object();
  }
  // Those who ask for all of them share what is kept.
  void keep() override {
    if (entries_.size() == call_.directory.queues().size()) {
      kept_ = call_.directory.queue_records();
    } else {
      auto own = std::make_shared<Directory::QueueRecords>();
      for (const QueueEntry& entry : entries_) own->push_back(entry.queue->record);
      kept_ = std::move(own);
    }
    entries_ = {};
  }
  SortKey key(std::size_t row, std::string_view column) const override {
    if (!order_) order_.emplace(call_, column);
    return order_->key(entries_[row]);
  }
  std::optional<std::string_view> text_key(std::size_t row,
                                           std::string_view column) const override {
    const QueueRecord& record = *entries_[row].queue->record;
    if (column == "name") return record.name;
    if (column == "vhost") return record.vhost;
    if (column == "type") return record.type;
    return std::nullopt;
  }
  // They are by vhost, then name.
  bool sorted_by(std::string_view column) const override {
    const auto& first = entries_.front().vhost->record->name;
    const auto& last = entries_.back().vhost->record->name;
    return column == "vhost" || (column == "name" && first == last);
  }

 private:
  std::optional<QueueEntry> found_again(std::size_t row) const {
    const QueueRecord& record = *(*kept_)[row];
    const Vhost* vhost = call_.directory.find_vhost(record.vhost);
    return vhost ? QueueEntry::find(*vhost, record.name) : std::nullopt;
  }

  const Call& call_;
  const QueueView view_;
  std::vector<QueueEntry> entries_;
  std::shared_ptr<const Directory::QueueRecords> kept_;  // instead of them, see keep()
  mutable std::optional<QueueOrder> order_;              // of the column that key() is asked for
};

Reply list_queues(Call& call) {
  if (call.caller.is_monitoring()) {
    return list(call.request, std::make_shared<QueueRows>(call, call.directory.queues()));
  }
  std::vector<QueueEntry> entries;
  for (const Vhost* vhost : call.directory.vhosts()) {
    if (!call.sees(vhost->record->name)) continue;
    const auto more = call.directory.queues(*vhost);
    entries.insert(entries.end(), more.begin(), more.end());
  }
  return list(call.request, std::make_shared<QueueRows>(call, entries));
}

Reply list_queues_of_vhost(Call& call) {
  const Vhost* vhost = call.vhost();
  if (!vhost) return no_such_object();
  return list(call.request, std::make_shared<QueueRows>(call, call.directory.queues(*vhost)));
}

// Those that a user may see.
Reply list_queues_of_user(Call& call) {
  const User* user = call.directory.find_user(call.name("user"));
  if (!user) return no_such_object();
  std::vector<QueueEntry> entries;
  for (const Vhost* vhost : call.directory.vhosts()) {
    if (!user->permissions.contains(vhost->record->name)) continue;
    const auto more = call.directory.queues(*vhost);
    entries.insert(entries.end(), more.begin(), more.end());
  }
  return list(call.request, std::make_shared<QueueRows>(call, entries));
}

std::optional<QueueEntry> queue_of(const Call& call) {
  const Vhost* vhost = call.vhost();
  return vhost ? QueueEntry::find(*vhost, call.name("name")) : std::nullopt;
}

Reply show_queue(Call& call) {
  const auto entry = queue_of(call);
  return entry ? show(call.request, whole_row(call, *entry, Columns(), QueueView::kAlone))
               : no_such_object();
}

Reply put_queue(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  if (!call.vhost()) return not_found("vhost_not_found");
  // An exclusive queue is its connection's, and there is none: the wish is ignored, as RabbitMQ
  // does.
  QueueRecord record{.vhost = call.name("vhost"), .name = call.name("name")};
  record.durable = body->flag("durable", false);
  record.auto_delete = body->flag("auto_delete", false);
  record.arguments = body->table("arguments");
  body->flag("exclusive", false);
  const auto node = body->optional_text("node");
  if (body->faults().any()) return bad_request(body->faults());
  if (node && *node != call.config().node_name) {
    return bad_request(json::string("Node " + *node + " is not a cluster member"));
  }
  if (auto refusal = check_queue_declare(call, record)) return std::move(*refusal);
  const ShardId shard = call.services.shard_for(record.name);
  return carry_out(call, DeclareQueue{std::move(record), shard, {}});
}

}  // namespace

void add_queues(RouteTable& table) {
  table.add("/api/queues", {get(Need::kManagement, list_queues)});
  table.add("/api/queues/detailed", {get(Need::kManagement, list_queues)});
  table.add("/api/users/{user}/queues", {get(Need::kAdministrator, list_queues_of_user)});
  table.add("/api/queues/{vhost}", {get(Need::kManagement, list_queues_of_vhost)});
  table.add("/api/queues/{vhost}/{name}",
            {get(Need::kManagement, show_queue), put(Need::kManagement, put_queue),
             del(Need::kManagement, queue_deletion())});
}

}  // namespace coney::management
