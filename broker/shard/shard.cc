#include "broker/shard/shard.h"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "broker/connection/connection.h"
#include "broker/queue/queue.h"
#include "broker/server/memory_monitor.h"
#include "broker/server/server_context.h"
#include "broker/shard/for_each_connection.h"
#include "broker/shard/proxy_greeting.h"
#include "broker/shard/shard_loop.h"
#include "broker/shard/socket_watch.h"
#include "broker/stats/shard_stats.h"
#include "broker/storage/shard_storage.h"

namespace coney {
namespace {

namespace asio = boost::asio;

// What has been read is worth so much work that others, and the mail it made, must not wait longer.
constexpr std::size_t kBytesPerTurn = 128 * 1024;
constexpr int kHandlersPerTurn = 64;                  // then the outputs are flushed
constexpr int kRoundsPerTurn = 8;                     // of flushing what flushing has brought about
constexpr std::size_t kTicksPerCompaction = 40;       // each queue is visited every 10 s ...
constexpr std::size_t kMaxCompactionsPerTick = 5000;  // ... unless there are very many
constexpr std::size_t kKeptMailCapacity = 16 * 1024;  // of an empty vector, in mails

}  // namespace

Shard::Shard(ShardId id, const ServerContext& server)
    : id_(id),
      server_(server),
      loop_(std::make_unique<Loop>()),
      now_(Clock::now()),
      read_buffer_(kReadBufferSize),
      storage_(std::make_unique<ShardStorage>(*this)) {
  if (server.stats) stats_ = std::make_unique<ShardStats>(*this, *server.stats);
}

Shard::~Shard() {
  drop_everything();
  queues_.clear();
}

const Config& Shard::config() const {
  return server_.config;
}
Topology& Shard::topology() const {
  return *server_.topology;
}

void Shard::start() {
  loop_->thread = std::thread([this] { run(); });
}

void Shard::join() {
  if (loop_->thread.joinable()) loop_->thread.join();
}

// ---- the loop ----

void Shard::run() {
  pthread_setname_np(pthread_self(), ("coney-" + std::to_string(int(id_))).c_str());
  turn();  // what there was at the start is there before the first tick, whenever that comes
  schedule_tick();
  while (!stopping()) {
    loop_->context.run_one();
    turn();
    if (shutting_down_) say_farewell();
  }
  drop_everything();
  hand_out();
}

bool Shard::poll() {
  if (loop_->context.poll_one() == 0) return false;
  turn();
  return true;
}

// What is ready beside the event that has begun it.
void Shard::turn() {
  now_ = Clock::now();
  bytes_this_turn_ = 0;
  for (int n = 1; n < kHandlersPerTurn && bytes_this_turn_ < kBytesPerTurn; ++n) {
    if (loop_->context.poll_one() == 0) break;
  }
  drain_inbox();
  end_turn();
}

void Shard::wake() {
  asio::post(loop_->context, [] {});
}

bool Shard::stopping() const {
  return shutting_down_ && (round_ == kFarewellRounds || now_ >= grace_ends_ + kFarewellGrace);
}

void Shard::schedule_tick() {
  loop_->tick_timer.expires_after(kTickInterval);
  loop_->tick_timer.async_wait([this](const auto& error) {
    if (!error) tick();
  });
}

void Shard::tick() {
  schedule_tick();
  ticks_ = static_cast<std::uint32_t>((Clock::now() - made_at_) / kTickInterval);
  for_each_connection([this](Connection& connection) { connection.tick(now_); });
  for (auto& greeting : greetings_) greeting->tick(now_);
  compact_some_queues();
  storage_->tick();
  if (stats_) stats_->tick();
  if (!alarm_.empty()) release_free_memory();  // or the alarm would not see what was consumed
}

void Shard::compact_some_queues() {
  std::size_t count = std::min(queues_.size() / kTicksPerCompaction + 1, kMaxCompactionsPerTick);
  for (; count != 0 && !queues_.empty(); --count) {
    next_to_compact_ = (next_to_compact_ + 1) % queues_.size();
    if (Queue* queue = queues_[next_to_compact_].queue.get()) queue->compact();
  }
}

void Shard::run_later(std::function<void()> task) {
  asio::post(loop_->context, std::move(task));
}

void Shard::run_after(Clock::duration delay, std::function<void()> task) {
  auto timer = std::make_shared<asio::steady_timer>(loop_->context, delay);
  timer->async_wait([timer, task = std::move(task)](const auto& error) {
    if (!error) task();
  });
}

std::unique_ptr<SocketWatch> Shard::watch(int fd, SocketHandler& handler) {
  return make_socket_watch(loop_->context, fd, handler);
}

// ---- queues that wait for a time ----

std::uint64_t Shard::wall_time() const {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

void Shard::wake_queue_at(QueueId queue, std::uint64_t time) {
  wakes_.push({time, queue});
  if (time < next_wake_) start_wake_timer();
}

// Long times are split, because the clock may be set meanwhile.
void Shard::start_wake_timer() {
  next_wake_ = wakes_.top().time;
  const std::uint64_t now = wall_time();
  const std::uint64_t wait = std::min(next_wake_ > now ? next_wake_ - now : 0, kLongestWait);
  loop_->wake_timer.expires_after(std::chrono::milliseconds(wait));
  loop_->wake_timer.async_wait([this](const auto& error) {
    if (!error) wake_queues();
  });
}

void Shard::wake_queues() {
  const std::uint64_t now = wall_time();
  while (!wakes_.empty() && wakes_.top().time <= now) {
    const QueueId id = wakes_.top().queue;
    wakes_.pop();
    if (Queue* queue = find(id)) queue->on_time();
  }
  next_wake_ = UINT64_MAX;
  if (!wakes_.empty()) start_wake_timer();
}

// ---- mail ----

void Shard::deliver_mail(std::vector<Mail>& batch) {
  if (!batch.empty() && inbox_.append(batch)) wake();
}

void Shard::post(ShardId to, Mail mail) {
  const auto index = static_cast<std::size_t>(to);
  if (index >= outgoing_.size()) outgoing_.resize(index + 1);
  outgoing_[index].push_back(std::move(mail));
}

void Shard::send_mail() {
  const std::size_t count = std::min(outgoing_.size(), server_.shards.size());
  for (std::size_t n = 0; n != count; ++n) {
    if (outgoing_[n].empty()) continue;
    server_.shards[n]->deliver_mail(outgoing_[n]);
    if (outgoing_[n].capacity() > kKeptMailCapacity) std::vector<Mail>().swap(outgoing_[n]);
  }
}

void Shard::drain_inbox() {
  if (draining_ || !inbox_.has_mail()) return;
  draining_ = true;
  inbox_.take(received_);
  for (Mail& mail : received_) handle(mail);
  received_.clear();
  if (received_.capacity() > kKeptMailCapacity) std::vector<Mail>().swap(received_);
  return_credit();
  draining_ = false;
}

// ---- the end of a turn ----

// Mail leaves before bytes do: see the head of shard.h.
void Shard::end_turn() {
  if (greeting_done_) finish_greetings();
  if (!restores_.empty()) restore_queues();
  for (int round = 0; round != kRoundsPerTurn; ++round) {
    hand_out();
    if (to_flush_.empty() && to_remove_.empty()) return;
    flush_connections();
    remove_connections();
  }
  hand_out();
  if (!to_flush_.empty() || !to_remove_.empty()) wake();
}

// First the log, then mail: whatever others do because of it comes behind it in the log.
void Shard::hand_out() {
  storage_->submit();
  send_mail();
  storage_->after_mail();
}

// What is on its way to a queue by this shard's own mail has to be in the inbox first: it is
// handled before anything that comes directly to the queue.
void Shard::restore_queues() {
  hand_out();
  for (RestoreQueueMail& mail : std::exchange(restores_, {})) {
    --restoring_;
    if (Queue* queue = find(mail.queue)) queue->restore(mail.lanes);
  }
  if (!restoring()) storage_->restored();
}

void Shard::storage_news() {
  if (waiting_for_storage_.empty() || storage_->congested()) return;
  for (ConnectionId id : std::exchange(waiting_for_storage_, {})) {
    if (Connection* connection = find(id)) connection->on_storage_ready();
  }
}

void Shard::flush_later(Connection& connection) {
  to_flush_.push_back(&connection);
}

void Shard::remove_later(Connection& connection) {
  to_remove_.push_back(connection.id());
}

void Shard::flush_connections() {
  flushing_.swap(to_flush_);
  for (Connection* connection : flushing_) connection->flush();
  flushing_.clear();
}

// A connection's end may give messages to others, which then have something to flush.
void Shard::remove_connections() {
  const std::vector<ConnectionId> ids = std::exchange(to_remove_, {});
  for (ConnectionId id : ids) {
    Connection* connection = find(id);
    if (!connection) continue;
    std::erase(to_flush_, connection);
    std::unique_ptr<Connection> removed = std::move(connections_[id.slot].connection);
    removed.reset();
    std::erase(to_flush_, connection);  // it may have been sent something once more
    free_connections_.push_back(id.slot);
    connection_gone();
  }
}

}  // namespace coney
