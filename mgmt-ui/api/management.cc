#include "mgmt-ui/api/management.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "broker/log/log.h"
#include "broker/server/server.h"
#include "broker/shard/shard.h"
#include "broker/storage/node_storage.h"
#include "broker/topology/topology.h"
#include "broker/transport/tls_credentials.h"
#include "mgmt-ui/api/http/http_server.h"
#include "mgmt-ui/api/local/local_door.h"
#include "mgmt-ui/api/prometheus/metrics.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/stats/statistics.h"
#include "mgmt-ui/api/stats/stats_inbox.h"
#include "mgmt-ui/api/work/mailbox.h"
#include "mgmt-ui/api/work/worker.h"

namespace coney::management {
namespace {

namespace asio = boost::asio;
using log::Category;

constexpr std::chrono::seconds kCertificateCheck{3};
constexpr std::chrono::seconds kStatisticsTick{1};
constexpr std::chrono::milliseconds kLogTick{200};
constexpr std::size_t kStep = 256;  // changes or events that are taken at once

Millisecond wall_milliseconds() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<Millisecond>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

ActiveListener active_listener(std::string protocol, const Endpoint& endpoint) {
  return {std::move(protocol), endpoint.address ? endpoint.address->host() : "::", endpoint.port};
}

// What the metrics use: their paths have no prefix.
class MetricsServices final : public Services {
 public:
  explicit MetricsServices(const Services& services)
      : services_(services), config_(services.config()) {
    config_.management.path_prefix.clear();
  }
  const Config& config() const override { return config_; }
  const Statistics& statistics() const override { return services_.statistics(); }
  LiveValues live_settings() const override { return services_.live_settings(); }
  void submit(TopologyCommand, Then) override {}  // none of them changes anything

 private:
  const Services& services_;
  Config config_;
};

class Management final : public ServerExtension, private Services {
 public:
  Management(const LoadedConfig& loaded, LocalDoor* door)
      : config_(loaded.config),
        settings_(loaded.settings),
        door_(door),
        io_(std::make_unique<asio::io_context>(1)),
        mailbox_(std::make_shared<Mailbox>(*io_)),
        api_(directory_, *this, all_routes()),
        http_(*io_, api_),
        metrics_(directory_, metrics_services_, metrics_routes()),
        metrics_http_(*io_, metrics_) {}
  ~Management() override { stop(); }

  std::string_view name() const override { return "management"; }

  void apply(std::shared_ptr<const Changes> changes) override {
    mailbox_->post_steps([this, changes = std::move(changes), done = std::size_t{0}]() mutable {
      return take(*changes, done);
    });
  }

  StatsReceiver* stats_receiver() override { return &stats_inbox_; }
  std::optional<std::string> start(Server& server) override;
  void stop() override;

 private:
  const Config& config() const override { return config_; }
  std::span<const AppliedSetting> settings() const override { return settings_; }
  void submit(TopologyCommand command, Then then) override;
  void calculate(std::function<void()> work, std::function<void(bool)> then) override;
  LiveValues live_settings() const override { return server_->live_settings().read(); }
  void change_settings(const LiveValues& values) override { server_->change_settings(values); }
  unsigned shards() const override {
    return static_cast<unsigned>(server_->context().shards.size());
  }
  void post(ShardId shard, Mail mail) override;
  void ask(QueueId queue, QueueCall call, ThenQueue then) override;
  void publish_to(QueueId queue, std::vector<MessageRef> messages, ThenPublished then) override;
  void browse(QueueId queue, BrowseCall call, ThenSlice then) override;
  void unacked(ConnectionId connection, ChannelNumber channel, UnackedCall call,
               ThenUnacked then) override;
  void route(const Vhost& vhost, const Exchange& exchange, const RoutedMessage& message,
             std::vector<QueueId>& queues) override {
    directory_.router().route(vhost, exchange, message, queues);
  }
  EventFeed* events() override { return &events_; }
  std::shared_ptr<EventSubscription> follow_log(LogFilter filter, std::uint64_t backlog) override;
  std::shared_ptr<EventSubscription> follow_views(LiveRequest request) override;
  void reset_statistics() override { statistics_.reset(); }
  // The main thread takes the signal in its own time and closes this thread's connections last.
  StorageSpace storage_space() const override {
    const NodeStorage* storage = server_->storage();
    return storage ? storage->space() : StorageSpace{};
  }
  void stop_node() override { ::kill(::getpid(), SIGTERM); }
  std::vector<ActiveListener> listeners() const override;
  AlarmState alarms() const override {
    const ResourceStatus resources = server_->resources();
    return {resources.memory_alarm, resources.disk_alarm};
  }
  void stop_app() override { server_->pause(); }
  void hold_alarm(AlarmedResource resource, bool on) override { server_->hold_alarm(resource, on); }
  std::uint64_t connection_count() const override;
  const Statistics& statistics() const override { return statistics_; }
  void close_connection(ConnectionId id, std::string reason) override {
    server_->close_connection(id, std::move(reason));
  }

  std::optional<std::string> listen(const Listener& listener, std::string protocol,
                                    HttpServer& http, const TlsCredentials* tls);
  std::optional<std::string> listen_metrics();
  std::optional<std::string> listen_plain();
  std::optional<std::string> listen_tls();
  void open_door();
  void watch_certificates();
  void hand_on_log();
  void show_views();
  void answer(Request request, Respond respond);
  bool take(const Changes& changes, std::size_t& done);
  Mailbox::Steps reading_of_statistics();
  void tick_statistics();
  NodeSample probe() const;

  const Config config_;
  const std::vector<AppliedSetting> settings_;
  LocalDoor* const door_;
  Server* server_ = nullptr;
  // What runs on it refers to the rest: stop() destroys it first.
  std::unique_ptr<asio::io_context> io_;
  std::shared_ptr<Mailbox> mailbox_;
  Directory directory_;
  EventFeed events_;
  LogFeed log_feed_{log::tail()};
  std::vector<ActiveListener> own_listeners_;
  Statistics statistics_{wall_milliseconds, [this] { return probe(); }};
  StatsInbox stats_inbox_{
      [mailbox = mailbox_, this] { mailbox->post_steps(reading_of_statistics()); }};
  Api api_;
  LiveFeed live_feed_{
      [this](Request request, Respond respond) { answer(std::move(request), std::move(respond)); },
      LiveFeed::Clock::now};
  HttpServer http_;
  // The metrics have a port and paths of their own.
  MetricsServices metrics_services_{*this};
  Api metrics_;
  HttpServer metrics_http_;
  std::unique_ptr<TlsCredentials> tls_;
  std::unique_ptr<asio::steady_timer> certificate_timer_, statistics_timer_;
  std::unique_ptr<asio::steady_timer> log_timer_;   // while somebody reads the log
  std::unique_ptr<asio::steady_timer> view_timer_;  // while somebody follows views
  std::thread thread_;
  Worker worker_;
};

std::optional<std::string> Management::start(Server& server) {
  server_ = &server;
  if (auto failure = listen_plain()) return failure;
  if (auto failure = listen_tls()) return failure;
  if (auto failure = listen_metrics()) return failure;
  open_door();
  statistics_timer_ = std::make_unique<asio::steady_timer>(*io_);
  tick_statistics();
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "management");
    auto work = asio::make_work_guard(*io_);
    io_->run();
  });
  return std::nullopt;
}

void Management::stop() {
  if (door_) door_->release();
  mailbox_->close();
  if (io_) io_->stop();
  if (thread_.joinable()) thread_.join();
  worker_.stop();
  mailbox_->clear();
  api_.stop();
  certificate_timer_.reset();
  statistics_timer_.reset();
  log_timer_.reset();
  view_timer_.reset();
  io_.reset();
}

std::optional<std::string> Management::listen(const Listener& listener, std::string protocol,
                                              HttpServer& http, const TlsCredentials* tls) {
  auto endpoint = Endpoint::make(listener.host, listener.port);
  if (!endpoint) return endpoint.error().reason;
  auto sockets = ListenSocket::open(*endpoint, {}, 1);
  if (!sockets) return sockets.error().reason;
  own_listeners_.push_back(active_listener(protocol, sockets->front().endpoint()));
  log::info(Category::kConnection, "listening on {} ({})", sockets->front().endpoint().to_string(),
            protocol);
  http.listen(std::move(sockets->front()), tls);
  return std::nullopt;
}

std::optional<std::string> Management::listen_plain() {
  if (!config_.management.tcp) return std::nullopt;
  auto failure = listen(*config_.management.tcp, "http", http_, nullptr);
  if (!failure || config_.management.tcp != ManagementConfig().tcp) return failure;
  log::warning(Category::kDefault, "the HTTP API is not served: {}", *failure);
  return std::nullopt;
}

std::optional<std::string> Management::listen_tls() {
  const ManagementConfig& management = config_.management;
  if (!management.tls_listener) return std::nullopt;
  auto credentials = TlsCredentials::open(tls_options(management.tls));
  if (!credentials) return credentials.error().reason;
  tls_ = std::move(*credentials);
  certificate_timer_ = std::make_unique<asio::steady_timer>(*io_);
  watch_certificates();
  return listen(*management.tls_listener, "https", http_, tls_.get());
}

std::optional<std::string> Management::listen_metrics() {
  const ManagementConfig& management = config_.management;
  if (!management.prometheus) return std::nullopt;
  auto failure = listen(*management.prometheus, "http/prometheus", metrics_http_, nullptr);
  if (!failure || management.prometheus != ManagementConfig().prometheus) return failure;
  log::warning(Category::kDefault, "metrics for Prometheus are not served: {}", *failure);
  return std::nullopt;
}

// A broker without it can be managed over HTTP.
void Management::open_door() {
  if (!door_) return;
  const auto failure = door_->open([this, mailbox = mailbox_](FileDescriptor socket, Peer peer) {
    mailbox->post(
        [this, peer = std::move(peer), held = std::make_shared<FileDescriptor>(std::move(socket))] {
          http_.serve(std::move(*held), peer, nullptr);
        });
  });
  if (failure) log::warning(Category::kDefault, "coneyctl has no way in: {}", *failure);
}

void Management::watch_certificates() {
  certificate_timer_->expires_after(kCertificateCheck);
  certificate_timer_->async_wait([this](boost::system::error_code error) {
    if (error) return;
    const TlsReloadResult result = tls_->reload_if_changed();
    if (result.outcome == TlsReload::kFailed) {
      log::error(Category::kConnection, "HTTPS certificates not loaded again: {}", result.reason);
    }
    watch_certificates();
  });
}

// ---- what exists ----

// A step: an import has hundreds of thousands of them. They come in an order in which each is
// complete with those before it. `done`: how many. False: all are.
bool Management::take(const Changes& changes, std::size_t& done) {
  const auto step = std::span(changes).subspan(done).first(std::min(kStep, changes.size() - done));
  directory_.apply(step);
  events_.publish(step);
  done += step.size();
  if (done != changes.size()) return true;
  live_feed_.changed();
  return false;
}

// ---- the log ----

std::shared_ptr<EventSubscription> Management::follow_log(LogFilter filter, std::uint64_t backlog) {
  auto subscription = log_feed_.subscribe(std::move(filter), backlog);
  if (!log_timer_) {
    log_timer_ = std::make_unique<asio::steady_timer>(*io_);
    hand_on_log();
  }
  return subscription;
}

void Management::hand_on_log() {
  if (!log_feed_.hand_on()) return log_timer_.reset();
  log_timer_->expires_after(kLogTick);
  log_timer_->async_wait([this](boost::system::error_code error) {
    if (!error) hand_on_log();
  });
}

// ---- views that stay fresh ----

// As if it had come over HTTP.
void Management::answer(Request request, Respond respond) {
  auto admitted = api_.admit(std::move(request));
  if (auto* refusal = std::get_if<Answer>(&admitted)) return respond(std::move(*refusal));
  api_.carry_out(std::move(std::get<Api::Admitted>(admitted)), std::move(respond));
}

std::shared_ptr<EventSubscription> Management::follow_views(LiveRequest request) {
  auto subscription = live_feed_.subscribe(std::move(request));
  if (subscription && !view_timer_) {
    view_timer_ = std::make_unique<asio::steady_timer>(*io_);
    view_timer_->expires_after(std::chrono::milliseconds(1));
    show_views();
  }
  return subscription;
}

void Management::show_views() {
  view_timer_->async_wait([this](boost::system::error_code error) {
    if (error) return;
    if (!live_feed_.tick()) return view_timer_.reset();
    view_timer_->expires_after(LiveFeed::kTick);
    show_views();
  });
}

// ---- statistics ----

// A step; what shards have told until the first one.
Mailbox::Steps Management::reading_of_statistics() {
  struct Unread {
    std::vector<std::vector<StatsEvent>> batches;
    std::size_t batch = 0, done = 0;  // of its events
    bool begun = false;
  };
  return [this, unread = std::make_shared<Unread>()] {
    if (!std::exchange(unread->begun, true)) unread->batches = stats_inbox_.read();
    if (unread->batch == unread->batches.size()) return false;
    const std::span<const StatsEvent> events(unread->batches[unread->batch]);
    const auto step =
        events.subspan(unread->done).first(std::min(kStep, events.size() - unread->done));
    statistics_.take(step);
    unread->done += step.size();
    if (unread->done == events.size()) {
      unread->done = 0;
      ++unread->batch;
    }
    return unread->batch != unread->batches.size();
  };
}

void Management::tick_statistics() {
  statistics_.tick(directory_.catalog());
  api_.tick();
  statistics_timer_->expires_after(kStatisticsTick);
  statistics_timer_->async_wait([this](boost::system::error_code error) {
    if (!error) tick_statistics();
  });
}

NodeSample Management::probe() const {
  NodeSample sample = probe_process();
  sample.resources = server_->resources();
  sample.sockets_used = statistics_.tables().connections().size();
  return sample;
}

// The changes of the command lie in the mailbox before its answer does.
void Management::submit(TopologyCommand command, Then then) {
  server_->topology().submit(std::move(command),
                             [mailbox = mailbox_, then = std::move(then)](TopologyAnswer answer) {
                               mailbox->post([then, answer = std::move(answer)] { then(answer); });
                             });
}

// What they hold is let go of on the management's thread, too.
void Management::calculate(std::function<void()> work, std::function<void(bool)> then) {
  worker_.add([mailbox = mailbox_, work = std::move(work), then = std::move(then)]() mutable {
    const bool done = attempt(work);
    mailbox->post([work = std::move(work), then = std::move(then), done] { then(done); });
  });
}

void Management::post(ShardId shard, Mail mail) {
  std::vector<Mail> batch;
  batch.push_back(std::move(mail));
  server_->context().shards[static_cast<std::size_t>(shard)]->deliver_mail(batch);
}

// What a shard calls when it has the answer: `then` with it, on the management's thread.
template <typename Answered>
std::function<void(Answered)> back_to(const std::shared_ptr<Mailbox>& mailbox,
                                      std::function<void(Answered)> then) {
  return [mailbox, then = std::move(then)](Answered answer) {
    auto shared = std::make_shared<Answered>(std::move(answer));
    mailbox->post([then, shared] { then(std::move(*shared)); });
  };
}

void Management::ask(QueueId queue, QueueCall call, ThenQueue then) {
  post(queue.shard, QueueRequestMail{queue, std::move(call), back_to(mailbox_, std::move(then))});
}

void Management::publish_to(QueueId queue, std::vector<MessageRef> messages, ThenPublished then) {
  post(queue.shard,
       PublishRequestMail{queue, std::move(messages), back_to(mailbox_, std::move(then))});
}

void Management::browse(QueueId queue, BrowseCall call, ThenSlice then) {
  post(queue.shard, BrowseMail{queue, std::move(call), back_to(mailbox_, std::move(then))});
}

void Management::unacked(ConnectionId connection, ChannelNumber channel, UnackedCall call,
                         ThenUnacked then) {
  post(connection.shard,
       UnackedMail{connection, channel, std::move(call), back_to(mailbox_, std::move(then))});
}

std::uint64_t Management::connection_count() const {
  std::uint64_t count = 0;
  for (const Shard* shard : server_->context().shards) count += shard->connection_count();
  return count;
}

std::vector<ActiveListener> Management::listeners() const {
  std::vector<ActiveListener> listeners = own_listeners_;
  const ServerContext& context = server_->context();
  for (std::size_t i = 0; i < context.listeners.size(); ++i) {
    const bool tls = context.listeners[i].tls;
    ActiveListener listener = active_listener(tls ? "amqp/ssl" : "amqp", server_->endpoints()[i]);
    if (tls) listener.certificate_expiry = context.tls->current()->certificate_expiry();
    listeners.push_back(std::move(listener));
  }
  for (ActiveListener& listener : listeners) {
    if (listener.protocol == "https") {
      listener.certificate_expiry = tls_->current()->certificate_expiry();
    }
  }
  return listeners;
}

}  // namespace

std::unique_ptr<ServerExtension> make_management(const LoadedConfig& loaded, LocalDoor* door) {
  return std::make_unique<Management>(loaded, door);
}

}  // namespace coney::management
