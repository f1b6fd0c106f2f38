#pragma once
// One core's part of the broker: a thread with its event loop, its connections, its queues and its
// copy of the catalog. Everything here belongs to that thread; other threads reach it through
// deliver_mail() alone.
//
// A turn of the loop: wait, handle what is ready, then flush: mail to the other shards first, bytes
// to the sockets after it, so that nothing a client learns is ahead of the mail behind it.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "broker/config/config.h"
#include "broker/ids.h"
#include "broker/shard/inbox.h"
#include "broker/shard/mail.h"
#include "broker/shard/shard_counters.h"
#include "broker/topology/catalog.h"

namespace coney {

class Connection;
class FileDescriptor;
class ProxyGreeting;
class Queue;
class SocketAddress;
class Topology;
class Shard;
class ShardStats;
class ShardStorage;
struct ServerContext;  // what all shards share: broker/server/server_context.h

// Watches one socket. Made by the shard; must be destroyed before the socket is closed.
class SocketWatch {
 public:
  virtual ~SocketWatch() = default;
  // One-shot: the handler's on_readable/on_writable is called once in a later turn. Asking again
  // while a wait is pending changes nothing.
  virtual void wait_readable() = 0;
  virtual void wait_writable() = 0;
};
class SocketHandler {
 public:
  virtual ~SocketHandler() = default;
  virtual void on_readable() = 0;
  virtual void on_writable() = 0;
};

class Shard {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kTickInterval{250};
  static constexpr std::size_t kReadBufferSize = 256 * 1024;

  Shard(ShardId id, const ServerContext& server);
  ~Shard();

  // ---- any thread ----
  ShardId id() const { return id_; }
  // Appends a batch to the inbox (and empties `batch`), wakes the loop if it may sleep.
  void deliver_mail(std::vector<Mail>& batch);
  void start();  // the thread
  void join();   // after a ShutDownMail, when the last connection is gone or the grace is over
  // Instead of start(), for who drives the shard on a thread of its own: a turn without waiting,
  // and without ticks. False when there was nothing to do.
  bool poll();
  // Takes an accepted socket; it counts as a connection from now on.
  void hand_over(AcceptedMail accepted);
  std::uint32_t connection_count() const {
    return connection_count_.load(std::memory_order_relaxed);
  }

  // ---- this shard's thread only ----
  const ServerContext& server() const { return server_; }
  const Config& config() const;
  Topology& topology() const;
  Catalog& catalog() { return catalog_; }
  Clock::time_point now() const { return now_; }  // read once a turn
  // Of kTickInterval each, since the shard was made; as of the last one.
  std::uint32_t ticks() const { return ticks_; }
  ShardCounters& counters() { return counters_; }
  // Null while nobody wants to know.
  ShardStats* stats() { return stats_.get(); }

  Connection* find(ConnectionId id);
  Queue* find(QueueId id);

  // Mail to any shard, this one included; sent at the end of the turn. Mail to this shard is
  // handled in the next turn, never at once.
  void post(ShardId to, Mail mail);
  bool has_mail() const { return inbox_.has_mail(); }
  // Resumes consumers one after the other, on whatever shards their queues live; the last one
  // first.
  void resume(std::vector<ConsumerTurn> turns);
  // Handles what lies in the inbox. Connections call it between reading bytes and parsing them.
  void drain_inbox();

  std::span<char> read_buffer() { return read_buffer_; }
  // Bytes were read from a socket: much of that ends the turn.
  void count_read(std::size_t bytes) { bytes_this_turn_ += bytes; }
  std::unique_ptr<SocketWatch> watch(int fd, SocketHandler& handler);
  // The connection has output; its flush() is called at the end of this turn.
  void flush_later(Connection& connection);
  // The connection is finished; it is destroyed at the end of this turn.
  void remove_later(Connection& connection);
  // Milliseconds since 1970.
  std::uint64_t wall_time() const;
  // Queue::on_time() is called then.
  void wake_queue_at(QueueId queue, std::uint64_t time);
  // Queue::retry_dead_letters() is called, once, when the topology has changed.
  void tell_of_changes(QueueId queue) { awaiting_changes_.push_back(queue); }
  // Has the topology delete a queue.
  void delete_queue(QueueId id);
  // Runs `task` in a later turn, the next one or after `delay`; never once the thread has ended.
  // Whoever the task refers to may be gone by then: the task has to find out.
  void run_later(std::function<void()> task);
  void run_after(Clock::duration delay, std::function<void()> task);
  // ---- the disk ----
  ShardStorage& storage() { return *storage_; }
  // Some queue waits for what a restart brings.
  bool restoring() const { return restoring_ != 0; }
  // The connection waits until the disk has caught up: Connection::on_storage_ready is called.
  void wait_for_storage(ConnectionId connection) { waiting_for_storage_.push_back(connection); }
  // The disk has done something: connections may have waited for it.
  void storage_news();
  template <typename Visit>
  void for_each_queue(Visit visit) {
    for (QueueSlot& slot : queues_) {
      if (slot.queue) visit(*slot.queue);
    }
  }
  // Handles mail as if it came now; a queue does so with what it has deferred.
  void handle(Mail& mail);
  // Keeps what listens until the shard shuts down. Also allowed before start().
  void keep_listening(std::unique_ptr<SocketHandler> acceptor);

 private:
  struct Loop;         // Asio
  struct MailHandler;  // one function per kind of mail: shard_mail.cc
  struct ConnectionSlot {
    std::uint32_t generation = 0;
    std::unique_ptr<Connection> connection;
  };
  struct QueueSlot {
    std::uint32_t generation = 0;
    std::unique_ptr<Queue> queue;
  };
  struct QueueWake {
    std::uint64_t time = 0;
    QueueId queue;
    bool operator>(const QueueWake& other) const { return time > other.time; }
  };
  static constexpr std::uint64_t kLongestWait = 60'000;  // milliseconds
  static constexpr std::chrono::milliseconds kFarewellGrace{300};

  void run();
  void wake();
  bool stopping() const;
  void tick();
  void schedule_tick();
  void compact_some_queues();
  void start_wake_timer();
  void wake_queues();

  void turn();
  // The end of a turn.
  void end_turn();
  void hand_out();
  void send_mail();
  void restore_queues();
  void flush_connections();
  void remove_connections();
  void finish_greetings();

  // Mail: shard_mail.cc
  void apply(const Changes& changes);
  void put_queue(const QueuePut& put);
  void close_connections(const VhostRemoved& removed);
  void close_connections(const UserRemoved& removed);
  void retire_queue(QueueId id);
  void add_credit(ConnectionId publisher, std::uint64_t bytes, bool behind);
  void return_credit();

  // Connections: shard_connections.cc
  void accept(const AcceptedMail& mail);
  void await_greeting(FileDescriptor socket, std::uint32_t listener);
  void open_connection(FileDescriptor socket, std::uint32_t listener, SocketAddress client,
                       SocketAddress server);
  ConnectionId take_connection_slot();
  void connection_gone() { connection_count_.fetch_sub(1, std::memory_order_relaxed); }
  template <typename Visit>
  void for_each_connection(Visit visit);
  void shut_down();
  void say_farewell();
  void drop_connections();
  void drop_everything();

  const ShardId id_;
  const ServerContext& server_;
  std::unique_ptr<Loop> loop_;
  Catalog catalog_;
  Clock::time_point now_;
  const Clock::time_point made_at_ = now_;
  std::uint32_t ticks_ = 0;
  ShardCounters counters_;
  std::unique_ptr<ShardStats> stats_;
  std::vector<char> read_buffer_;
  std::size_t bytes_this_turn_ = 0;

  Inbox inbox_;
  std::vector<Mail> received_;  // out of the inbox, being handled
  bool draining_ = false;
  std::vector<std::vector<Mail>> outgoing_;  // by ShardId
  std::vector<PublishCreditMail> credits_;   // of the mail being handled

  std::vector<QueueSlot> queues_;
  std::size_t next_to_compact_ = 0;
  std::priority_queue<QueueWake, std::vector<QueueWake>, std::greater<>> wakes_;
  std::uint64_t next_wake_ = UINT64_MAX;  // the timer runs for it
  std::vector<QueueId> awaiting_changes_;
  std::vector<ConnectionSlot> connections_;
  std::vector<std::uint32_t> free_connections_;
  std::atomic<std::uint32_t> connection_count_{0};

  std::vector<Connection*> to_flush_, flushing_;
  std::vector<ConnectionId> to_remove_;
  std::vector<std::unique_ptr<ProxyGreeting>> greetings_;
  bool greeting_done_ = false;
  std::vector<std::unique_ptr<SocketHandler>> acceptors_;

  std::unique_ptr<ShardStorage> storage_;
  std::vector<RestoreQueueMail> restores_;
  std::uint32_t restoring_ = 0;  // queues
  std::vector<ConnectionId> waiting_for_storage_;

  std::string alarm_;  // reason while an alarm is on
  // Shards end together, in rounds: what one does for another takes its way to the end, such as a
  // dead letter there and the word that it has arrived back.
  static constexpr std::uint32_t kFarewellRounds = 4;
  bool shutting_down_ = false;
  std::uint32_t round_ = 0;                                 // 0: there are connections still
  std::array<std::uint32_t, kFarewellRounds> farewells_{};  // heard, by round
  Clock::time_point grace_ends_{};
};

}  // namespace coney
