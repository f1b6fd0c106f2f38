#pragma once
// One client connection (spec 1.4): reads frames, holds the channels, writes what they produced.
// Lives on the shard that accepted it and is used there only.
//
// Reading stops while an answer from another thread is awaited (ask*), while too much mail is on
// its way to queues of other shards, and while an alarm blocks a publishing connection; what was
// read already waits in `unparsed_`.
//
// Topology commands share their commits: while some are in flight, methods that end in a further
// one are handled. Any other method, and one that would fail or be answered from the catalog, is
// put off: it is handled (again) when all of them have been answered.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "amqp/field.h"
#include "amqp/frame.h"
#include "broker/channel/direct_reply.h"
#include "broker/connection/output_buffer.h"
#include "broker/error.h"
#include "broker/ids.h"
#include "broker/queue/consumer_gate.h"
#include "broker/shard/shard.h"
#include "broker/stats/stats_event.h"
#include "broker/transport/socket_address.h"
#include "broker/transport/transport.h"

namespace coney {

class Channel;
class Handshake;
struct HandshakeOutcome;

// What the client said of itself and what was agreed; complete once the connection is open.
struct ConnectionIdentity {
  std::string user;
  std::string vhost;
  SocketAddress client;
  SocketAddress server;
  std::string name;  // "127.0.0.1:56789 -> 127.0.0.1:5672"
  std::shared_ptr<const amqp::Table> client_properties;
  std::string_view auth_mechanism;       // one of SaslMechanism's texts
  std::optional<std::string> client_id;  // of client_properties, when it is text
  bool consumer_cancel_notify = false;
  bool authentication_failure_close = false;
  bool connection_blocked = false;
  std::uint16_t channel_max = 0;
  std::uint32_t frame_max = 0;  // 0: no limit
  std::uint16_t heartbeat = 0;  // seconds
};

class Connection final : public SocketHandler {
 public:
  Connection(Shard& shard, ConnectionId id, std::unique_ptr<Transport> transport,
             SocketAddress client, SocketAddress server, const std::string& listener);
  ~Connection() override;  // returns what its channels hold to the queues

  // ---- for the shard ----
  void start();
  void on_readable() override;
  void on_writable() override;
  void flush();                             // end of turn: confirms, then bytes to the socket
  void tick(Shard::Clock::time_point now);  // heartbeats and time limits, every kTickInterval
  void shut_down();                         // 320 CONNECTION_FORCED
  void force_close(std::string reason);     // with the same, if it is open
  // What it and its channels have to tell since the last time.
  void report(std::vector<StatsEvent>& events);
  void on_deliver(DeliverMail& mail);  // by mail
  void deliver(DeliverMail& mail);     // from a queue of this shard
  void on_confirm(const ConfirmMail& mail);
  void on_publish_credit(const PublishCreditMail& mail);
  void on_queue_answer(QueueAnswerMail& mail);
  void on_topology_answer(TopologyAnswer& answer);
  void on_consumer_cancelled(const ConsumerKey& consumer);
  void on_direct_reply(DirectReplyMail& mail);
  void on_alarm(const std::string& reason);
  void on_storage_ready();
  void on_committed(bool durable);

  // ---- for its channels ----
  ConnectionId id() const { return id_; }
  Shard& shard() { return shard_; }
  const ConnectionIdentity& identity() const { return identity_; }
  const std::shared_ptr<DeliveryWindow>& delivery_window() const { return window_; }
  OutputBuffer& output() { return output_; }
  void output_changed();  // after writing to output() directly

  template <typename Method>
  void send(ChannelNumber channel, const Method& method) {
    thread_local std::string payload;
    payload.clear();
    amqp::encode_method(payload, method);
    send_frame(amqp::FrameType::kMethod, channel, payload);
  }
  void send_frame(amqp::FrameType type, ChannelNumber channel, std::string_view payload);

  // Publishes counts against the connection's credit towards other shards.
  void mailed_publish(std::uint64_t bytes);
  void published();  // during an alarm this blocks the connection until the alarm is over
  // The disk cannot keep up: nothing is read until it has.
  void wait_for_storage();
  // Reading stops until the transaction is on disk; then `then` runs and reading goes on.
  void await_commit(TxId id, bool logged, std::vector<ShardId> others,
                    std::function<void(bool)> then);
  // The consumers of a queue it publishes to cannot keep up: it reads in small bites for a while.
  void yield_to_consumers() { bite_ = true; }

  // Reading stops until the answer is there; then `then` runs and reading goes on.
  using QueueThen = std::function<void(QueueAnswer&)>;
  using TopologyThen = std::function<void(TopologyAnswer&)>;
  // Asks the queue: directly when it lives here (then `then` runs before this returns).
  void ask(QueueId queue, QueueCall call, QueueThen then);
  // With a chain further commands may be sent before the answer, see the head of this file.
  void ask_topology(TopologyCommand command, std::shared_ptr<CommandChain> chain,
                    TopologyThen then);
  // Is a method being handled while commands are in flight? It must end in ask_topology(), fail()
  // or put_off().
  bool joining_commands() const { return joining_; }
  // Joining: the method is put off, and true.
  bool put_off();
  void ask_direct_reply(const DirectReplyAddress& address, std::function<void(bool)> then);
  void exclusive_queue_declared() { has_exclusive_queues_ = true; }

  // Closes the channel with channel.close, or the connection when the error says so.
  void fail(ChannelNumber channel, ProtocolError error, amqp::MethodId method);
  void channel_closed(ChannelNumber number);   // by its client; the number is free again
  void flush_channel_later(Channel& channel);  // Channel::end_of_turn is called in flush()

  Channel* find_channel(ChannelNumber number);
  bool takes_direct_replies(const DirectReplyAddress& address);

 private:
  friend class Handshake;
  enum class State : std::uint8_t {
    kTlsHandshake,
    kProtocolHeader,
    kHandshake,  // until connection.open-ok, see handshake.h
    kRunning,
    kClosing,  // connection.close sent, waiting for close-ok
    kClosed,   // everything written is to be flushed, then the socket closes
  };

  // connection.cc: socket, frames, time
  void continue_tls_handshake();
  void limit_time(std::chrono::milliseconds limit);  // of a handshake; zero: none
  void read_again();
  void on_end_of_stream();
  void end_behind_output();
  bool awaits_answers() const;
  bool client_has_left() const;
  bool may_parse() const;
  void go_on();  // parses what waits, then reads again
  void parse(std::string_view bytes);
  std::size_t parse_one(std::string_view bytes);
  bool take_frame(const amqp::Frame& frame);
  bool may_join_commands(const amqp::Frame& frame);
  std::uint32_t max_payload() const;
  void handle_fault(const amqp::FrameRead& read);
  // As nearly all frames are: for a channel of an open connection, and nothing wrong with it.
  bool is_channel_traffic(const amqp::Frame& frame) const {
    const bool method = frame.type == static_cast<std::uint8_t>(amqp::FrameType::kMethod);
    return state_ == State::kRunning && frame.channel != 0 && frame.type >= 1 && frame.type <= 3 &&
           (!method || frame.payload.size() >= 4);
  }
  void handle_frame(const amqp::Frame& frame);
  static std::string octets_text(const amqp::Frame& frame);
  void take_outcome(HandshakeOutcome outcome, const std::string& out);
  void schedule_flush();
  void write_output();
  void resume_consumers();
  // connection_methods.cc: methods, the ends of channels and of the connection
  void handle_connection_method(const amqp::Frame& frame);
  void take_close(std::string_view arguments);
  void update_secret(std::string_view arguments);
  void handle_method_while_closing(std::string_view payload);
  void handle_channel_frame(const amqp::Frame& frame);
  void handle_channel_method(Channel* channel, const amqp::Frame& frame);
  void refuse_unknown_method(amqp::MethodId id);
  void open_channel(ChannelNumber number);
  void close_connection(ProtocolError error, amqp::MethodId method);
  void close_by_client();
  void release_channels();
  // Channels that end with the connection are not held against the user's limit while its client
  // takes time to leave.
  void uncount_channels();
  void finish();
  void drop(const std::string& reason);  // empty: nothing worth a line in the log
  // connection_answers.cc: mail
  void take_topology_answer(TopologyAnswer& answer);
  void forget_answers();
  void tell_alarm();
  void enforce_timeouts();
  // connection_stats.cc
  void changed() {
    if (!listed_) [[unlikely]]
      list_change();
  }
  void list_change();
  void tell_opened();
  void tell_closed();
  ConnectionState reported_state() const;

  static constexpr std::uint64_t kPublishCredit = 4 * 1024 * 1024;  // bytes mailed, not yet taken

  Shard& shard_;
  const ConnectionId id_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<SocketWatch> watch_;
  std::unique_ptr<Handshake> handshake_;
  State state_ = State::kHandshake;
  ConnectionIdentity identity_;

  std::unordered_map<ChannelNumber, std::unique_ptr<Channel>> channels_;
  std::size_t next_resumed_ = 0;     // index of the channel that resumes first the next time
  Channel* last_channel_ = nullptr;  // the one that was looked up last
  std::vector<ChannelNumber> channels_to_flush_;
  std::int64_t opened_channels_ = 0;  // counted against the user's limit

  std::string unparsed_;
  OutputBuffer output_;
  std::shared_ptr<DeliveryWindow> window_ = std::make_shared<DeliveryWindow>();
  std::uint64_t publish_credit_used_ = 0;  // bytes mailed to other shards' queues

  // Answers of one queue come in the order of the calls.
  struct Awaited {
    QueueId queue;
    QueueThen then;
  };
  std::vector<Awaited> awaited_;
  std::function<void(bool)> commit_then_;  // while a transaction is being committed
  bool waits_for_storage_ = false;
  // Commands in flight; they are answered in order. What a queue is asked because of an answer is
  // finished before the next answer is looked at.
  std::list<TopologyThen> commands_;
  std::list<TopologyAnswer> held_answers_;  // of the first in commands_
  bool joining_ = false;                    // a method is handled while there are commands
  bool put_off_ = false;                    // nothing more joins them
  std::uint32_t next_timeout_look_ = 0;     // tick of the next enforce_timeouts()
  bool flush_scheduled_ = false;
  bool writing_blocked_ = false;  // the socket takes no more
  bool has_exclusive_queues_ = false;
  bool blocked_ = false;  // it published during an alarm: it is not read until that is over
  bool removed_ = false;
  bool parsing_ = false;
  bool bite_ = false;       // the next read is a small one
  bool shut_down_ = false;  // our side of the stream has ended
  bool counted_ = false;    // against the limits of node, user and vhost
  bool listed_ = false;     // ShardStats knows of a change
  bool told_opened_ = false;
  ConnectionCounters counters_;
  std::string alarm_;                    // reason while an alarm is on
  Shard::Clock::time_point deadline_{};  // of handshake or closing; zero: none
  Shard::Clock::time_point last_read_{};
  Shard::Clock::time_point last_write_{};
};

}  // namespace coney
