#pragma once
// A broker for one input of a fuzzer: two shards and a topology that keeps nothing on a disk. Peers
// come by socket pairs, so there is no network, and every piece that is sent is read as one piece.

#include <sys/socket.h>

#include <memory>
#include <vector>

#include "broker/config/live_settings.h"
#include "broker/connection/connection_limits.h"
#include "broker/server/server_context.h"
#include "broker/shard/shard.h"
#include "broker/topology/topology.h"
#include "broker/transport/file_descriptor.h"
#include "tests/fuzz/check.h"

namespace coney::fuzz {

class SmallBroker final : private TopologySink {
 public:
  static constexpr std::uint32_t kMaxMessageSize = 1 << 20;

  SmallBroker() : topology_(nullptr, kShards, *this) {
    configure(context_.config);
    context_.topology = &topology_;
    context_.limits = &limits_;
    live_.write(LiveValues(context_.config));
    context_.live = &live_;
    context_.listeners.push_back({"pair", false});
    for (std::uint8_t n = 0; n != kShards; ++n) {
      shards_.push_back(std::make_unique<Shard>(ShardId{n}, context_));
      context_.shards.push_back(shards_.back().get());
    }
    amqp::fuzz::check(!topology_.create_defaults(context_.config.defaults), "defaults are made");
    topology_.start();
    for (auto& shard : shards_) shard->start();
  }

  // Connections whose peer has not closed hold it up for a while.
  ~SmallBroker() override {
    for (auto& shard : shards_) send(*shard, ShutDownMail{});
    for (auto& shard : shards_) shard->join();
    topology_.stop();
  }

  // The peer's end, which does not block, of a new connection on that shard.
  FileDescriptor connect(std::size_t shard) {
    int ends[2];
    const int type = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;
    amqp::fuzz::check(::socketpair(AF_UNIX, type, 0, ends) == 0, "a socket pair is made");
    shards_[shard]->hand_over({ends[0], 0});
    return FileDescriptor(ends[1]);
  }

 private:
  static constexpr std::uint8_t kShards = 2;

  static void configure(Config& config) {
    config.node_name = config.cluster_name = "rabbit@fuzz";
    config.loopback_users.clear();  // a socket pair has no address
    config.auth_mechanisms = {"PLAIN", "AMQPLAIN", "EXTERNAL", "ANONYMOUS", "RABBIT-CR-DEMO"};
    config.anonymous_user = config.anonymous_password = "guest";
    config.max_message_size = kMaxMessageSize;
    config.consumer_max_per_channel = 4;
  }

  void send(Shard& shard, Mail mail) {
    std::vector<Mail> batch;
    batch.push_back(std::move(mail));
    shard.deliver_mail(batch);
  }
  void send(ShardId to, Mail mail) {
    send(*shards_[static_cast<std::size_t>(to)], std::move(mail));
  }
  void publish(std::shared_ptr<const Changes> changes) override {
    for (auto& shard : shards_) send(*shard, ChangesMail{changes});
  }
  void answer(ConnectionId to, TopologyAnswer answer) override {
    send(to.shard, TopologyAnswerMail{to, std::move(answer)});
  }
  void retire(QueueId queue) override { send(queue.shard, QueueRetiredMail{queue}); }

  ConnectionLimits limits_;
  LiveSettings live_{Config()};
  ServerContext context_;
  Topology topology_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace coney::fuzz
