#pragma once
// What changes in the topology, as immutable values that every shard applies in the same order.

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "broker/ids.h"
#include "broker/queue/queue_settings.h"
#include "persistence/definitions/records.h"
#include "persistence/stored_ids.h"

namespace coney {

struct VhostPut {
  std::shared_ptr<const VhostRecord> record;
};
struct UserPut {
  std::shared_ptr<const UserRecord> record;
};
struct PermissionPut {
  std::shared_ptr<const PermissionRecord> record;
};
struct TopicPermissionPut {
  std::shared_ptr<const TopicPermissionRecord> record;
};
struct ExchangePut {
  std::shared_ptr<const ExchangeRecord> record;
};
struct ExchangeRemoved {
  std::string vhost, name;
};  // its bindings go with it
struct QueuePut {
  std::shared_ptr<const QueueRecord> record;
  QueueId id;
  ConnectionId owner;         // of an exclusive queue
  StoredQueueId stored_id{};  // 0: the queue does not outlive the broker; set when it is stored
  bool from_disk = false;     // it was there before this start and may have messages
  QueueSettingsPtr settings;  // what it does now; filled in with what its arguments ask for
};
// What is asked of a queue that exists has changed.
struct QueueSettingsPut {
  std::string vhost, name;
  QueueId id;
  QueueSettingsPtr settings;
};
struct QueueRemoved {
  std::string vhost, name;
  QueueId id;
};  // its bindings go with it
struct BindingPut {
  std::shared_ptr<const BindingRecord> record;
};
struct BindingRemoved {
  std::shared_ptr<const BindingRecord> record;
};

using Change =
    std::variant<VhostPut, UserPut, PermissionPut, TopicPermissionPut, ExchangePut, ExchangeRemoved,
                 QueuePut, QueueSettingsPut, QueueRemoved, BindingPut, BindingRemoved>;
using Changes = std::vector<Change>;

}  // namespace coney
