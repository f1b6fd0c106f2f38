#pragma once
// A topology on its own: answers and changes are recorded, one catalog stands for all shards.

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "broker/topology/topology.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney {

inline constexpr ConnectionId kConnection{ShardId{0}, 1, 1};
inline constexpr ConnectionId kOwner{ShardId{0}, 2, 1};

class RecordingSink : public TopologySink {
 public:
  void publish(std::shared_ptr<const Changes> changes) override {
    std::lock_guard lock(mutex_);
    for (const Change& change : *changes) shard_.apply(change);
    ++publications_;
  }
  void answer(ConnectionId, TopologyAnswer answer) override {
    std::lock_guard lock(mutex_);
    answers_.push_back(std::move(answer));
    changed_.notify_all();
  }
  void retire(QueueId queue) override {
    std::lock_guard lock(mutex_);
    retired_.push_back(queue);
  }

  // Waits until so many answers have come.
  std::vector<TopologyAnswer> take_answers(std::size_t count) {
    std::unique_lock lock(mutex_);
    bool came =
        changed_.wait_for(lock, std::chrono::seconds(30), [&] { return answers_.size() >= count; });
    EXPECT_TRUE(came) << "no answer";
    answers_.resize(count);
    return std::exchange(answers_, {});
  }

  // Only while the topology has nothing to do.
  Catalog& shard() { return shard_; }
  const std::vector<QueueId>& retired() const { return retired_; }
  int publications() const { return publications_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Catalog shard_;
  std::vector<TopologyAnswer> answers_;
  std::vector<QueueId> retired_;
  int publications_ = 0;
};

// One broker's topology, from load() to stop().
struct Running {
  explicit Running(std::unique_ptr<DefinitionStore> store = nullptr, unsigned shards = 2)
      : topology(std::move(store), shards, sink) {
    EXPECT_EQ(topology.load(), std::nullopt);
    EXPECT_EQ(topology.create_defaults({}), std::nullopt);
  }

  TopologyAnswer run(TopologyCommand command) {
    if (!started) topology.start();
    started = true;
    topology.submit(kConnection, std::move(command));
    return sink.take_answers(1).front();
  }
  void succeed(TopologyCommand command) {
    auto answer = run(std::move(command));
    EXPECT_FALSE(answer.error) << reply_text(*answer.error);
    EXPECT_FALSE(answer.refused) << answer.refused->text;
  }
  Refusal refuse(TopologyCommand command) {
    auto answer = run(std::move(command));
    EXPECT_TRUE(answer.refused) << "not refused";
    return answer.refused.value_or(Refusal{});
  }
  std::string fail(TopologyCommand command) {
    auto answer = run(std::move(command));
    return answer.error ? reply_text(*answer.error) : "no error";
  }
  // Both views have to agree: that of the shards and, after stop(), the topology's own.
  void stop() { topology.stop(); }
  Exchange* exchange(std::string_view name) {
    return sink.shard().find_vhost("/")->find_exchange(name);
  }
  CatalogQueue* queue(std::string_view name) {
    return sink.shard().find_vhost("/")->find_queue(name);
  }

  RecordingSink sink;
  Topology topology;
  bool started = false;
};

inline std::unique_ptr<DefinitionStore> open_store(const TemporaryDirectory& directory,
                                                   const char* vfs = nullptr) {
  auto store = DefinitionStore::open(directory / "definitions.db", vfs);
  if (store) return std::move(*store);
  ADD_FAILURE() << store.error().message;
  return nullptr;
}

}  // namespace coney
