#pragma once
// The one door for changes to what exists. Commands of all connections run on one thread, in one
// order: validate against its own catalog -> commit to the definitions database (one transaction
// for all commands that are waiting) -> hand the changes to every shard -> answer.
//
// Why an answer need not wait until the shards have applied the change: the changes lie in every
// shard's inbox before the answer does, and a shard empties its inbox between reading bytes from a
// socket and parsing them. So whatever a client sends because of an answer finds the change
// applied.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/config/config.h"
#include "broker/error.h"
#include "broker/ids.h"
#include "broker/topology/administration.h"
#include "broker/topology/catalog.h"
#include "persistence/definitions/definition_store.h"

namespace coney {

// Permissions and arguments have been checked by the sender; what depends on what exists is checked
// (again) here, where it is decided: existence, equivalence, and whether a binding is possible.
struct DeclareExchange {
  ExchangeRecord record;
};
struct DeleteExchange {
  std::string vhost, name;
  bool if_unused = false;
};
struct DeclareQueue {
  QueueRecord record;  // its arguments as with_queue_type() returns them
  ShardId near{};
  ConnectionId owner;
};
struct DeleteQueue {
  std::string vhost, name;
  QueueId id;
};  // ignored when the name has another id
struct DeleteExclusiveQueues {
  ConnectionId owner;
};
struct Bind {
  BindingRecord record;
  std::string user;                      // whose topic permissions count
  ConnectionId by;                       // may bind its exclusive queues
  std::optional<std::string> client_id;  // for topic permissions, see TopicUser
};
struct Unbind {
  BindingRecord record;
  std::string user;
  std::optional<std::string> client_id;
};

// Switches the firehose of a vhost; it is off after a start.
struct SetTracing {
  std::string vhost;
  bool on = false;
};

using TopologyCommand =
    std::variant<DeclareExchange, DeleteExchange, DeclareQueue, DeleteQueue, DeleteExclusiveQueues,
                 Bind, Unbind, SetTracing, AdministrationCommand>;

struct TopologyAnswer {
  std::optional<ProtocolError> error{};
  std::optional<Refusal> refused{};  // administration commands
  // Declare: it was there already, as it was to be declared. Put: it has replaced another.
  bool existed = false;
  bool skipped = false;  // not executed, see CommandChain
};

// Commands that are submitted before the one in front of them is answered: once one of a chain has
// failed, those behind it are skipped. Made by the sender, used by the topology thread alone.
struct CommandChain {
  bool failed = false;
};

// How the topology thread reaches the shards. Called on the topology thread.
class TopologySink {
 public:
  virtual ~TopologySink() = default;
  // To every shard, in order.
  virtual void publish(std::shared_ptr<const Changes> changes) = 0;
  virtual void answer(ConnectionId to, TopologyAnswer answer) = 0;
  // To the queue's shard, after the answers: the queue is out of all catalogs, drop it.
  virtual void retire(QueueId queue) = 0;
};

class Topology {
 public:
  // `store` may be null: nothing is kept (tests).
  Topology(std::unique_ptr<DefinitionStore> store, unsigned shards, TopologySink& sink);
  ~Topology();

  // Before start(): load(), then the others as wanted. Each hands what it adds to the sink by
  // publish() on the calling thread before it returns. Error: a sentence; the object is then of no
  // further use. Exchanges that every vhost has (amq.direct, ...) are made with the vhost.
  //
  // load: what the database has; what this version cannot use is left out with a warning.
  std::optional<std::string> load();
  // Messages on disk name queues up to this id, which a database that was put back from a copy may
  // not know: queues to come get others.
  std::optional<std::string> skip_queue_ids(StoredQueueId up_to);
  // A definitions file: users, permissions, policies and parameters replace those of the same name,
  // vhosts too but for limits that it does not name and for protection from deletion; exchanges,
  // queues and bindings that exist stay. All or nothing, but for what needs behaviour that does not
  // exist yet: it is left out with a warning.
  std::optional<std::string> import(const Definitions& definitions);
  // The vhost, user and permissions of a new broker; nothing when there is a vhost already.
  std::optional<std::string> create_defaults(const DefaultDefinitions& defaults);

  void start();
  void stop();  // finishes what was submitted

  // Any thread. `reply_to` invalid: nobody waits for the answer. The answers to one connection come
  // in the order of its commands.
  void submit(ConnectionId reply_to, TopologyCommand command,
              std::shared_ptr<CommandChain> chain = nullptr);
  // For those who are no connection: `then` is called on the topology thread, must not wait there,
  // and finds the change in every shard's inbox.
  using Then = std::function<void(TopologyAnswer)>;
  void submit(TopologyCommand command, Then then);

  // Only before start() and after stop().
  const Catalog& catalog() const;

 private:
  class Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace coney
