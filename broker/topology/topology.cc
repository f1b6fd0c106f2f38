#include "broker/topology/topology.h"

#include <condition_variable>
#include <mutex>
#include <span>
#include <thread>

#include "broker/log/log.h"
#include "broker/topology/commands.h"
#include "broker/topology/initial_state.h"
#include "broker/topology/topology_state.h"

namespace coney {

class Topology::Thread {
 public:
  Thread(std::unique_ptr<DefinitionStore> store, unsigned shards, TopologySink& sink)
      : state_(std::move(store), shards), sink_(sink) {}
  ~Thread() { stop(); }

  TopologyState& state() { return state_; }

  void start();
  void stop();
  void submit(ConnectionId reply_to, TopologyCommand command, std::shared_ptr<CommandChain> chain);
  void publish();

 private:
  struct Submitted {
    ConnectionId reply_to;
    TopologyCommand command;
    std::shared_ptr<CommandChain> chain;  // may be null
  };

  void run();
  std::vector<Submitted> wait();
  void execute_all(std::span<const Submitted> batch);
  TopologyAnswer execute_one(const Submitted& one);
  void fail_chain(CommandChain* chain);
  void finish(std::span<const Submitted> batch, std::vector<TopologyAnswer> answers);

  TopologyState state_;  // of the thread while it runs
  TopologySink& sink_;
  std::vector<CommandChain*> failed_chains_;  // by commands that are not committed yet

  std::mutex mutex_;
  std::condition_variable wakeup_;
  std::vector<Submitted> submitted_;  // guarded by mutex_
  bool stopping_ = false;             // guarded by mutex_
  std::thread thread_;
};

void Topology::Thread::start() {
  thread_ = std::thread([this] { run(); });
}

void Topology::Thread::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wakeup_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Topology::Thread::submit(ConnectionId reply_to, TopologyCommand command,
                              std::shared_ptr<CommandChain> chain) {
  {
    std::lock_guard lock(mutex_);
    submitted_.push_back({reply_to, std::move(command), std::move(chain)});
  }
  wakeup_.notify_one();
}

void Topology::Thread::publish() {
  Changes changes = state_.take_changes();
  if (!changes.empty()) sink_.publish(std::make_shared<const Changes>(std::move(changes)));
}

void Topology::Thread::run() {
  for (auto batch = wait(); !batch.empty(); batch = wait()) execute_all(batch);
}

// Empty: stop() was called and all that was submitted is done.
std::vector<Topology::Thread::Submitted> Topology::Thread::wait() {
  std::unique_lock lock(mutex_);
  wakeup_.wait(lock, [this] { return stopping_ || !submitted_.empty(); });
  return std::exchange(submitted_, {});
}

// One transaction for the batch. When the disk refuses it, each command gets its own, so that those
// which do not need the disk, or which it can still take, go through.
void Topology::Thread::execute_all(std::span<const Submitted> batch) {
  std::vector<TopologyAnswer> answers;
  failed_chains_.clear();
  for (const Submitted& one : batch) answers.push_back(execute_one(one));
  if (auto failed = state_.commit()) {
    if (batch.size() > 1) {
      for (CommandChain* chain : failed_chains_) chain->failed = false;
      for (std::size_t i = 0; i < batch.size(); ++i) execute_all(batch.subspan(i, 1));
      return;
    }
    log::error(log::Category::kStorage, "a change of the topology was not stored: {}",
               failed->message);
    answers.front() = {.error = connection_error(ReplyCode::kInternalError,
                                                 "the change could not be stored: " +
                                                     std::string(to_string(failed->code)))};
    fail_chain(batch.front().chain.get());
  }
  finish(batch, std::move(answers));
}

TopologyAnswer Topology::Thread::execute_one(const Submitted& one) {
  if (one.chain && one.chain->failed) return {.skipped = true};
  TopologyAnswer answer = execute(state_, one.command);
  if (answer.error) fail_chain(one.chain.get());
  return answer;
}

void Topology::Thread::fail_chain(CommandChain* chain) {
  if (!chain) return;
  chain->failed = true;
  failed_chains_.push_back(chain);
}

void Topology::Thread::finish(std::span<const Submitted> batch,
                              std::vector<TopologyAnswer> answers) {
  publish();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch[i].reply_to.valid()) sink_.answer(batch[i].reply_to, std::move(answers[i]));
  }
  for (QueueId queue : state_.take_retired()) sink_.retire(queue);
}

Topology::Topology(std::unique_ptr<DefinitionStore> store, unsigned shards, TopologySink& sink)
    : thread_(std::make_unique<Thread>(std::move(store), shards, sink)) {}

Topology::~Topology() = default;

std::optional<std::string> Topology::load() {
  auto fault = load_stored(thread_->state());
  if (!fault) thread_->publish();
  return fault;
}

std::optional<std::string> Topology::skip_queue_ids(StoredQueueId up_to) {
  return coney::skip_queue_ids(thread_->state(), up_to);
}

std::optional<std::string> Topology::import(const Definitions& definitions) {
  auto fault = import_definitions(thread_->state(), definitions);
  if (!fault) thread_->publish();
  return fault;
}

std::optional<std::string> Topology::create_defaults(const DefaultDefinitions& defaults) {
  auto fault = coney::create_defaults(thread_->state(), defaults);
  if (!fault) thread_->publish();
  return fault;
}

void Topology::start() {
  thread_->start();
}

void Topology::stop() {
  thread_->stop();
}

void Topology::submit(ConnectionId reply_to, TopologyCommand command,
                      std::shared_ptr<CommandChain> chain) {
  thread_->submit(reply_to, std::move(command), std::move(chain));
}

const Catalog& Topology::catalog() const {
  return thread_->state().catalog();
}

}  // namespace coney
