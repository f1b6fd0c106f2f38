#include "tests/property/broker/storage/driven_broker.h"

#include <sys/socket.h>

#include <stdexcept>
#include <utility>

#include "broker/storage/shard_storage.h"
#include "persistence/definitions/definition_store.h"

namespace coney {
namespace {

template <typename T>
T must(StorageResult<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

void must(const std::optional<std::string>& failure) {
  if (failure) throw std::runtime_error(*failure);
}

}  // namespace

DrivenBroker::DrivenBroker(const std::filesystem::path& directory, const StorageOptions& options) {
  context_.config.node_name = context_.config.cluster_name = "coney@test";
  context_.config.loopback_users.clear();  // a socket pair has no address
  context_.limits = &limits_;
  live_.write(LiveValues(context_.config));
  context_.live = &live_;
  context_.listeners.push_back({"pair", false});
  directory_.emplace(must(DataDirectory::open(directory)));
  for (std::uint8_t n = 0; n != kShards; ++n) {
    shards_.push_back(std::make_unique<Shard>(ShardId{n}, context_));
    context_.shards.push_back(shards_.back().get());
  }
  auto definitions = must(DefinitionStore::open(directory_->definitions_path()));
  TopologySink& changes = *this;
  topology_ = std::make_unique<Topology>(std::move(definitions), kShards, changes);
  context_.topology = topology_.get();
  must(topology_->load());
  open_storage(options);
  must(topology_->skip_queue_ids(storage_->last_queue()));
  must(topology_->create_defaults(context_.config.defaults));
  topology_->start();
}

void DrivenBroker::open_storage(const StorageOptions& options) {
  std::vector<NodeStorage::KnownQueue> queues;
  for (const auto& [vhost_name, vhost] : topology_->catalog().vhosts()) {
    for (const auto& [name, queue] : vhost->queues) {
      if (queue->from_disk) queues.push_back({queue->stored_id, queue->id});
    }
  }
  storage_ = must(NodeStorage::open(options, *directory_, context_.shards, queues));
}

// In the order of Server::stop().
DrivenBroker::~DrivenBroker() {
  for (const auto& shard : shards_) {
    // A client that has gone may still wait for a damaged chunk, which is tried again with a tick.
    while (shard->connection_count() != 0) {
      if (!poll()) tick();
    }
  }
  topology_->stop();
  while (poll()) {
  }
  storage_.reset();
  context_.shards.clear();
  shards_.clear();
}

FileDescriptor DrivenBroker::connect(std::size_t shard) {
  int ends[2];
  const int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
  if (::socketpair(AF_UNIX, type, 0, ends) != 0) throw std::runtime_error("socketpair");
  shards_[shard]->hand_over({ends[0], 0});
  return FileDescriptor(ends[1]);
}

bool DrivenBroker::poll() {
  bool busy = false;
  for (const auto& shard : shards_) busy = shard->poll() || busy;
  return busy;
}

void DrivenBroker::tick() {
  for (const auto& shard : shards_) {
    shard->run_later([&storage = shard->storage()] { storage.tick(); });
  }
}

void DrivenBroker::send(Shard& shard, Mail mail) {
  std::vector<Mail> batch;
  batch.push_back(std::move(mail));
  shard.deliver_mail(batch);
}

void DrivenBroker::publish(std::shared_ptr<const Changes> changes) {
  for (const auto& shard : shards_) send(*shard, ChangesMail{changes});
}

void DrivenBroker::answer(ConnectionId to, TopologyAnswer answer) {
  send(*shards_[static_cast<std::size_t>(to.shard)], TopologyAnswerMail{to, std::move(answer)});
}

void DrivenBroker::retire(QueueId queue) {
  send(*shards_[static_cast<std::size_t>(queue.shard)], QueueRetiredMail{queue});
}

}  // namespace coney
