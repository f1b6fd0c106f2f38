#include "broker/server/server.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <thread>

#include "broker/connection/connection.h"
#include "broker/definitions/definitions_file.h"
#include "broker/log/log.h"
#include "broker/server/acceptor.h"
#include "broker/server/disk_monitor.h"
#include "broker/server/memory_monitor.h"
#include "broker/server/notify.h"
#include "broker/shard/shard.h"
#include "broker/storage/node_storage.h"
#include "broker/topology/topology.h"
#include "persistence/definitions/definition_store.h"

namespace coney {
namespace {

using log::Category;

constexpr unsigned kMaxShards = 256;  // what a ShardId can name
constexpr std::chrono::milliseconds kCheckInterval{250};
constexpr unsigned kChecksPerCertificateCheck = 12;

sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

unsigned usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<unsigned>(CPU_COUNT(&set));
  return std::max(1u, std::thread::hardware_concurrency());
}

void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    log::warning(Category::kDefault, "cannot raise the limit of open files to {}", limit.rlim_max);
  }
}

SocketOptions socket_options(const TcpListenConfig& config) {
  return {config.backlog, config.nodelay, config.keepalive, config.send_buffer,
          config.receive_buffer};
}

Alarms make_alarms(const LiveValues& values) {
  const std::uint64_t memory = available_memory();
  return {MemoryAlarm(memory_limit(values.memory_high_watermark, memory)),
          DiskAlarm(disk_limit(values.disk_free_limit, memory))};
}

double mebibytes(std::uint64_t bytes) {
  constexpr double kMiB = 1 << 20;
  return static_cast<double>(bytes) / kMiB;
}

std::string_view by_hand(const ResourceAlarm& alarm) {
  return alarm.held() ? ", raised by hand" : "";
}

}  // namespace

TlsOptions tls_options(const TlsConfig& config) {
  return {.ca_certificate_file = config.ca_certificate_file,
          .certificate_file = config.certificate_file,
          .key_file = config.key_file,
          .key_password = config.key_password,
          .verify_peer = config.verify == TlsConfig::Verify::kPeer,
          .fail_if_no_peer_certificate = config.fail_if_no_peer_certificate,
          .depth = config.depth,
          .versions = config.versions,
          .ciphers = config.ciphers};
}

void block_signals() {
  const sigset_t set = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

int wait_for_signal(std::chrono::milliseconds time) {
  const sigset_t set = awaited_signals();
  const timespec limit{.tv_sec = time.count() / 1000, .tv_nsec = time.count() % 1000 * 1'000'000};
  return std::max(sigtimedwait(&set, nullptr, &limit), 0);
}

class Server::Mailer final : public TopologySink {
 public:
  Mailer(const std::vector<Shard*>& shards,
         const std::vector<std::unique_ptr<ServerExtension>>& extensions)
      : shards_(shards), extensions_(extensions) {}

  void publish(std::shared_ptr<const Changes> changes) override {
    for (Shard* shard : shards_) send(*shard, ChangesMail{changes});
    for (const auto& extension : extensions_) extension->apply(changes);
  }
  void answer(ConnectionId to, TopologyAnswer answer) override {
    send(of(to.shard), TopologyAnswerMail{to, std::move(answer)});
  }
  void retire(QueueId queue) override { send(of(queue.shard), QueueRetiredMail{queue}); }

 private:
  Shard& of(ShardId id) { return *shards_[static_cast<std::size_t>(id)]; }
  void send(Shard& shard, Mail mail) {
    batch_.push_back(std::move(mail));
    shard.deliver_mail(batch_);
  }

  const std::vector<Shard*>& shards_;
  const std::vector<std::unique_ptr<ServerExtension>>& extensions_;
  std::vector<Mail> batch_;
};

ResourceProbe system_resources() {
  return {resident_memory, free_disk_space};
}

Server::Server(Config config, ResourceProbe probe, const StorageOptions& storage)
    : live_(config),
      storage_options_(storage),
      probe_(std::move(probe)),
      alarms_(make_alarms(LiveValues(config))) {
  context_.config = std::move(config);
  context_.node_name = context_.config.node_name;
  context_.limits = &limits_;
  context_.live = &live_;
  for (const Network& network : context_.config.proxy_trusted_sources) {
    context_.trusted_proxies.add(network.address, network.prefix_bits);
  }
}

Server::~Server() {
  stop();
}

void Server::extend(std::unique_ptr<ServerExtension> extension) {
  if (StatsReceiver* receiver = extension->stats_receiver()) tell_stats_to(*receiver);
  extensions_.push_back(std::move(extension));
}

std::vector<Server::Step> Server::steps() {
  std::vector<Step> steps = own_steps();
  for (const auto& extension : extensions_) {
    steps.push_back({extension->name(), [this, &extension] { return extension->start(*this); },
                     [&extension] { extension->stop(); }});
  }
  return steps;
}

std::vector<Server::Step> Server::own_steps() {
  return {
      {"data directory", [this] { return open_data_directory(); },
       [this] { data_directory_.reset(); }},
      {"shards", [this] { return make_shards(); },
       [this] {
         context_.shards.clear();
         shards_.clear();
       }},
      {"definitions", [this] { return load_topology(); },
       [this] {
         context_.topology = nullptr;
         topology_.reset();
       }},
      {"messages", [this] { return open_storage(); }, [this] { storage_.reset(); }},
      {"initial definitions", [this] { return complete_topology(); }, [] {}},
      {"TLS credentials", [this] { return load_credentials(); }, [this] { context_.tls.reset(); }},
      {"listeners", [this] { return open_listeners(); }, [this] { endpoints_.clear(); }},
      {"topology thread",
       [this] {
         topology_->start();
         return Failure();
       },
       [this] { topology_->stop(); }},
      {"shard threads",
       [this] {
         start_shards();
         return Failure();
       },
       [this] { stop_shards(); }},
      {"alarms",
       [this] {
         check_alarms();
         return Failure();
       },
       [] {}},
  };
}

std::optional<std::string> Server::start() {
  log::info(Category::kDefault, "starting Coney {} as node {}", CONEY_VERSION, context_.node_name);
  log::info(Category::kDefault,
            "publishers are blocked above {:.0f} MiB of memory and below {:.0f} MiB of free disk",
            mebibytes(alarms_.memory.limit()), mebibytes(alarms_.disk.limit()));
  raise_file_limit();
  for (Step& step : steps()) {
    if (Failure failure = step.start()) {
      std::string text = std::string(step.name) + ": " + *failure;
      log::critical(Category::kDefault, "cannot start: {}", text);
      step.stop();
      stop();
      return text;
    }
    started_.push_back(std::move(step));
  }
  log::info(Category::kDefault, "ready");
  return std::nullopt;
}

void Server::stop() {
  while (!started_.empty()) {
    started_.back().stop();
    started_.pop_back();
  }
}

// ---- the steps ----

Server::Failure Server::open_data_directory() {
  auto directory = DataDirectory::open(context_.config.data_dir);
  if (!directory) return directory.error().message;
  data_directory_.emplace(std::move(*directory));
  log::info(Category::kStorage, "data directory {}", data_directory_->path().string());
  return std::nullopt;
}

Server::Failure Server::make_shards() {
  const unsigned wanted = context_.config.shards != 0 ? context_.config.shards : usable_cores();
  const unsigned count = std::clamp(wanted, 1u, kMaxShards);
  for (unsigned n = 0; n != count; ++n) {
    shards_.push_back(std::make_unique<Shard>(ShardId{static_cast<std::uint8_t>(n)}, context_));
    context_.shards.push_back(shards_.back().get());
  }
  log::info(Category::kDefault, "{} shards", count);
  return std::nullopt;
}

Server::Failure Server::load_topology() {
  auto store = DefinitionStore::open(data_directory_->definitions_path());
  if (!store) return store.error().message;
  mailer_ = std::make_unique<Mailer>(context_.shards, extensions_);
  topology_ = std::make_unique<Topology>(std::move(*store), static_cast<unsigned>(shards_.size()),
                                         *mailer_);
  context_.topology = topology_.get();
  return topology_->load();
}

// Once it is known which ids messages on disk name.
Server::Failure Server::complete_topology() {
  if (Failure failure = topology_->skip_queue_ids(storage_->last_queue())) return failure;
  // As with RabbitMQ, a definitions file brings its own users and vhosts.
  if (!context_.config.load_definitions.empty()) return import_definitions();
  return topology_->create_defaults(context_.config.defaults);
}

Server::Failure Server::import_definitions() {
  const std::string& path = context_.config.load_definitions;
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.is_open() || file.bad()) return "cannot read the definitions file " + path;
  auto read = parse_definitions(text);
  if (!read) {
    const JsonErrors errors = read.error();
    std::string faults = path;
    for (const auto& [pointer, message] : errors.all()) {
      faults += (pointer.empty() ? ": " : "\n  " + pointer + ": ") + message;
    }
    return faults;
  }
  for (const std::string& warning : read->warnings) {
    log::warning(Category::kTopology, "{}: {}", path, warning);
  }
  if (Failure failure = topology_->import(read->definitions)) return path + ": " + *failure;
  log::info(Category::kTopology, "imported definitions from {}", path);
  return std::nullopt;
}

Server::Failure Server::open_storage() {
  std::vector<NodeStorage::KnownQueue> queues;
  for (const auto& [vhost_name, vhost] : topology_->catalog().vhosts()) {
    for (const auto& [name, queue] : vhost->queues) {
      if (queue->from_disk) queues.push_back({queue->stored_id, queue->id});
    }
  }
  auto storage = NodeStorage::open(storage_options_, *data_directory_, context_.shards, queues);
  if (!storage) return storage.error().message;
  storage_ = std::move(*storage);
  return std::nullopt;
}

Server::Failure Server::load_credentials() {
  if (context_.config.tls_listeners.empty()) return std::nullopt;
  auto credentials = TlsCredentials::open(tls_options(context_.config.tls));
  if (!credentials) return credentials.error().reason;
  context_.tls = std::move(*credentials);
  return std::nullopt;
}

Server::Failure Server::open_listeners() {
  for (const Listener& listener : context_.config.tcp_listeners) {
    if (Failure failure = open_listener(listener, false)) return failure;
  }
  for (const Listener& listener : context_.config.tls_listeners) {
    if (Failure failure = open_listener(listener, true)) return failure;
  }
  return std::nullopt;
}

// The kernel queues connections from here on; they are accepted when the first shard's thread runs.
Server::Failure Server::open_listener(const Listener& listener, bool tls) {
  auto endpoint = Endpoint::make(listener.host, listener.port);
  if (!endpoint) return endpoint.error().reason;
  auto sockets = ListenSocket::open(*endpoint, socket_options(context_.config.tcp_listen), 1);
  if (!sockets) return sockets.error().reason;
  ListenSocket& socket = sockets->front();
  endpoints_.push_back(socket.endpoint());
  log::info(Category::kConnection, "listening on {} ({})", socket.endpoint().to_string(),
            tls ? "TLS" : "TCP");
  const auto index = static_cast<std::uint32_t>(context_.listeners.size());
  context_.listeners.push_back({listener.name, tls});
  shards_.front()->keep_listening(
      std::make_unique<Acceptor>(*shards_.front(), std::move(socket), index));
  return std::nullopt;
}

// The first shard accepts: it is started last and stopped first.
void Server::start_shards() {
  for (auto shard = shards_.rbegin(); shard != shards_.rend(); ++shard) (*shard)->start();
}

void Server::stop_shards() {
  for (const auto& shard : shards_) {
    std::vector<Mail> batch;
    batch.emplace_back(ShutDownMail{});
    shard->deliver_mail(batch);
  }
  for (const auto& shard : shards_) shard->join();
}

void Server::close_connection(ConnectionId id, std::string reason) {
  const auto shard = static_cast<std::size_t>(id.shard);
  if (shard >= shards_.size()) return;
  std::vector<Mail> batch;
  batch.emplace_back(CloseConnectionMail{id, std::move(reason)});
  shards_[shard]->deliver_mail(batch);
}

// ---- running ----

Server::End Server::run() {
  notify_service_manager(kReady);
  serve();
  const bool paused = paused_.load(std::memory_order_relaxed);
  if (!paused) notify_service_manager(kStopping);
  stop();
  log::info(Category::kDefault, "stopped{}", paused ? "; the process waits to be started" : "");
  return paused ? End::kPaused : End::kStopped;
}

void Server::serve() {
  for (unsigned checks = 1; !paused_.load(std::memory_order_relaxed); ++checks) {
    // 0 when it is time to look at memory, disk and certificates.
    const int signal = wait_for_signal(kCheckInterval);
    if (signal == SIGTERM || signal == SIGINT) {
      log::info(Category::kDefault, "stopping: {}", signal == SIGTERM ? "SIGTERM" : "SIGINT");
      paused_.store(false, std::memory_order_relaxed);
      return;
    }
    if (signal == SIGHUP) {
      if (auto problem = log::reopen()) log::warning(Category::kDefault, "{}", *problem);
    }
    check_alarms();
    const bool reload = signal == SIGHUP || checks % kChecksPerCertificateCheck == 0;
    if (context_.tls && reload) reload_credentials();
  }
}

void Server::check_alarms() {
  std::lock_guard lock(alarms_mutex_);
  look_at_resources();
}

void Server::change_settings(const LiveValues& values) {
  std::lock_guard lock(alarms_mutex_);
  live_.write(values);
  const Alarms limits = make_alarms(values);
  alarms_.memory.set_limit(limits.memory.limit());
  alarms_.disk.set_limit(limits.disk.limit());
  look_at_resources();
}

void Server::hold_alarm(AlarmedResource resource, bool on) {
  std::lock_guard lock(alarms_mutex_);
  alarms_.of(resource).hold(on);
  look_at_resources();
}

void Server::look_at_resources() {
  const bool memory = check_memory();
  const bool disk = check_disk();
  if (!memory && !disk) return;
  for (Shard* shard : context_.shards) {
    std::vector<Mail> batch;
    batch.emplace_back(AlarmMail{std::string(alarms_.reason())});
    shard->deliver_mail(batch);
  }
}

// True when the alarm has gone on or off.
bool Server::check_memory() {
  const std::uint64_t used = probe_.used_memory();
  if (storage_) storage_->memory_used(used, alarms_.memory.limit());
  const AlarmTransition transition = alarms_.memory.update(used);
  resource_status_.set_memory(used, alarms_.memory);
  const double limit = mebibytes(alarms_.memory.limit());
  if (transition == AlarmTransition::kRaised) {
    log::warning(Category::kDefault,
                 "memory alarm{}: {:.0f} MiB in use, the limit is {:.0f} MiB; connections that "
                 "publish are blocked",
                 by_hand(alarms_.memory), mebibytes(used), limit);
  } else if (transition == AlarmTransition::kCleared) {
    log::notice(Category::kDefault,
                "memory alarm cleared: {:.0f} MiB in use, the limit is {:.0f} MiB", mebibytes(used),
                limit);
  }
  return transition != AlarmTransition::kNone;
}

bool Server::check_disk() {
  const std::filesystem::path& directory = data_directory_->path();
  const std::optional<std::uint64_t> free = probe_.free_disk_space(directory);
  if (!std::exchange(disk_unknown_, !free) && !free) {
    log::warning(Category::kStorage,
                 "the free space of {} is unknown; the disk alarm does not work",
                 directory.string());
  }
  return check_disk_space(free, directory.string());
}

bool Server::check_disk_space(std::optional<std::uint64_t> known, const std::string& directory) {
  const AlarmTransition transition = known ? alarms_.disk.update(*known) : alarms_.disk.update();
  const std::uint64_t free = known.value_or(resource_status_.read().disk_free);
  resource_status_.set_disk(free, alarms_.disk);
  const double limit = mebibytes(alarms_.disk.limit());
  if (transition == AlarmTransition::kRaised) {
    log::warning(Category::kStorage,
                 "disk alarm{}: {:.0f} MiB are free in {}, the limit is {:.0f} MiB; connections "
                 "that publish are blocked",
                 by_hand(alarms_.disk), mebibytes(free), directory, limit);
  } else if (transition == AlarmTransition::kCleared) {
    log::notice(Category::kStorage,
                "disk alarm cleared: {:.0f} MiB are free, the limit is {:.0f} MiB", mebibytes(free),
                limit);
  }
  return transition != AlarmTransition::kNone;
}

void Server::reload_credentials() {
  const TlsReloadResult result = context_.tls->reload_if_changed();
  if (result.outcome == TlsReload::kReloaded) {
    log::info(Category::kConnection, "TLS certificates loaded again");
  } else if (result.outcome == TlsReload::kFailed) {
    log::error(Category::kConnection, "TLS certificates not loaded again, the old ones stay: {}",
               result.reason);
  }
}

}  // namespace coney
