#pragma once
// What changes in the topology, as immutable values that every shard applies in the same order.

#include <memory>
#include <optional>
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
// With everything in it; the queues are retired one by one.
struct VhostRemoved {
  std::string name;
};
struct UserPut {
  std::shared_ptr<const UserRecord> record;
};
struct UserRemoved {
  std::string name;
};  // its permissions go with it
struct PermissionPut {
  std::shared_ptr<const PermissionRecord> record;
};
struct PermissionRemoved {
  std::string user, vhost;
};
struct TopicPermissionPut {
  std::shared_ptr<const TopicPermissionRecord> record;
};
struct TopicPermissionRemoved {
  std::string user, vhost, exchange;
};
struct PolicyPut {
  std::shared_ptr<const PolicyRecord> record;
};
struct PolicyRemoved {
  std::string vhost;
  bool is_operator = false;
  std::string name;
};
struct ParameterPut {
  std::shared_ptr<const ParameterRecord> record;
};
struct ParameterRemoved {
  std::string vhost, component, name;
};
struct GlobalParameterPut {
  std::shared_ptr<const GlobalParameterRecord> record;
};
struct GlobalParameterRemoved {
  std::string name;
};
struct ExchangePut {
  std::shared_ptr<const ExchangeRecord> record;
  // Where what it cannot route goes, empty: nowhere; filled in from its arguments and policies.
  std::optional<std::string> alternate{};
};
// Its policies have changed that.
struct ExchangeAlternatePut {
  std::string vhost, name;
  std::string alternate;
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
  QueueSettingsPtr settings;  // what it does now; filled in from its arguments and policies
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

// The firehose of a vhost; never stored.
struct TracingPut {
  std::string vhost;
  bool on = false;
};

using Change =
    std::variant<VhostPut, VhostRemoved, UserPut, UserRemoved, PermissionPut, PermissionRemoved,
                 TopicPermissionPut, TopicPermissionRemoved, PolicyPut, PolicyRemoved, ParameterPut,
                 ParameterRemoved, GlobalParameterPut, GlobalParameterRemoved, ExchangePut,
                 ExchangeAlternatePut, ExchangeRemoved, QueuePut, QueueSettingsPut, QueueRemoved,
                 BindingPut, BindingRemoved, TracingPut>;
using Changes = std::vector<Change>;

}  // namespace coney
