#include "broker/arguments/equivalence.h"
#include "broker/arguments/exchange_arguments.h"
#include "broker/channel/channel.h"
#include "broker/channel/declared_name.h"
#include "broker/exchange/exchange_type.h"

// Class exchange: declare, delete, bind, unbind.

namespace coney {

void Channel::on(const amqp::ExchangeDeclare& declare) {
  auto table = arguments(declare.arguments);
  if (!table) return;
  ExchangeRecord record{vhost_name(),
                        without_line_ends(declare.exchange),
                        std::string(declare.type),
                        declare.durable,
                        declare.auto_delete,
                        declare.internal,
                        std::move(*table)};
  if (declare.passive) {
    if (connection_.put_off()) return;
    if (!is_not_default_exchange(record.name) ||
        !check_access(Access::kConfigure, "exchange", record.name) ||
        !lookup_exchange(record.name)) {
      return;
    }
    if (!declare.no_wait) connection_.send(number_, amqp::ExchangeDeclareOk{});
    return;
  }
  const ExchangeType* type = find_exchange_type(record.type);
  if (!type) return fail(unknown_exchange_type(record.type));
  if (!is_not_default_exchange(record.name) ||
      !check_access(Access::kConfigure, "exchange", record.name)) {
    return;
  }
  if (!connection_.joining_commands() && vhost().find_exchange(record.name)) {
    return declare_existing_exchange(record, declare.no_wait);
  }
  if (record.name.starts_with(kReservedPrefix)) {
    return fail(channel_error(ReplyCode::kAccessRefused, "exchange name '" + record.name +
                                                             "' contains reserved prefix 'amq.*'"));
  }
  if (auto fault = check_alternate_exchange(record.vhost, record.name, record.arguments)) {
    return fail(*fault);
  }
  if (const std::string* alternate = alternate_exchange(record.arguments)) {
    if (!check_access(Access::kRead, "exchange", record.name) ||
        !check_access(Access::kWrite, "exchange", *alternate)) {
      return;
    }
  }
  if (auto fault = check_exchange_declare(*type, record.arguments)) return fail(*fault);
  command(DeclareExchange{std::move(record)}, [this, no_wait = declare.no_wait](bool) {
    if (!no_wait) connection_.send(number_, amqp::ExchangeDeclareOk{});
  });
}

void Channel::declare_existing_exchange(const ExchangeRecord& record, bool no_wait) {
  Exchange* existing = lookup_exchange(record.name);
  if (!existing) return;
  if (auto fault = check_exchange_equivalence(*existing->record, record)) return fail(*fault);
  if (!no_wait) connection_.send(number_, amqp::ExchangeDeclareOk{});
}

void Channel::on(const amqp::ExchangeDelete& remove) {
  if (!is_not_default_exchange(remove.exchange)) return;
  if (remove.exchange.starts_with(kReservedPrefix)) {
    std::string text("deletion of system exchange '");
    text.append(remove.exchange)
        .append("' in vhost '")
        .append(vhost_name())
        .append("' not allowed");
    return fail(channel_error(ReplyCode::kAccessRefused, std::move(text)));
  }
  if (!check_access(Access::kConfigure, "exchange", remove.exchange)) return;
  command(DeleteExchange{vhost_name(), std::string(remove.exchange), remove.if_unused},
          [this, no_wait = remove.no_wait](bool) {
            if (!no_wait) connection_.send(number_, amqp::ExchangeDeleteOk{});
          });
}

void Channel::on(const amqp::ExchangeBind& method) {
  auto table = arguments(method.arguments);
  if (!table) return;
  bind({vhost_name(), std::string(method.source), DestinationKind::kExchange,
        std::string(method.destination), std::string(method.routing_key), std::move(*table)},
       method.no_wait, true, [this] { connection_.send(number_, amqp::ExchangeBindOk{}); });
}

void Channel::on(const amqp::ExchangeUnbind& method) {
  auto table = arguments(method.arguments);
  if (!table) return;
  bind({vhost_name(), std::string(method.source), DestinationKind::kExchange,
        std::string(method.destination), std::string(method.routing_key), std::move(*table)},
       method.no_wait, false, [this] { connection_.send(number_, amqp::ExchangeUnbindOk{}); });
}

// The four methods that make and remove bindings. What depends on source and destination is checked
// by the topology: either may have been declared by a command that is in flight.
void Channel::bind(BindingRecord binding, bool no_wait, bool is_bind,
                   std::function<void()> answer) {
  const bool to_queue = binding.destination_kind == DestinationKind::kQueue;
  if (!to_queue && !is_not_default_exchange(binding.destination)) return;
  if (!is_not_default_exchange(binding.source)) return;
  if (!check_access(Access::kWrite, to_queue ? "queue" : "exchange", binding.destination) ||
      !check_access(Access::kRead, "exchange", binding.source)) {
    return;
  }
  auto then = [no_wait, answer = std::move(answer)](bool) {
    if (!no_wait) answer();
  };
  if (is_bind) {
    command(Bind{std::move(binding), user(), connection_.id(), connection_.identity().client_id},
            std::move(then));
  } else {
    command(Unbind{std::move(binding), user(), connection_.identity().client_id}, std::move(then));
  }
}

}  // namespace coney
