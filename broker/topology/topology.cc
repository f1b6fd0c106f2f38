#include "broker/topology/topology.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <span>
#include <thread>

#include "broker/log/log.h"
#include "broker/topology/commands.h"
#include "broker/topology/definitions_import.h"
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
  struct Submitted {
    ConnectionId reply_to;
    TopologyCommand command;
    std::shared_ptr<CommandChain> chain{};  // may be null
    Then then{};                            // in place of reply_to
  };
  void submit(Submitted submitted);
  void publish();

 private:
  void run();
  std::vector<Submitted> wait();
  static bool is_import(const Submitted& one);
  void execute_import(const Submitted& one);
  static TopologyAnswer not_stored(const StorageError& failed);
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

void Topology::Thread::submit(Submitted submitted) {
  {
    std::lock_guard lock(mutex_);
    submitted_.push_back(std::move(submitted));
  }
  wakeup_.notify_one();
}

void Topology::Thread::publish() {
  Changes changes = state_.take_changes();
  if (!changes.empty()) sink_.publish(std::make_shared<const Changes>(std::move(changes)));
}

void Topology::Thread::run() {
  for (auto batch = wait(); !batch.empty(); batch = wait()) {
    std::span<const Submitted> left(batch);
    while (!left.empty()) {
      auto import = std::ranges::find_if(left, is_import);
      auto before = static_cast<std::size_t>(import - left.begin());
      if (before != 0) execute_all(left.first(before));
      if (import != left.end()) execute_import(*import);
      left = left.subspan(std::min(before + 1, left.size()));
    }
  }
}

bool Topology::Thread::is_import(const Submitted& one) {
  const auto* command = std::get_if<AdministrationCommand>(&one.command);
  return command && std::holds_alternative<ImportDefinitions>(*command);
}

// In a transaction of its own, which a fault in the middle takes back.
void Topology::Thread::execute_import(const Submitted& one) {
  TopologyAnswer answer = execute(state_, one.command);
  if (answer.refused) {
    state_.rollback();
  } else if (auto failed = state_.commit()) {
    answer = not_stored(*failed);
  }
  std::vector<TopologyAnswer> answers;
  answers.push_back(std::move(answer));
  finish({&one, 1}, std::move(answers));
}

TopologyAnswer Topology::Thread::not_stored(const StorageError& failed) {
  log::error(log::Category::kStorage, "a change of the topology was not stored: {}",
             failed.message);
  return {.error =
              connection_error(ReplyCode::kInternalError, "the change could not be stored: " +
                                                              std::string(to_string(failed.code)))};
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
    answers.front() = not_stored(*failed);
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
    if (batch[i].then) {
      batch[i].then(std::move(answers[i]));
    } else if (batch[i].reply_to.valid()) {
      sink_.answer(batch[i].reply_to, std::move(answers[i]));
    }
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
  thread_->submit({reply_to, std::move(command), std::move(chain)});
}

void Topology::submit(TopologyCommand command, Then then) {
  thread_->submit({.reply_to = {}, .command = std::move(command), .then = std::move(then)});
}

const Catalog& Topology::catalog() const {
  return thread_->state().catalog();
}

}  // namespace coney
