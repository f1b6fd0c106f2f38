#pragma once
// What handlers use of the rest of the broker. Used by the management's thread; tests give their
// own.

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/config/config.h"
#include "broker/config/config_loader.h"
#include "broker/config/live_settings.h"
#include "broker/ids.h"
#include "broker/server/alarms.h"
#include "broker/shard/mail.h"
#include "broker/storage/storage_space.h"
#include "broker/topology/topology.h"
#include "mgmt-ui/api/events/live_feed.h"
#include "mgmt-ui/api/events/log_feed.h"

namespace coney::management {

// A port that the node listens on.
struct ActiveListener {
  std::string protocol;  // RabbitMQ's word: "amqp", "amqp/ssl", "http", "https"
  std::string address;   // "::" for all
  std::uint16_t port = 0;
  std::optional<std::chrono::system_clock::time_point> certificate_expiry{};
};
struct AlarmState {
  bool memory = false;
  bool disk = false;
};

class Statistics;

class Services {
 public:
  virtual ~Services() = default;

  virtual const Config& config() const = 0;
  // What the configuration was made of.
  virtual std::span<const AppliedSetting> settings() const { return {}; }
  // What of it has changed since the start, and the way to change it: in effect on return.
  virtual LiveValues live_settings() const { return LiveValues(config()); }
  virtual void change_settings(const LiveValues&) {}
  // `then` is called on the management's thread, once the directory has what the command changed.
  using Then = std::function<void(TopologyAnswer)>;
  virtual void submit(TopologyCommand command, Then then) = 0;
  // Does `work`, which uses what is its own alone, elsewhere and one after the other; then calls
  // `then` on the management's thread. False: it has thrown.
  virtual void calculate(std::function<void()> work, std::function<void(bool done)> then);

  // ---- queues and their shards ----
  virtual unsigned shards() const { return 1; }
  // Where a queue of this name is placed when it is declared here.
  ShardId shard_for(std::string_view queue) const {
    const std::size_t hash = std::hash<std::string_view>{}(queue);
    return ShardId{static_cast<std::uint8_t>(hash % shards())};
  }
  // Mail of the management to one shard arrives in order.
  virtual void post(ShardId, Mail) {}
  // `then` is called on the management's thread. What a get gives is the caller's to settle.
  using ThenQueue = std::function<void(QueueAnswer)>;
  virtual void ask(QueueId, QueueCall, ThenQueue then) { then({.status = QueueStatus::kGone}); }
  // Messages for a queue, in order. `then` is called on the management's thread once those that it
  // took are safe.
  using ThenPublished = std::function<void(PublishAnswer)>;
  virtual void publish_to(QueueId, std::vector<MessageRef>, ThenPublished then) {
    then({.gone = true});
  }
  // Both: `then` is called on the management's thread.
  using ThenSlice = std::function<void(BrowseSlice)>;
  virtual void browse(QueueId, BrowseCall, ThenSlice then) { then({.gone = true}); }
  using ThenUnacked = std::function<void(UnackedList)>;
  virtual void unacked(ConnectionId, ChannelNumber, UnackedCall, ThenUnacked then) { then({}); }
  // Catalog::route().
  virtual void route(const Vhost&, const Exchange&, const RoutedMessage&, std::vector<QueueId>&) {}

  // Null: there are none to listen to.
  virtual EventFeed* events() { return nullptr; }
  // LogFeed::subscribe(). Null: there is no log.
  virtual std::shared_ptr<EventSubscription> follow_log(LogFilter, std::uint64_t /*backlog*/) {
    return nullptr;
  }
  // LiveFeed::subscribe()
  virtual std::shared_ptr<EventSubscription> follow_views(LiveRequest) { return nullptr; }

  // ---- the node ----
  // Ends it in good order, once the present request has been answered.
  virtual void stop_node() {}
  // While it does not serve clients (see stop_app()): why nothing but the node itself is answered.
  enum class App : std::uint8_t { kRunning, kStopped, kStarting };
  virtual App app() const { return App::kRunning; }
  // Why the last start failed; empty: it did not.
  virtual std::string start_failure() const { return {}; }
  // Listeners and connections go; the process stays and answers through the local socket.
  virtual void stop_app() {}
  virtual void start_app() {}
  // Forgets everything that is stored. Error: a sentence. REQUIRES: App::kStopped.
  virtual std::optional<std::string> reset() { return "the node is running"; }
  virtual std::vector<ActiveListener> listeners() const { return {}; }
  virtual AlarmState alarms() const { return {}; }
  // Raises it whatever is measured, until it is taken back.
  virtual void hold_alarm(AlarmedResource, bool /*on*/) {}
  // NodeStorage::space()
  virtual StorageSpace storage_space() const { return {}; }
  // Statistics::reset()
  virtual void reset_statistics() {}
  virtual std::uint64_t connection_count() const { return 0; }
  virtual std::chrono::system_clock::time_point wall_time() const {
    return std::chrono::system_clock::now();
  }
  // Empty unless somebody collects them.
  virtual const Statistics& statistics() const;
  // With 320 CONNECTION_FORCED; nothing when it is gone already.
  virtual void close_connection(ConnectionId, std::string /*reason*/) {}
};

// For calculate(): false, and a line in the log, when it throws.
bool attempt(const std::function<void()>& work);

}  // namespace coney::management
