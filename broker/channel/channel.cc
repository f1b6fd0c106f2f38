#include "broker/channel/channel.h"

#include "broker/arguments/equivalence.h"
#include "broker/arguments/erlang_term.h"
#include "broker/queue/queue.h"
#include "broker/server/server_context.h"
#include "broker/topology/topic_access.h"

namespace coney {

Channel::Channel(Connection& connection, ChannelNumber number)
    : connection_(connection), number_(number) {}

Channel::~Channel() {
  release(nullptr);
}

// ---- methods ----

template <typename Method>
void Channel::call(std::string_view bytes, void (Channel::*handler)(const Method&)) {
  auto method = amqp::decode_arguments<Method>(bytes);
  if (method) {
    (this->*handler)(*method);
  } else if (method.error() == amqp::DecodeError::kMalformedUtf8) {
    connection_.fail(number_,
                     connection_error(ReplyCode::kFrameError, "Malformed UTF-8 in shortstr"), {});
  } else {
    fail(connection_error(ReplyCode::kFrameError, "cannot decode " + erlang_binary(bytes)));
  }
}

void Channel::on_method(std::string_view payload) {
  if (pending_.stage != Pending::Stage::kNone) {
    method_ = amqp::BasicPublish::kMethod.id;
    return fail(connection_error(
        ReplyCode::kUnexpectedFrame,
        pending_.stage == Pending::Stage::kHeader
            ? "expected content header for class 60, got non content header frame instead"
            : "expected content body, got non content body frame instead"));
  }
  // Most publishers repeat themselves.
  if (payload == pending_.method) return repeat_publish();
  amqp::Decoder decoder(payload);
  method_.class_id = decoder.u16();
  method_.method_id = decoder.u16();
  const std::string_view bytes = decoder.rest();
  switch (method_.packed()) {
#define CONEY_CASE(METHOD)                \
  case amqp::METHOD::kMethod.id.packed(): \
    return call<amqp::METHOD>(bytes, &Channel::on)
    CONEY_CASE(BasicAck);
    CONEY_CASE(BasicNack);
    CONEY_CASE(BasicReject);
    CONEY_CASE(BasicGet);
    CONEY_CASE(BasicQos);
    CONEY_CASE(BasicConsume);
    CONEY_CASE(BasicCancel);
    CONEY_CASE(BasicRecover);
    CONEY_CASE(BasicRecoverAsync);
    CONEY_CASE(ChannelFlow);
    CONEY_CASE(ChannelClose);
    CONEY_CASE(AccessRequest);
    CONEY_CASE(ExchangeDeclare);
    CONEY_CASE(ExchangeDelete);
    CONEY_CASE(ExchangeBind);
    CONEY_CASE(ExchangeUnbind);
    CONEY_CASE(QueueDeclare);
    CONEY_CASE(QueueBind);
    CONEY_CASE(QueueUnbind);
    CONEY_CASE(QueuePurge);
    CONEY_CASE(QueueDelete);
    CONEY_CASE(ConfirmSelect);
    CONEY_CASE(TxSelect);
    CONEY_CASE(TxCommit);
    CONEY_CASE(TxRollback);
#undef CONEY_CASE
    case amqp::BasicPublish::kMethod.id.packed():
      pending_.method.assign(payload);
      return call<amqp::BasicPublish>(bytes, &Channel::on);
    case amqp::BasicCancelOk::kMethod.id.packed():
      connection_.fail(number_, connection_error(ReplyCode::kInternalError, ""), {});
      return;
    default:
      fail(connection_error(ReplyCode::kCommandInvalid, "unimplemented method"));
  }
}

std::optional<amqp::Table> Channel::arguments(std::string_view bytes) {
  auto table = amqp::decode_table(bytes);
  if (table) {
    table->canonicalize();
    return std::move(*table);
  }
  fail(connection_error(ReplyCode::kSyntaxError,
                        "malformed arguments table: " + std::string(to_string(table.error()))));
  return std::nullopt;
}

void Channel::on(const amqp::ChannelFlow& flow) {
  if (!flow.active) return fail(connection_error(ReplyCode::kNotImplemented, "active=false"));
  connection_.send(number_, amqp::ChannelFlowOk{.active = true});
}

void Channel::on(const amqp::AccessRequest&) {
  connection_.send(number_, amqp::AccessRequestOk{.reserved_1 = 1});
}

void Channel::on(const amqp::ChannelClose&) {
  release([this] {
    end_of_turn();  // nothing may follow close-ok
    connection_.send(number_, amqp::ChannelCloseOk{});
    connection_.channel_closed(number_);  // destroys this
  });
}

void Channel::set_closing() {
  end_of_turn();  // nothing may follow the close
  release(nullptr);
  closing_ = true;
  pending_ = {};
}

void Channel::on(const amqp::ConfirmSelect& select) {
  if (transaction_) {
    return fail(
        channel_error(ReplyCode::kPreconditionFailed, "cannot switch from tx to confirm mode"));
  }
  confirm_mode_ = true;
  if (!select.nowait) connection_.send(number_, amqp::ConfirmSelectOk{});
}

// ---- the topology ----

void Channel::command(TopologyCommand command, std::function<void(bool existed)> then) {
  if (!commands_) commands_ = std::make_shared<CommandChain>();
  connection_.ask_topology(std::move(command), commands_,
                           [this, then = std::move(then), method = method_](auto& answer) {
                             if (answer.skipped || closing_) return;  // one before it has failed
                             method_ = method;
                             if (answer.error) return fail(*answer.error);
                             then(answer.existed);
                           });
}

// ---- permissions and names ----

Vhost& Channel::vhost() {
  return *catalog().find_vhost(vhost_name());
}

bool Channel::check_access(Access access, std::string_view kind, std::string_view name) {
  const std::string_view checked = kind == "exchange" ? permission_name_of_exchange(name) : name;
  if (catalog().allowed(user(), vhost_name(), access, checked)) return true;
  static constexpr std::string_view kNames[] = {"configure", "write", "read"};
  std::string text(kNames[static_cast<int>(access)]);
  text.append(" access to ").append(kind).append(" '").append(checked).append("' in vhost '");
  text.append(vhost_name()).append("' refused for user '").append(user()).append("'");
  fail(channel_error(ReplyCode::kAccessRefused, std::move(text)));
  return false;
}

bool Channel::check_topic_access(Access access, const Exchange& exchange,
                                 std::string_view routing_key) {
  auto refused = coney::check_topic_access(catalog(), {user(), connection_.identity().client_id},
                                           access, exchange, routing_key);
  if (refused) fail(std::move(*refused));
  return !refused;
}

namespace {

std::string missing(std::string_view kind, std::string_view name, std::string_view vhost) {
  std::string text("no ");
  text.append(kind).append(" '").append(name).append("' in vhost '").append(vhost).append("'");
  return text;
}

}  // namespace

CatalogQueue* Channel::lookup_queue(std::string_view name) {
  CatalogQueue* queue = vhost().find_queue(name);
  if (!queue) {
    fail(channel_error(ReplyCode::kNotFound, missing("queue", name, vhost_name())));
    return nullptr;
  }
  if (queue->owner.valid() && queue->owner != connection_.id()) {
    fail(exclusive_queue_locked(*queue->record));
    return nullptr;
  }
  return queue;
}

Exchange* Channel::lookup_exchange(std::string_view name) {
  Exchange* exchange = vhost().find_exchange(name);
  if (!exchange) {
    fail(channel_error(ReplyCode::kNotFound, missing("exchange", name, vhost_name())));
  }
  return exchange;
}

bool Channel::is_not_default_exchange(std::string_view name) {
  if (!name.empty()) return true;
  fail(channel_error(ReplyCode::kAccessRefused, "operation not permitted on the default exchange"));
  return false;
}

std::optional<std::string> Channel::queue_name(std::string_view name) {
  if (!name.empty()) return std::string(name);
  if (!last_queue_.empty()) return last_queue_;
  fail(channel_error(ReplyCode::kNotFound, "no previously declared queue"));
  return std::nullopt;
}

// ---- end of turn, end of life ----

void Channel::need_flush() {
  if (flush_marked_) return;
  flush_marked_ = true;
  connection_.flush_channel_later(*this);
}

void Channel::end_of_turn() {
  if (watched_ != 0) count_confirm();
  confirms_.flush(
      [this](PublishSequence sequence, bool multiple) {
        connection_.send(number_, amqp::BasicAck{.delivery_tag = sequence, .multiple = multiple});
      },
      [this](PublishSequence sequence, bool multiple) {
        connection_.send(
            number_,
            amqp::BasicNack{.delivery_tag = sequence, .multiple = multiple, .requeue = false});
      });
}

void Channel::release(std::function<void()> then) {
  if (released_) {
    if (then) then();
    return;
  }
  released_ = true;
  tell_closed();
  transaction_.reset();
  // Consumers first: what goes back to the queues is not for them.
  auto left = std::make_shared<std::size_t>(1);
  auto done = [left, then] {
    if (--*left == 0 && then) then();
  };
  consumer_tags_.clear();
  const auto consumers = std::exchange(consumers_, {});
  consumers.visit([&](const Consumer& consumer) {
    if (consumer.direct_reply) return;
    if (!then) return cancel_unanswered(consumer);
    ++*left;
    connection_.ask(
        consumer.queue, CancelCall{consumer.key},
        [this, name = consumer.queue_name, queue = consumer.queue, done](QueueAnswer& answer) {
          if (!answer.delete_now) return done();
          finish_delete(name, queue, done);
        });
  });
  requeue_all(Settlement::kRequeue);
  done();
}

void Channel::cancel_unanswered(const Consumer& consumer) {
  Shard& shard = connection_.shard();
  if (consumer.queue.shard != shard.id()) {
    shard.post(consumer.queue.shard, QueueCallMail{consumer.queue, {}, CancelCall{consumer.key}});
  } else if (Queue* queue = shard.find(consumer.queue)) {
    if (queue->call(CancelCall{consumer.key}).delete_now) {
      shard.topology().submit({}, DeleteQueue{vhost_name(), consumer.queue_name, consumer.queue});
    }
  }
}

}  // namespace coney
