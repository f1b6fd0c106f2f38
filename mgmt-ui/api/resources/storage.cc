#include <boost/json.hpp>
#include <map>

#include "broker/storage/storage_space.h"
#include "mgmt-ui/api/resources/resources.h"

// GET /api/coney/storage: what the disk is used for, what keeps it from being given back, and what
// was found damaged since the start.

namespace coney::management {

namespace json = boost::json;

namespace {

json::object stream(const SpaceView::Stream& of) {
  return {{"live_bytes", of.live}, {"dead_bytes", of.dead}, {"files", of.files}};
}

json::object segments(const SpaceView& of) {
  return {{"durable", stream(of.durable)},
          {"spill", stream(of.spill)},
          {"files_not_synced", of.given_up}};
}

json::object log_of(const LogStatus& of) {
  json::array waiting;
  for (const LogShard shard : of.waiting_for) waiting.push_back(std::uint64_t{shard});
  return {{"files", of.files},
          {"bytes", of.bytes},
          {"pending_bytes", of.pending_bytes},
          {"written_bytes", of.written_bytes},
          {"syncs", of.syncs},
          {"failing", of.failing},
          {"error", of.error},
          {"waits_for_shards", std::move(waiting)},
          {"held_by_transaction", of.held_by_transaction}};
}

json::object damage(const DamageCounts& of) {
  return {{"log_blocks", of.log_blocks},
          {"log_records", of.log_records},
          {"chunks", of.chunks},
          {"chunk_bytes", of.chunk_bytes},
          {"messages", of.messages}};
}

// Those that have most, with their names; what was deleted meanwhile is left out.
json::array queues(const Catalog& catalog, const std::vector<QueueSpace>& spaces) {
  std::map<QueueId, json::object> named;
  for (const QueueSpace& space : spaces) named[space.queue];
  for (const auto& [vhost_name, vhost] : catalog.vhosts()) {
    for (const auto& [name, queue] : vhost->queues) {
      const auto found = named.find(queue->id);
      if (found != named.end()) found->second = {{"vhost", vhost_name}, {"name", name}};
    }
  }
  json::array all;
  for (const QueueSpace& space : spaces) {
    json::object row = named.at(space.queue);
    if (row.empty()) continue;
    row["live_bytes"] = space.live_bytes;
    row["chunks"] = space.chunks;
    row["files"] = space.files;
    row["file_bytes"] = space.file_bytes;
    all.push_back(std::move(row));
  }
  return all;
}

Reply show_storage(Call& call) {
  const StorageSpace space = call.services.storage_space();
  return json_answer(json::object{{"log", log_of(space.log)},
                                  {"segments", segments(space.segments)},
                                  {"damage", damage(space.damage)},
                                  {"queues", queues(call.directory.catalog(), space.queues)}});
}

}  // namespace

void add_storage(RouteTable& table) {
  table.add("/api/coney/storage", {get(Need::kMonitoring, show_storage)});
}

}  // namespace coney::management
