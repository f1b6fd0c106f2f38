#include "broker/shard/shard.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <future>

#include "broker/queue/queue.h"
#include "broker/server/server_context.h"
#include "broker/transport/file_descriptor.h"

namespace coney {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);

MessageRef message(std::string_view body) {
  MessageBuilder builder("", "q", "", body.size(), false);
  builder.append(body);
  return builder.finish();
}

QueuePut queue_put(QueueId id, bool auto_delete = false) {
  auto record = std::make_shared<QueueRecord>();
  record->vhost = "/";
  record->name = "q" + std::to_string(id.generation);
  record->auto_delete = auto_delete;
  return {.record = record, .id = id, .settings = plain_queue_settings()};
}

// Two shards and a topology that keeps nothing; what the topology says goes to the shards and, for
// the test to wait on, into promises.
class ShardTest : public testing::Test, private TopologySink {
 protected:
  ShardTest() : topology_(nullptr, 2, *this) {
    context_.topology = &topology_;
    for (std::uint8_t n = 0; n != 2; ++n) {
      shards_.push_back(std::make_unique<Shard>(ShardId{n}, context_));
      context_.shards.push_back(shards_.back().get());
    }
    auto vhost = std::make_shared<VhostRecord>();
    vhost->name = "/";
    change({VhostPut{vhost}});
  }

  // Before the destructor: until then, the topology's thread calls what the test is.
  void TearDown() override {
    stop();
    topology_.stop();
  }

  void start() {
    for (auto& shard : shards_) shard->start();
  }
  void stop() {
    for (int n : {0, 1}) send(n, ShutDownMail{});
    for (auto& shard : shards_) shard->join();
  }
  void send(int shard, Mail mail) {
    std::vector<Mail> batch;
    batch.push_back(std::move(mail));
    shards_[static_cast<std::size_t>(shard)]->deliver_mail(batch);
  }
  void change(Changes changes) {
    auto shared = std::make_shared<const Changes>(std::move(changes));
    for (int n : {0, 1}) send(n, ChangesMail{shared});
  }
  // Runs `task` turn after turn on the shard until it returns true. Before start().
  void run_until(int shard, std::function<bool()> task) {
    Shard& target = *shards_[static_cast<std::size_t>(shard)];
    target.run_later([this, shard, task = std::move(task)] {
      if (!task()) run_until(shard, task);
    });
  }

  Shard& shard(int n) { return *shards_[static_cast<std::size_t>(n)]; }

  ServerContext context_;
  Topology topology_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::promise<QueueId> removed_;

 private:
  void publish(std::shared_ptr<const Changes> changes) override {
    for (const Change& each : *changes) {
      if (auto* removed = std::get_if<QueueRemoved>(&each)) removed_.set_value(removed->id);
    }
    for (int n : {0, 1}) send(n, ChangesMail{changes});
  }
  void answer(ConnectionId, TopologyAnswer) override {}
  void retire(QueueId queue) override { send(int(queue.shard), QueueRetiredMail{queue}); }
};

TEST_F(ShardTest, PublishesOfAnotherShardArriveInOrder) {
  constexpr int kCount = 1000;
  const QueueId id{ShardId{1}, 3, 1};
  change({queue_put(id)});
  int posted = 0;
  run_until(0, [&] {  // some in each turn, so that batches of several sizes leave
    for (int n = 0; n != 7 && posted != kCount; ++n) {
      shard(0).post(id.shard, PublishMail{id, message(std::to_string(posted++))});
    }
    return posted == kCount;
  });
  std::promise<std::vector<std::string>> bodies;
  run_until(1, [&] {
    Queue* queue = shard(1).find(id);
    if (!queue || queue->call(CountCall{}).messages != kCount) return false;
    std::vector<std::string> found;
    for (int n = 0; n != kCount; ++n) {
      found.emplace_back(queue->call(GetCall{true}).delivery->message->body());
    }
    bodies.set_value(std::move(found));
    return true;
  });
  start();
  auto future = bodies.get_future();
  ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
  const auto found = future.get();
  for (int n = 0; n != kCount; ++n) EXPECT_EQ(found[std::size_t(n)], std::to_string(n));
}

TEST_F(ShardTest, MailToItselfIsHandledInALaterTurn) {
  const QueueId id{ShardId{0}, 0, 1};
  change({queue_put(id)});
  std::promise<std::uint64_t> at_once;
  std::promise<void> later;
  bool posted = false;
  run_until(0, [&] {
    Queue* queue = shard(0).find(id);
    if (!queue) return false;
    if (!std::exchange(posted, true)) {
      shard(0).post(ShardId{0}, PublishMail{id, message("x")});
      shard(0).drain_inbox();
      at_once.set_value(queue->call(CountCall{}).messages);
    }
    if (queue->call(CountCall{}).messages == 0) return false;
    later.set_value();
    return true;
  });
  start();
  EXPECT_EQ(at_once.get_future().get(), 0u);
  EXPECT_EQ(later.get_future().wait_for(kPatience), std::future_status::ready);
}

TEST_F(ShardTest, SleepingShardIsWokenAndDeletesAnAutoDeleteQueueForACallerThatIsGone) {
  auto vhost = std::make_shared<VhostRecord>();
  vhost->name = "/";
  topology_.create_defaults({});
  topology_.start();
  QueueRecord record;
  record.vhost = "/";
  record.name = "q";
  record.auto_delete = true;
  start();
  topology_.submit({}, DeclareQueue{record, ShardId{1}, {}});
  const ConsumerKey consumer{{ShardId{0}, 0, 1}, 1, 1};
  // The topology's first queue; the calls are answered with "gone" until it is there.
  const QueueId id{ShardId{1}, 0, 1};
  auto future = removed_.get_future();
  std::promise<void> there;
  shard(1).run_later([this, id, &there] {
    run_until(1, [this, id, &there] {
      if (!shard(1).find(id)) return false;
      there.set_value();
      return true;
    });
  });
  ASSERT_EQ(there.get_future().wait_for(kPatience), std::future_status::ready);
  send(1, QueueCallMail{id, {}, SubscribeCall{consumer, {}}});
  send(1, QueueCallMail{id, {}, CancelCall{consumer}});
  ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(future.get(), id);
}

TEST_F(ShardTest, RetiredQueueIsNotFoundAndItsSlotTakesANewOne) {
  const QueueId old_id{ShardId{0}, 5, 1}, new_id{ShardId{0}, 5, 2};
  change({queue_put(old_id)});
  send(0, QueueRetiredMail{old_id});
  change({queue_put(new_id)});
  std::promise<bool> old_found;
  run_until(0, [&] {
    if (!shard(0).find(new_id)) return false;
    old_found.set_value(shard(0).find(old_id) != nullptr);
    return true;
  });
  start();
  EXPECT_FALSE(old_found.get_future().get());
}

TEST_F(ShardTest, QueueOfAnotherShardIsNotFoundHere) {
  const QueueId id{ShardId{1}, 0, 1};
  change({queue_put(id)});
  for (int n : {0, 1}) shard(n).drain_inbox();
  EXPECT_EQ(shard(0).find(id), nullptr);
  EXPECT_NE(shard(1).find(id), nullptr);
}

TEST_F(ShardTest, EndsAtOnceWithoutConnections) {
  context_.shut_down_grace = std::chrono::hours(1);  // what waits for it hangs
  start();
  stop();
}

TEST_F(ShardTest, SocketThatComesDuringShutDownIsClosed) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  FileDescriptor ours(ends[0]);
  start();
  stop();
  shard(0).hand_over({ends[1], 0});
  shards_.clear();
  context_.shards.clear();
  char byte;
  EXPECT_EQ(read(ours.get(), &byte, 1), 0);
  shards_.push_back(std::make_unique<Shard>(ShardId{0}, context_));
  shards_.push_back(std::make_unique<Shard>(ShardId{1}, context_));
}

struct CountingHandler : SocketHandler {
  void on_readable() override {
    ++readable;
    if (then) then();
  }
  void on_writable() override {}
  int readable = 0;
  std::function<void()> then;
};

TEST_F(ShardTest, WatchMayGoWhileItWaitsAndInItsOwnCall) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  FileDescriptor ours(ends[0]), theirs(ends[1]);
  CountingHandler never, once;
  auto dropped = shard(0).watch(ours.get(), never);
  dropped->wait_readable();
  dropped.reset();
  auto watch = shard(0).watch(ours.get(), once);
  std::promise<void> called;
  once.then = [&] {
    watch.reset();
    called.set_value();
  };
  watch->wait_readable();
  watch->wait_readable();  // changes nothing
  ASSERT_EQ(write(theirs.get(), "x", 1), 1);
  start();
  ASSERT_EQ(called.get_future().wait_for(kPatience), std::future_status::ready);
  stop();
  EXPECT_EQ(never.readable, 0);
  EXPECT_EQ(once.readable, 1);
}

}  // namespace
}  // namespace coney
