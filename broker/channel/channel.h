#pragma once
// One channel (spec 1.4): takes methods and content, holds consumers, unacknowledged deliveries,
// confirms and transactions. Lives with its connection; used on its shard only.
//
// One file per AMQP class: channel.cc (dispatch, closing), channel_exchange.cc, channel_queue.cc,
// channel_consume.cc, channel_publish.cc, channel_settle.cc, channel_tx.cc. And channel_timeout.cc
// for deliveries that nobody acknowledges, channel_trace.cc for the firehose, channel_stats.cc for
// what is told of it.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "amqp/methods.h"
#include "amqp/properties.h"
#include "broker/arguments/queue_type.h"
#include "broker/channel/acknowledgement_deadline.h"
#include "broker/channel/confirm_tracker.h"
#include "broker/channel/numbered_list.h"
#include "broker/connection/connection.h"
#include "broker/queue/consumer_gate.h"

namespace coney {

struct TracePlace;

class Channel {
 public:
  Channel(Connection& connection, ChannelNumber number);
  // Gives back to the queues what it holds; nobody waits for it.
  ~Channel();

  ChannelNumber number() const { return number_; }

  // ---- frames of this channel; errors go to Connection::fail ----
  void on_method(std::string_view payload);
  void on_header(std::string_view payload);
  void on_body(std::string_view payload);

  // ---- for the connection ----
  void deliver(DeliverMail& mail);
  void confirm(const ConfirmMail& mail) {
    for (std::uint32_t n = 0; n != mail.count; ++n) {
      confirms_.settle(mail.sequence + n, mail.accepted);
    }
    need_flush();
  }
  void consumer_cancelled(ConsumerNumber number);  // by the server
  void direct_reply(const DirectReplyMail& mail);
  bool takes_direct_replies(std::uint64_t key) const;
  void resume_consumers();  // the connection has room for deliveries again
  void end_of_turn();       // sends confirms
  // Cancels consumers, or closes the channel, where deliveries are overdue. Returns before which
  // tick it need not be called again for those that are out now.
  TickCount enforce_timeouts(TickCount now);
  // The channel was told channel.close: everything but close-ok is dropped.
  void set_closing();
  bool closing() const { return closing_; }
  bool take_flush_mark() { return std::exchange(flush_marked_, false); }
  // Cancels consumers and requeues; `then` runs when auto-delete queues are gone.
  void release(std::function<void()> then);
  // What is out, oldest first. Looks at kMostLookedAt deliveries at most.
  static constexpr std::uint32_t kMostLookedAt = 20'000;
  UnackedList unacked(const UnackedCall& call);
  // What it has to tell since the last time.
  void report(std::vector<StatsEvent>& events);

 private:
  struct Consumer {
    ConsumerNumber number = 0;
    std::string tag;
    QueueId queue;
    std::string queue_name;
    bool no_ack = false;
    bool direct_reply = false;
    bool stream = false;
    std::string prefix;  // basic.deliver up to the consumer tag, encoded
    ConsumerKey key;
    std::optional<std::int64_t> timeout;  // x-consumer-timeout, milliseconds
    AckAllowance allowance;
    bool overdue = false;
  };
  struct Unacked {
    QueueId queue;
    TickCount delivered = 0;
    QueuePosition position = 0;
    ConsumerNumber consumer = 0;  // 0: basic.get
    bool limited = false;         // counts against the channel's global prefetch
    bool in_transaction = false;  // settled, not committed yet
    bool stream = false;          // of a stream: settling gives its consumer credit
    bool present() const { return queue.valid(); }
  };
  // Who has deliveries of a queue, but for consumers: basic.get and consumers that are gone.
  struct OtherHolder {
    std::string queue_name;
    AckAllowance allowance;
  };
  struct Holder {
    AckAllowance* allowance = nullptr;
    Consumer* consumer = nullptr;  // null: there is none to cancel
  };
  // The message whose content is arriving.
  struct Pending {
    enum class Stage : std::uint8_t { kNone, kHeader, kBody } stage = Stage::kNone;
    std::string method;  // the last basic.publish; what follows up to `immediate` is read from it
    std::string exchange;
    std::string routing_key;
    bool mandatory = false;
    bool immediate = false;
    MessageBuilder builder;
    std::uint64_t missing = 0;  // body bytes to come
    std::uint64_t size = 0;
    bool oversized = false;  // nothing of it is kept
    bool malformed = false;  // properties
    bool persistent = false;
    std::uint16_t flags = 0;
    std::string properties;  // the property bytes, for checks once the body is there
    std::string header;      // the content header as it is kept
    // No property that routing or a check would look at.
    bool plain() const {
      using amqp::Property, amqp::has_property;
      return !has_property(flags, Property::kHeaders) && !has_property(flags, Property::kUserId) &&
             !has_property(flags, Property::kExpiration) &&
             !has_property(flags, Property::kReplyTo);
    }
  };
  // Where the last message went: holds for its exchange and routing key in this version of the
  // catalog. 0: does not hold.
  struct RouteCache {
    std::uint64_t version = 0;
    std::vector<QueueId> queues;
    std::shared_ptr<ExchangeCounters> counters;  // valid as long as version is
  };
  struct Transaction {
    struct Publish {
      MessageRef message;
      std::vector<QueueId> queues;
      bool mandatory = false;
    };
    std::vector<Publish> publishes;
    std::vector<std::pair<DeliveryTag, Settlement>> settled;
  };
  struct Settles;  // gathers consecutive positions per queue: channel_settle.cc

  // ---- dispatch ----
  template <typename Method>
  void call(std::string_view arguments, void (Channel::*handler)(const Method&));
  void fail(ProtocolError error) { connection_.fail(number_, std::move(error), method_); }
  void fail(const ArgumentFault& fault) { fail(from_fault(fault)); }
  std::optional<amqp::Table> arguments(std::string_view bytes);  // nullopt: failed already

  // ---- channel, access, exchange, queue, basic, confirm, tx ----
  void on(const amqp::ChannelFlow&);
  void on(const amqp::ChannelClose&);
  void on(const amqp::AccessRequest&);
  void on(const amqp::ExchangeDeclare&);
  void on(const amqp::ExchangeDelete&);
  void on(const amqp::ExchangeBind&);
  void on(const amqp::ExchangeUnbind&);
  void on(const amqp::QueueDeclare&);
  void on(const amqp::QueueBind&);
  void on(const amqp::QueueUnbind&);
  void on(const amqp::QueuePurge&);
  void on(const amqp::QueueDelete&);
  void on(const amqp::BasicQos&);
  void on(const amqp::BasicConsume&);
  void on(const amqp::BasicCancel&);
  void on(const amqp::BasicPublish&);
  void repeat_publish();
  void on(const amqp::BasicGet&);
  void on(const amqp::BasicAck&);
  void on(const amqp::BasicReject&);
  void on(const amqp::BasicNack&);
  void on(const amqp::BasicRecover&);
  void on(const amqp::BasicRecoverAsync&);
  void on(const amqp::ConfirmSelect&);
  void on(const amqp::TxSelect&);
  void on(const amqp::TxCommit&);
  void on(const amqp::TxRollback&);

  // ---- what several of them need ----
  Catalog& catalog() { return connection_.shard().catalog(); }
  Vhost& vhost();
  const std::string& vhost_name() const { return connection_.identity().vhost; }
  const std::string& user() const { return connection_.identity().user; }
  // Each fails the channel and returns false / null when it may not or is not there.
  bool check_access(Access access, std::string_view kind, std::string_view name);
  bool check_topic_access(Access access, const Exchange& exchange, std::string_view routing_key);
  CatalogQueue* lookup_queue(std::string_view name);  // missing or another's exclusive one: failed
  Exchange* lookup_exchange(std::string_view name);
  bool is_not_default_exchange(std::string_view name);
  // The last declared queue for an empty name.
  std::optional<std::string> queue_name(std::string_view name);
  Consumer new_consumer(const amqp::BasicConsume& consume);
  Consumer* find_consumer(std::string_view tag);

  // Has the topology do it. An error fails the channel; else `then` runs with whether what was
  // declared existed. Until then the methods that come may be further commands, nothing else.
  void command(TopologyCommand command, std::function<void(bool existed)> then);
  void declare_existing_exchange(const ExchangeRecord& record, bool no_wait);
  void declare_queue(QueueRecord record, bool no_wait);
  bool redeclare_queue(const QueueRecord& received, bool no_wait);
  void create_queue(QueueRecord record, bool no_wait);
  void answer_queue_declared(std::string_view name, bool no_wait);
  void send_queue_counts(const std::string& name);
  bool declare_direct_reply(const amqp::QueueDeclare& declare);
  void bind(BindingRecord binding, bool no_wait, bool is_bind, std::function<void()> answer);
  void finish_delete(const std::string& name, QueueId id, std::function<void()> then);

  void start_consumer(Consumer consumer, SubscribeCall call, bool no_wait,
                      std::shared_ptr<const ConsumerFacts> facts);
  void consume_direct_replies(const amqp::BasicConsume& consume);
  void add_consumer(Consumer added);
  void remove_consumer(ConsumerNumber number);
  void cancel_unanswered(const Consumer& consumer);
  void resume_consumer(const Consumer& consumer);
  std::shared_ptr<ConsumerGate> gate();

  void complete_publish();
  bool check_publish(const amqp::PropertyList& list, std::vector<std::string_view>& keys);
  void prepare_header(const amqp::ContentHeader& header);
  std::string kept_header(amqp::PropertyList& list, std::uint64_t body_size);
  void route_and_send(const Exchange& exchange);
  void dispatch_publish(MessageRef message, const std::vector<QueueId>& queues);
  void send_to_queues(MessageRef message, const std::vector<QueueId>& queues);
  bool goes_by_mail(QueueId queue) const;
  BodyId log_once(const MessageRef& message, const std::vector<QueueId>& queues);
  std::vector<ShardId> other_shards(const Transaction& work);
  void carry_out(Transaction& work);
  void return_unroutable(const MessageRef& message);
  TracePlace trace_place();
  void trace_published(const MessageRef& message, std::span<const std::string_view> keys);
  void trace_delivered(const MessageRef& message, std::string_view queue, bool redelivered);
  void send_trace(MessageRef trace);
  bool publish_direct_reply();
  const Consumer* direct_reply_consumer() const;  // null: none

  void write_delivery(std::string_view prefix, DeliveryTag tag, bool redelivered,
                      const MessageRef& message, std::string_view header);
  void write_stream_delivery(const Consumer& consumer, const DeliverMail& mail);
  void write_content(std::string_view method, const MessageRef& message);
  template <typename StoreMethod>
  void write_content_frames(std::size_t method_size, const MessageRef& message,
                            std::string_view header, StoreMethod&& store_method);

  void settle(DeliveryTag tag, bool multiple, Settlement settlement);
  void settle_now(const std::vector<Unacked>& settled, Settlement settlement);
  Unacked take_unacked(DeliveryTag tag);
  void requeue_all(Settlement how);
  void look_up(AckAllowance& allowance, std::string_view queue_name, QueueId id,
               std::optional<std::int64_t> argument);
  TickCount look_up_allowances();
  Holder holder_of(const Unacked& unacked);
  void held_without_consumer(QueueId queue, std::string_view queue_name);
  void warn_of_timeout(const Holder& holder);
  void close_after_timeout(const AckAllowance& allowance);
  void cancel_overdue(const std::vector<ConsumerNumber>& overdue);
  // May it be of a delivery that has timed out? Then its acknowledgement is passed over.
  bool is_late(DeliveryTag tag) const { return tag != 0 && tag <= forgiven_up_to_; }
  void need_flush();
  void give_stream_credit(const std::vector<Unacked>& settled);
  void send_settle(QueueId queue, QueuePosition first, std::uint64_t count, Settlement settlement);
  void count_unlimited();

  // ---- statistics: channel_stats.cc ----
  ChannelCounters counters() const;
  ChannelGauges gauges() const;
  void tell_closed();
  void count_declare();
  void announce(const std::shared_ptr<ExchangeCounters>& counters);
  std::shared_ptr<ExchangeCounters> counters_of(Exchange& exchange);
  void count_publish(std::size_t queues) {
    ++counters_.publish;
    ExchangeCounters& exchange = *route_.counters;
    if (exchange.publish_in == exchange.told_in) [[unlikely]]
      announce(route_.counters);
    ++exchange.publish_in;
    exchange.publish_out += queues;
  }
  void watch_confirm(PublishSequence sequence) {
    if (watched_ != 0) return;
    watched_ = sequence;
    watched_since_ = connection_.shard().now();
  }
  void count_confirm();
  void count_unroutable(bool returned) {
    ++(returned ? counters_.return_unroutable : counters_.drop_unroutable);
  }
  std::shared_ptr<const ConsumerFacts> facts_of(const amqp::BasicConsume& consume,
                                                const Consumer& consumer, amqp::Table arguments);
  void tell_opened(const ConsumerKey& key, std::shared_ptr<const ConsumerFacts> facts);

  Connection& connection_;
  const ChannelNumber number_;
  amqp::MethodId method_;  // being handled
  bool closing_ = false;
  bool released_ = false;
  bool flush_marked_ = false;
  std::shared_ptr<CommandChain> commands_;  // null: none yet

  std::string last_queue_;  // of the last queue.declare
  NumberedList<Consumer> consumers_;
  std::unordered_map<std::string_view, Consumer*> consumer_tags_;
  ConsumerNumber last_consumer_ = 0;
  std::size_t next_resumed_ = 0;        // place of the consumer that resumes first the next time
  SparseWindow<Unacked, 128> unacked_;  // position: delivery tag - 1
  std::vector<Unacked> settling_;       // scratch
  std::map<QueueId, OtherHolder> other_holders_;
  TickCount next_timeout_look_ = 0;
  // Up to here late acknowledgements of what has timed out may come.
  DeliveryTag forgiven_up_to_ = 0;

  std::uint16_t prefetch_ = 0;  // of consumers to come
  std::shared_ptr<ChannelLimit> limit_ = std::make_shared<ChannelLimit>();
  std::shared_ptr<ConsumerGate> gate_;

  Pending pending_;
  RouteCache route_;
  bool confirm_mode_ = false;
  ConfirmTracker confirms_;
  // One publish at a time is watched until it is confirmed; 0: none.
  PublishSequence watched_ = 0;
  Shard::Clock::time_point watched_since_{};
  std::unique_ptr<Transaction> transaction_;  // tx mode
  std::string direct_reply_token_;
  std::uint64_t direct_reply_key_ = 0;
  ConsumerNumber direct_reply_consumer_ = 0;

  ChannelCounters counters_;    // `confirm` is counted by confirms_
  std::uint64_t reported_ = 0;  // fingerprint
};

}  // namespace coney
