#include "broker/arguments/equivalence.h"
#include "broker/arguments/queue_arguments.h"
#include "broker/arguments/resource_text.h"
#include "broker/channel/channel.h"
#include "broker/channel/declared_name.h"
#include "broker/channel/direct_reply.h"
#include "broker/stats/shard_stats.h"

// Class queue: declare, bind, unbind, purge, delete.

namespace coney {
namespace {

// amq.gen- and 22 characters of base64url, from 16 random bytes, as RabbitMQ names queues.
std::string generated_queue_name() {
  return "amq.gen-" + random_name();
}

}  // namespace

void Channel::on(const amqp::QueueDeclare& declare) {
  const bool direct_reply = declare.queue.starts_with(kDirectReplyQueue);
  if ((direct_reply || declare.passive) && connection_.put_off()) return;
  if (direct_reply && declare_direct_reply(declare)) return;
  if (declare.passive) {
    if (lookup_queue(declare.queue)) answer_queue_declared(declare.queue, declare.no_wait);
    return;
  }
  auto table = arguments(declare.arguments);
  if (!table) return;
  QueueRecord record;
  record.vhost = vhost_name();
  record.name = without_line_ends(declare.queue);
  record.durable = declare.durable;
  record.exclusive = declare.exclusive;
  record.auto_delete = declare.auto_delete;
  record.arguments = std::move(*table);
  declare_queue(std::move(record), declare.no_wait);
}

namespace {

// The type of a declare without x-queue-type is the vhost's, else the node's.
QueueDeclaration declaration_of(const QueueRecord& record, const VhostRecord& vhost,
                                const Config& config) {
  QueueDeclaration declaration{record.vhost,     record.name,        record.durable,
                               record.exclusive, record.auto_delete, record.arguments};
  const std::string& name =
      vhost.default_queue_type.empty() ? config.default_queue_type : vhost.default_queue_type;
  if (auto type = parse_queue_type(name)) declaration.default_type = *type;
  return declaration;
}

}  // namespace

void Channel::declare_queue(QueueRecord record, bool no_wait) {
  const bool server_named = record.name.empty();
  if (server_named) {
    const auto declaration = declaration_of(record, *vhost().record, connection_.shard().config());
    if (auto fault = check_server_named(declaration)) return fail(*fault);
    record.name = generated_queue_name();
  }
  const auto declaration = declaration_of(record, *vhost().record, connection_.shard().config());
  if (!check_access(Access::kConfigure, "queue", record.name)) return;
  if (!connection_.joining_commands() && redeclare_queue(record, no_wait)) return;
  if (!server_named && record.name.starts_with(kReservedPrefix)) {
    return fail(channel_error(ReplyCode::kAccessRefused,
                              "queue name '" + record.name + "' contains reserved prefix 'amq.*'"));
  }
  if (auto fault = check_dead_letter_exchange(declaration)) return fail(*fault);
  auto checked = check_queue_arguments(declaration);
  if (!checked) return fail(checked.error());
  record.type = queue_type_name(checked->settings.type);
  record.arguments = std::move(checked->table);
  create_queue(std::move(record), no_wait);
}

void Channel::create_queue(QueueRecord record, bool no_wait) {
  if (record.exclusive) connection_.exclusive_queue_declared();
  const ConnectionId owner = record.exclusive ? connection_.id() : ConnectionId{};
  last_queue_ = record.name;
  command(DeclareQueue{std::move(record), connection_.shard().id(), owner},
          [this, name = last_queue_, no_wait](bool existed) {
            count_declare();
            if (no_wait) return;
            if (existed) return send_queue_counts(name);
            connection_.send(number_, amqp::QueueDeclareOk{.queue = name});
          });
}

// True when the queue exists: the declare is answered then.
bool Channel::redeclare_queue(const QueueRecord& record, bool no_wait) {
  CatalogQueue* existing = vhost().find_queue(record.name);
  if (!existing) return false;
  // Its connection may have ended, and the queue be about to go: the topology knows.
  if (existing->owner.valid() && existing->owner != connection_.id()) return false;
  QueueRecord received = record;
  received.arguments =
      with_queue_type(declaration_of(record, *vhost().record, connection_.shard().config()));
  if (auto type = received.arguments.find("x-queue-type"); type && type->as_string()) {
    received.type = *type->as_string();
  }
  const bool same_owner = existing->owner == connection_.id();
  if (auto fault = check_queue_equivalence(*existing->record, received, same_owner)) {
    fail(*fault);
  } else {
    count_declare();
    answer_queue_declared(record.name, no_wait);
  }
  return true;
}

void Channel::answer_queue_declared(std::string_view name, bool no_wait) {
  last_queue_ = name;
  if (!no_wait) send_queue_counts(last_queue_);
}

// queue.declare-ok of a queue that exists, if it still does.
void Channel::send_queue_counts(const std::string& name) {
  CatalogQueue* queue = lookup_queue(name);
  if (!queue) return;
  connection_.ask(queue->id, CountCall{}, [this, name, method = method_](QueueAnswer& answer) {
    method_ = method;
    if (answer.status == QueueStatus::kGone) {
      return fail(channel_error(ReplyCode::kNotFound, "no " + queue_text(name, vhost_name())));
    }
    connection_.send(
        number_, amqp::QueueDeclareOk{.queue = name,
                                      .message_count = static_cast<std::uint32_t>(answer.messages),
                                      .consumer_count = answer.consumers});
  });
}

void Channel::on(const amqp::QueueBind& method) {
  auto table = arguments(method.arguments);
  if (!table) return;
  auto name = queue_name(method.queue);
  if (!name) return;
  // Without queue and key both are those of the last declared queue (spec 1.7.2.4).
  const bool shortcut = method.queue.empty() && method.routing_key.empty();
  std::string key = shortcut ? *name : std::string(method.routing_key);
  bind({vhost_name(), std::string(method.exchange), DestinationKind::kQueue, std::move(*name),
        std::move(key), std::move(*table)},
       method.no_wait, true, [this] { connection_.send(number_, amqp::QueueBindOk{}); });
}

void Channel::on(const amqp::QueueUnbind& method) {
  auto table = arguments(method.arguments);
  if (!table) return;
  auto name = queue_name(method.queue);
  if (!name) return;
  bind({vhost_name(), std::string(method.exchange), DestinationKind::kQueue, std::move(*name),
        std::string(method.routing_key), std::move(*table)},
       false, false, [this] { connection_.send(number_, amqp::QueueUnbindOk{}); });
}

void Channel::on(const amqp::QueuePurge& purge) {
  auto name = queue_name(purge.queue);
  if (!name || !check_access(Access::kRead, "queue", *name)) return;
  CatalogQueue* queue = lookup_queue(*name);
  if (!queue) return;
  if (queue->settings->type == QueueType::kStream) {
    return fail(connection_error(
        ReplyCode::kNotImplemented,
        "queue.purge not supported by stream queues " + queue_text(*name, vhost_name())));
  }
  connection_.ask(queue->id, PurgeCall{}, [this, no_wait = purge.no_wait](QueueAnswer& answer) {
    if (no_wait) return;
    connection_.send(
        number_, amqp::QueuePurgeOk{.message_count = static_cast<std::uint32_t>(answer.messages)});
  });
}

void Channel::on(const amqp::QueueDelete& remove) {
  auto name = queue_name(remove.queue);
  if (!name || !check_access(Access::kConfigure, "queue", *name)) return;
  auto deleted = [this, no_wait = remove.no_wait](std::uint64_t messages) {
    if (no_wait) return;
    connection_.send(number_,
                     amqp::QueueDeleteOk{.message_count = static_cast<std::uint32_t>(messages)});
  };
  if (!vhost().find_queue(*name)) return deleted(0);
  CatalogQueue* queue = lookup_queue(*name);
  if (!queue) return;
  if (queue->settings->type == QueueType::kQuorum && (remove.if_unused || remove.if_empty)) {
    return fail(connection_error(ReplyCode::kNotImplemented,
                                 "cannot delete " + queue_text(*name, vhost_name()) +
                                     ". queue.delete operations with " +
                                     (remove.if_unused ? "if-unused" : "if-empty") +
                                     " flag set are not supported by quorum queues"));
  }
  connection_.ask(
      queue->id, DeleteCall{remove.if_unused, remove.if_empty},
      [this, name = *name, id = queue->id, deleted, method = method_](QueueAnswer& answer) {
        method_ = method;
        const std::string text = queue_text(name, vhost_name());
        if (answer.status == QueueStatus::kInUse) {
          return fail(channel_error(ReplyCode::kPreconditionFailed, text + " in use"));
        }
        if (answer.status == QueueStatus::kNotEmpty) {
          return fail(channel_error(ReplyCode::kPreconditionFailed, text + " not empty"));
        }
        if (answer.status == QueueStatus::kGone) return deleted(0);
        finish_delete(name, id, [deleted, messages = answer.messages] { deleted(messages); });
      });
}

// The queue is marked as going; takes it out of the topology.
void Channel::finish_delete(const std::string& name, QueueId id, std::function<void()> then) {
  connection_.ask_topology(DeleteQueue{vhost_name(), name, id}, nullptr,
                           [then = std::move(then)](TopologyAnswer&) { then(); });
}

}  // namespace coney
