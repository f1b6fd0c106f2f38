#pragma once
// What exists, as one thread sees it: vhosts, users, permissions, exchanges, queues, bindings,
// policies and parameters, with the index of bindings that routes messages. Each shard has one and
// the topology thread has one; all apply the same changes in the same order. Owned and used by one
// thread.
//
// Pointers and references returned stay valid until the object is removed by apply(); version()
// grows with every apply(), so what was looked up may be kept while it does not.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "broker/auth/permission_pattern.h"
#include "broker/auth/topic_pattern.h"
#include "broker/exchange/binding_index.h"
#include "broker/ids.h"
#include "broker/policy/policy_list.h"
#include "broker/topology/change.h"

namespace coney {

// Hash maps by name that are searched by string_view without a copy.
struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const {
    return std::hash<std::string_view>{}(name);
  }
};
template <typename T>
using ByName = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;

using BindingPtr = std::shared_ptr<const BindingRecord>;
using BindingSet = std::unordered_set<BindingPtr>;

struct ExchangeCounters;  // broker/stats/counters.h

// What makes a binding of an exchange the same: destination, routing key and arguments.
std::string binding_identity(const BindingRecord& binding);

struct Exchange {
  std::shared_ptr<const ExchangeRecord> record;
  DestinationIndex destination = 0;     // as the destination of exchange-to-exchange bindings
  std::unique_ptr<BindingIndex> index;  // null for the default exchange, which needs none
  ByName<BindingPtr> outgoing;          // by binding identity (destination, key, arguments)
  BindingSet incoming;
  std::shared_ptr<ExchangeCounters> counters;  // this thread's; null before the first publish
  std::string alternate;                       // of its arguments and policies; empty: none
  bool is_default() const { return record->name.empty(); }
};

struct CatalogQueue {
  std::shared_ptr<const QueueRecord> record;
  QueueId id;
  ConnectionId owner;         // valid for an exclusive queue
  StoredQueueId stored_id{};  // of its messages on disk; 0 unless durable and not exclusive
  bool from_disk = false;     // it was there before this start
  QueueSettingsPtr settings;
  DestinationIndex destination = 0;
  BindingSet incoming;
};

using ParameterKey = std::pair<std::string, std::string>;  // component, name

struct Vhost {
  std::shared_ptr<const VhostRecord> record;
  bool tracing = false;                         // the firehose is on
  ByName<std::unique_ptr<Exchange>> exchanges;  // with the default exchange under ""
  ByName<std::unique_ptr<CatalogQueue>> queues;
  VhostPolicies policies;
  std::map<ParameterKey, std::shared_ptr<const ParameterRecord>> parameters;
  Exchange* find_exchange(std::string_view name) const;
  CatalogQueue* find_queue(std::string_view name) const;
};

enum class Access : std::uint8_t { kConfigure, kWrite, kRead };

// A pattern that does not compile is unset: what it guards is refused.
struct Permissions {
  std::shared_ptr<const PermissionRecord> record;
  std::optional<PermissionPattern> configure, write, read;
};
// {username} and {vhost} are replaced here, {client_id} when a client is known.
struct TopicPermissions {
  std::shared_ptr<const TopicPermissionRecord> record;
  TopicPattern write, read;
};
// Whose topic permissions count. Without a client id, {client_id} stays as it is.
struct TopicUser {
  std::string_view name;
  std::optional<std::string_view> client_id;
};

struct User {
  std::shared_ptr<const UserRecord> record;
  ByName<Permissions> permissions;                     // by vhost
  ByName<ByName<TopicPermissions>> topic_permissions;  // by vhost, then exchange
};

class Catalog {
 public:
  Catalog();
  ~Catalog();

  void apply(const Change& change);
  std::uint64_t version() const { return version_; }

  Vhost* find_vhost(std::string_view name) const;
  const User* find_user(std::string_view name) const;
  // Null: there is none.
  std::shared_ptr<const PermissionRecord> find_permission(std::string_view user,
                                                          std::string_view vhost) const;
  std::shared_ptr<const TopicPermissionRecord> find_topic_permission(
      std::string_view user, std::string_view vhost, std::string_view exchange) const;
  const ByName<std::unique_ptr<Vhost>>& vhosts() const { return vhosts_; }
  const ByName<User>& users() const { return users_; }
  using GlobalParameters =
      std::map<std::string, std::shared_ptr<const GlobalParameterRecord>, std::less<>>;
  const GlobalParameters& global_parameters() const { return global_parameters_; }

  // May `user` do this to the resource (a queue's name; an exchange's through
  // permission_name_of_exchange)? False without permissions in the vhost.
  bool allowed(std::string_view user, std::string_view vhost, Access access,
               std::string_view resource) const;
  bool has_access(std::string_view user, std::string_view vhost) const;
  // Topic permission of `user` on the topic exchange; true when none is set.
  bool topic_allowed(const TopicUser& user, std::string_view vhost, std::string_view exchange,
                     Access access, std::string_view routing_key) const;

  // The firehose is on in some vhost.
  bool tracing() const { return traced_vhosts_ != 0; }

  bool has_binding(const BindingRecord& binding) const;

  // Where a message published to `exchange` goes: the ids of the queues, each once. `keys`: the
  // routing key, then those of CC and BCC. Follows exchange-to-exchange bindings and, where an
  // exchange routes to nothing at all, its alternate exchange; loops are walked once.
  // `out` is cleared first. True: as long as the catalog does not change, all messages with these
  // keys and without headers go the same way.
  bool route(const Vhost& vhost, const Exchange& exchange, const RoutedMessage& message,
             std::vector<QueueId>& out);
  // The queues that route() found last. REQUIRES: nothing was applied since.
  std::span<const CatalogQueue* const> last_routed() const { return routed_; }
  void route(const Vhost& vhost, const Exchange& exchange, std::span<const std::string_view> keys,
             std::string_view headers, std::vector<QueueId>& out) {
    route(vhost, exchange, {.keys = keys, .headers = headers}, out);
  }

 private:
  struct Destination {
    Exchange* exchange = nullptr;
    CatalogQueue* queue = nullptr;
    std::uint64_t visited = 0;  // number of the last route() that came by
  };

  void put(const VhostPut& change);
  void put(const VhostRemoved& change);
  void put(const UserPut& change);
  void put(const UserRemoved& change);
  void put(const PermissionPut& change);
  void put(const PermissionRemoved& change);
  void put(const TopicPermissionPut& change);
  void put(const TopicPermissionRemoved& change);
  void put(const PolicyPut& change);
  void put(const PolicyRemoved& change);
  void put(const ParameterPut& change);
  void put(const ParameterRemoved& change);
  void put(const GlobalParameterPut& change);
  void put(const GlobalParameterRemoved& change);
  void put(const ExchangePut& change);
  void put(const ExchangeAlternatePut& change);
  void put(const ExchangeRemoved& change);
  void put(const QueuePut& change);
  void put(const QueueSettingsPut& change);
  void put(const QueueRemoved& change);
  void put(const BindingPut& change);
  void put(const BindingRemoved& change);
  void put(const TracingPut& change);

  DestinationIndex add_destination(Exchange* exchange, CatalogQueue* queue);
  void free_destination(DestinationIndex destination);
  void unbind(Vhost& vhost, const BindingRecord& binding);
  void unbind_all(Vhost& vhost, const BindingSet& bindings);

  // catalog_routing.cc
  bool visit(DestinationIndex destination);  // false when this route() came by already
  void route_by_name(const Vhost& vhost, std::span<const std::string_view> keys,
                     std::vector<QueueId>& out);
  bool route_one(const Vhost& vhost, const Exchange& exchange, const RoutedMessage& message,
                 std::vector<QueueId>& out);

  ByName<std::unique_ptr<Vhost>> vhosts_;
  ByName<User> users_;
  GlobalParameters global_parameters_;
  std::vector<Destination> destinations_;
  std::vector<DestinationIndex> free_destinations_;
  std::uint64_t version_ = 1;
  std::uint64_t route_number_ = 0;
  std::size_t traced_vhosts_ = 0;
  std::vector<const CatalogQueue*> routed_;
  std::vector<DestinationIndex> matches_;  // of one exchange; kept for its memory
  std::vector<const Exchange*> to_visit_;
};

}  // namespace coney
