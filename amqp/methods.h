#pragma once
// Every method of AMQP 0-9-1 and of RabbitMQ's extensions to it (exchange.bind, basic.nack,
// confirm.*, connection.blocked, connection.update-secret, ...), one plain struct each with the
// fields of the spec under the spec's names. tests/unit/amqp holds this table against the spec XML.

#include <cstdint>
#include <string_view>
#include <tuple>

#include "amqp/field.h"

namespace amqp {

// ---- connection (10) ----

struct ConnectionStart {
  static constexpr MethodInfo kMethod{{10, 10}, "connection.start"};
  std::uint8_t version_major = 0;
  std::uint8_t version_minor = 0;
  std::string_view server_properties;
  std::string_view mechanisms;
  std::string_view locales;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kOctet>("version-major", &ConnectionStart::version_major),
                 field<FieldKind::kOctet>("version-minor", &ConnectionStart::version_minor),
                 field<FieldKind::kTable>("server-properties", &ConnectionStart::server_properties),
                 field<FieldKind::kLongString>("mechanisms", &ConnectionStart::mechanisms),
                 field<FieldKind::kLongString>("locales", &ConnectionStart::locales)};
};

struct ConnectionStartOk {
  static constexpr MethodInfo kMethod{{10, 11}, "connection.start-ok"};
  std::string_view client_properties;
  std::string_view mechanism;
  std::string_view response;
  std::string_view locale;
  static constexpr auto kFields = std::tuple{
      field<FieldKind::kTable>("client-properties", &ConnectionStartOk::client_properties),
      field<FieldKind::kShortString>("mechanism", &ConnectionStartOk::mechanism),
      field<FieldKind::kLongString>("response", &ConnectionStartOk::response),
      field<FieldKind::kShortString>("locale", &ConnectionStartOk::locale)};
};

struct ConnectionSecure {
  static constexpr MethodInfo kMethod{{10, 20}, "connection.secure"};
  std::string_view challenge;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kLongString>("challenge", &ConnectionSecure::challenge)};
};

struct ConnectionSecureOk {
  static constexpr MethodInfo kMethod{{10, 21}, "connection.secure-ok"};
  std::string_view response;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kLongString>("response", &ConnectionSecureOk::response)};
};

struct ConnectionTune {
  static constexpr MethodInfo kMethod{{10, 30}, "connection.tune"};
  std::uint16_t channel_max = 0;
  std::uint32_t frame_max = 0;
  std::uint16_t heartbeat = 0;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("channel-max", &ConnectionTune::channel_max),
                 field<FieldKind::kLong>("frame-max", &ConnectionTune::frame_max),
                 field<FieldKind::kShort>("heartbeat", &ConnectionTune::heartbeat)};
};

struct ConnectionTuneOk {
  static constexpr MethodInfo kMethod{{10, 31}, "connection.tune-ok"};
  std::uint16_t channel_max = 0;
  std::uint32_t frame_max = 0;
  std::uint16_t heartbeat = 0;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("channel-max", &ConnectionTuneOk::channel_max),
                 field<FieldKind::kLong>("frame-max", &ConnectionTuneOk::frame_max),
                 field<FieldKind::kShort>("heartbeat", &ConnectionTuneOk::heartbeat)};
};

struct ConnectionOpen {
  static constexpr MethodInfo kMethod{{10, 40}, "connection.open"};
  std::string_view virtual_host;
  std::string_view reserved_1;
  bool reserved_2 = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShortString>("virtual-host", &ConnectionOpen::virtual_host),
                 field<FieldKind::kShortString>("reserved-1", &ConnectionOpen::reserved_1),
                 field<FieldKind::kBit>("reserved-2", &ConnectionOpen::reserved_2)};
};

struct ConnectionOpenOk {
  static constexpr MethodInfo kMethod{{10, 41}, "connection.open-ok"};
  std::string_view reserved_1;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShortString>("reserved-1", &ConnectionOpenOk::reserved_1)};
};

struct ConnectionClose {
  static constexpr MethodInfo kMethod{{10, 50}, "connection.close"};
  std::uint16_t reply_code = 0;
  std::string_view reply_text;
  std::uint16_t class_id = 0;
  std::uint16_t method_id = 0;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reply-code", &ConnectionClose::reply_code),
                 field<FieldKind::kShortString>("reply-text", &ConnectionClose::reply_text),
                 field<FieldKind::kShort>("class-id", &ConnectionClose::class_id),
                 field<FieldKind::kShort>("method-id", &ConnectionClose::method_id)};
};

struct ConnectionCloseOk {
  static constexpr MethodInfo kMethod{{10, 51}, "connection.close-ok"};
  static constexpr auto kFields = std::tuple{};
};

struct ConnectionBlocked {
  static constexpr MethodInfo kMethod{{10, 60}, "connection.blocked"};
  std::string_view reason;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShortString>("reason", &ConnectionBlocked::reason)};
};

struct ConnectionUnblocked {
  static constexpr MethodInfo kMethod{{10, 61}, "connection.unblocked"};
  static constexpr auto kFields = std::tuple{};
};

struct ConnectionUpdateSecret {
  static constexpr MethodInfo kMethod{{10, 70}, "connection.update-secret"};
  std::string_view new_secret;
  std::string_view reason;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kLongString>("new-secret", &ConnectionUpdateSecret::new_secret),
                 field<FieldKind::kShortString>("reason", &ConnectionUpdateSecret::reason)};
};

struct ConnectionUpdateSecretOk {
  static constexpr MethodInfo kMethod{{10, 71}, "connection.update-secret-ok"};
  static constexpr auto kFields = std::tuple{};
};

// ---- channel (20) ----

struct ChannelOpen {
  static constexpr MethodInfo kMethod{{20, 10}, "channel.open"};
  std::string_view reserved_1;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShortString>("reserved-1", &ChannelOpen::reserved_1)};
};

struct ChannelOpenOk {
  static constexpr MethodInfo kMethod{{20, 11}, "channel.open-ok"};
  std::string_view reserved_1;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kLongString>("reserved-1", &ChannelOpenOk::reserved_1)};
};

struct ChannelFlow {
  static constexpr MethodInfo kMethod{{20, 20}, "channel.flow"};
  bool active = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kBit>("active", &ChannelFlow::active)};
};

struct ChannelFlowOk {
  static constexpr MethodInfo kMethod{{20, 21}, "channel.flow-ok"};
  bool active = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kBit>("active", &ChannelFlowOk::active)};
};

struct ChannelClose {
  static constexpr MethodInfo kMethod{{20, 40}, "channel.close"};
  std::uint16_t reply_code = 0;
  std::string_view reply_text;
  std::uint16_t class_id = 0;
  std::uint16_t method_id = 0;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reply-code", &ChannelClose::reply_code),
                 field<FieldKind::kShortString>("reply-text", &ChannelClose::reply_text),
                 field<FieldKind::kShort>("class-id", &ChannelClose::class_id),
                 field<FieldKind::kShort>("method-id", &ChannelClose::method_id)};
};

struct ChannelCloseOk {
  static constexpr MethodInfo kMethod{{20, 41}, "channel.close-ok"};
  static constexpr auto kFields = std::tuple{};
};

// ---- access (30) ----

struct AccessRequest {
  static constexpr MethodInfo kMethod{{30, 10}, "access.request"};
  std::string_view realm;
  bool exclusive = false;
  bool passive = false;
  bool active = false;
  bool write = false;
  bool read = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShortString>("realm", &AccessRequest::realm),
                 field<FieldKind::kBit>("exclusive", &AccessRequest::exclusive),
                 field<FieldKind::kBit>("passive", &AccessRequest::passive),
                 field<FieldKind::kBit>("active", &AccessRequest::active),
                 field<FieldKind::kBit>("write", &AccessRequest::write),
                 field<FieldKind::kBit>("read", &AccessRequest::read)};
};

struct AccessRequestOk {
  static constexpr MethodInfo kMethod{{30, 11}, "access.request-ok"};
  std::uint16_t reserved_1 = 0;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reserved-1", &AccessRequestOk::reserved_1)};
};

// ---- exchange (40) ----

struct ExchangeDeclare {
  static constexpr MethodInfo kMethod{{40, 10}, "exchange.declare"};
  std::uint16_t reserved_1 = 0;
  std::string_view exchange;
  std::string_view type;
  bool passive = false;
  bool durable = false;
  bool auto_delete = false;
  bool internal = false;
  bool no_wait = false;
  std::string_view arguments;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reserved-1", &ExchangeDeclare::reserved_1),
                 field<FieldKind::kShortString>("exchange", &ExchangeDeclare::exchange),
                 field<FieldKind::kShortString>("type", &ExchangeDeclare::type),
                 field<FieldKind::kBit>("passive", &ExchangeDeclare::passive),
                 field<FieldKind::kBit>("durable", &ExchangeDeclare::durable),
                 field<FieldKind::kBit>("auto-delete", &ExchangeDeclare::auto_delete),
                 field<FieldKind::kBit>("internal", &ExchangeDeclare::internal),
                 field<FieldKind::kBit>("no-wait", &ExchangeDeclare::no_wait),
                 field<FieldKind::kTable>("arguments", &ExchangeDeclare::arguments)};
};

struct ExchangeDeclareOk {
  static constexpr MethodInfo kMethod{{40, 11}, "exchange.declare-ok"};
  static constexpr auto kFields = std::tuple{};
};

struct ExchangeDelete {
  static constexpr MethodInfo kMethod{{40, 20}, "exchange.delete"};
  std::uint16_t reserved_1 = 0;
  std::string_view exchange;
  bool if_unused = false;
  bool no_wait = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reserved-1", &ExchangeDelete::reserved_1),
                 field<FieldKind::kShortString>("exchange", &ExchangeDelete::exchange),
                 field<FieldKind::kBit>("if-unused", &ExchangeDelete::if_unused),
                 field<FieldKind::kBit>("no-wait", &ExchangeDelete::no_wait)};
};

struct ExchangeDeleteOk {
  static constexpr MethodInfo kMethod{{40, 21}, "exchange.delete-ok"};
  static constexpr auto kFields = std::tuple{};
};

struct ExchangeBind {
  static constexpr MethodInfo kMethod{{40, 30}, "exchange.bind"};
  std::uint16_t reserved_1 = 0;
  std::string_view destination;
  std::string_view source;
  std::string_view routing_key;
  bool no_wait = false;
  std::string_view arguments;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reserved-1", &ExchangeBind::reserved_1),
                 field<FieldKind::kShortString>("destination", &ExchangeBind::destination),
                 field<FieldKind::kShortString>("source", &ExchangeBind::source),
                 field<FieldKind::kShortString>("routing-key", &ExchangeBind::routing_key),
                 field<FieldKind::kBit>("no-wait", &ExchangeBind::no_wait),
                 field<FieldKind::kTable>("arguments", &ExchangeBind::arguments)};
};

struct ExchangeBindOk {
  static constexpr MethodInfo kMethod{{40, 31}, "exchange.bind-ok"};
  static constexpr auto kFields = std::tuple{};
};

struct ExchangeUnbind {
  static constexpr MethodInfo kMethod{{40, 40}, "exchange.unbind"};
  std::uint16_t reserved_1 = 0;
  std::string_view destination;
  std::string_view source;
  std::string_view routing_key;
  bool no_wait = false;
  std::string_view arguments;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reserved-1", &ExchangeUnbind::reserved_1),
                 field<FieldKind::kShortString>("destination", &ExchangeUnbind::destination),
                 field<FieldKind::kShortString>("source", &ExchangeUnbind::source),
                 field<FieldKind::kShortString>("routing-key", &ExchangeUnbind::routing_key),
                 field<FieldKind::kBit>("no-wait", &ExchangeUnbind::no_wait),
                 field<FieldKind::kTable>("arguments", &ExchangeUnbind::arguments)};
};

struct ExchangeUnbindOk {
  static constexpr MethodInfo kMethod{{40, 51}, "exchange.unbind-ok"};
  static constexpr auto kFields = std::tuple{};
};

// ---- queue (50) ----

struct QueueDeclare {
  static constexpr MethodInfo kMethod{{50, 10}, "queue.declare"};
  std::uint16_t reserved_1 = 0;
  std::string_view queue;
  bool passive = false;
  bool durable = false;
  bool exclusive = false;
  bool auto_delete = false;
  bool no_wait = false;
  std::string_view arguments;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reserved-1", &QueueDeclare::reserved_1),
                 field<FieldKind::kShortString>("queue", &QueueDeclare::queue),
                 field<FieldKind::kBit>("passive", &QueueDeclare::passive),
                 field<FieldKind::kBit>("durable", &QueueDeclare::durable),
                 field<FieldKind::kBit>("exclusive", &QueueDeclare::exclusive),
                 field<FieldKind::kBit>("auto-delete", &QueueDeclare::auto_delete),
                 field<FieldKind::kBit>("no-wait", &QueueDeclare::no_wait),
                 field<FieldKind::kTable>("arguments", &QueueDeclare::arguments)};
};

struct QueueDeclareOk {
  static constexpr MethodInfo kMethod{{50, 11}, "queue.declare-ok"};
  std::string_view queue;
  std::uint32_t message_count = 0;
  std::uint32_t consumer_count = 0;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShortString>("queue", &QueueDeclareOk::queue),
                 field<FieldKind::kLong>("message-count", &QueueDeclareOk::message_count),
                 field<FieldKind::kLong>("consumer-count", &QueueDeclareOk::consumer_count)};
};

struct QueueBind {
  static constexpr MethodInfo kMethod{{50, 20}, "queue.bind"};
  std::uint16_t reserved_1 = 0;
  std::string_view queue;
  std::string_view exchange;
  std::string_view routing_key;
  bool no_wait = false;
  std::string_view arguments;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reserved-1", &QueueBind::reserved_1),
                 field<FieldKind::kShortString>("queue", &QueueBind::queue),
                 field<FieldKind::kShortString>("exchange", &QueueBind::exchange),
                 field<FieldKind::kShortString>("routing-key", &QueueBind::routing_key),
                 field<FieldKind::kBit>("no-wait", &QueueBind::no_wait),
                 field<FieldKind::kTable>("arguments", &QueueBind::arguments)};
};

struct QueueBindOk {
  static constexpr MethodInfo kMethod{{50, 21}, "queue.bind-ok"};
  static constexpr auto kFields = std::tuple{};
};

struct QueueUnbind {
  static constexpr MethodInfo kMethod{{50, 50}, "queue.unbind"};
  std::uint16_t reserved_1 = 0;
  std::string_view queue;
  std::string_view exchange;
  std::string_view routing_key;
  std::string_view arguments;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reserved-1", &QueueUnbind::reserved_1),
                 field<FieldKind::kShortString>("queue", &QueueUnbind::queue),
                 field<FieldKind::kShortString>("exchange", &QueueUnbind::exchange),
                 field<FieldKind::kShortString>("routing-key", &QueueUnbind::routing_key),
                 field<FieldKind::kTable>("arguments", &QueueUnbind::arguments)};
};

struct QueueUnbindOk {
  static constexpr MethodInfo kMethod{{50, 51}, "queue.unbind-ok"};
  static constexpr auto kFields = std::tuple{};
};

struct QueuePurge {
  static constexpr MethodInfo kMethod{{50, 30}, "queue.purge"};
  std::uint16_t reserved_1 = 0;
  std::string_view queue;
  bool no_wait = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reserved-1", &QueuePurge::reserved_1),
                 field<FieldKind::kShortString>("queue", &QueuePurge::queue),
                 field<FieldKind::kBit>("no-wait", &QueuePurge::no_wait)};
};

struct QueuePurgeOk {
  static constexpr MethodInfo kMethod{{50, 31}, "queue.purge-ok"};
  std::uint32_t message_count = 0;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kLong>("message-count", &QueuePurgeOk::message_count)};
};

struct QueueDelete {
  static constexpr MethodInfo kMethod{{50, 40}, "queue.delete"};
  std::uint16_t reserved_1 = 0;
  std::string_view queue;
  bool if_unused = false;
  bool if_empty = false;
  bool no_wait = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reserved-1", &QueueDelete::reserved_1),
                 field<FieldKind::kShortString>("queue", &QueueDelete::queue),
                 field<FieldKind::kBit>("if-unused", &QueueDelete::if_unused),
                 field<FieldKind::kBit>("if-empty", &QueueDelete::if_empty),
                 field<FieldKind::kBit>("no-wait", &QueueDelete::no_wait)};
};

struct QueueDeleteOk {
  static constexpr MethodInfo kMethod{{50, 41}, "queue.delete-ok"};
  std::uint32_t message_count = 0;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kLong>("message-count", &QueueDeleteOk::message_count)};
};

// ---- basic (60) ----

struct BasicQos {
  static constexpr MethodInfo kMethod{{60, 10}, "basic.qos"};
  std::uint32_t prefetch_size = 0;
  std::uint16_t prefetch_count = 0;
  bool global = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kLong>("prefetch-size", &BasicQos::prefetch_size),
                 field<FieldKind::kShort>("prefetch-count", &BasicQos::prefetch_count),
                 field<FieldKind::kBit>("global", &BasicQos::global)};
};

struct BasicQosOk {
  static constexpr MethodInfo kMethod{{60, 11}, "basic.qos-ok"};
  static constexpr auto kFields = std::tuple{};
};

struct BasicConsume {
  static constexpr MethodInfo kMethod{{60, 20}, "basic.consume"};
  std::uint16_t reserved_1 = 0;
  std::string_view queue;
  std::string_view consumer_tag;
  bool no_local = false;
  bool no_ack = false;
  bool exclusive = false;
  bool no_wait = false;
  std::string_view arguments;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reserved-1", &BasicConsume::reserved_1),
                 field<FieldKind::kShortString>("queue", &BasicConsume::queue),
                 field<FieldKind::kShortString>("consumer-tag", &BasicConsume::consumer_tag),
                 field<FieldKind::kBit>("no-local", &BasicConsume::no_local),
                 field<FieldKind::kBit>("no-ack", &BasicConsume::no_ack),
                 field<FieldKind::kBit>("exclusive", &BasicConsume::exclusive),
                 field<FieldKind::kBit>("no-wait", &BasicConsume::no_wait),
                 field<FieldKind::kTable>("arguments", &BasicConsume::arguments)};
};

struct BasicConsumeOk {
  static constexpr MethodInfo kMethod{{60, 21}, "basic.consume-ok"};
  std::string_view consumer_tag;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShortString>("consumer-tag", &BasicConsumeOk::consumer_tag)};
};

struct BasicCancel {
  static constexpr MethodInfo kMethod{{60, 30}, "basic.cancel"};
  std::string_view consumer_tag;
  bool no_wait = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShortString>("consumer-tag", &BasicCancel::consumer_tag),
                 field<FieldKind::kBit>("no-wait", &BasicCancel::no_wait)};
};

struct BasicCancelOk {
  static constexpr MethodInfo kMethod{{60, 31}, "basic.cancel-ok"};
  std::string_view consumer_tag;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShortString>("consumer-tag", &BasicCancelOk::consumer_tag)};
};

struct BasicPublish {
  static constexpr MethodInfo kMethod{{60, 40}, "basic.publish", true};
  std::uint16_t reserved_1 = 0;
  std::string_view exchange;
  std::string_view routing_key;
  bool mandatory = false;
  bool immediate = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reserved-1", &BasicPublish::reserved_1),
                 field<FieldKind::kShortString>("exchange", &BasicPublish::exchange),
                 field<FieldKind::kShortString>("routing-key", &BasicPublish::routing_key),
                 field<FieldKind::kBit>("mandatory", &BasicPublish::mandatory),
                 field<FieldKind::kBit>("immediate", &BasicPublish::immediate)};
};

struct BasicReturn {
  static constexpr MethodInfo kMethod{{60, 50}, "basic.return", true};
  std::uint16_t reply_code = 0;
  std::string_view reply_text;
  std::string_view exchange;
  std::string_view routing_key;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reply-code", &BasicReturn::reply_code),
                 field<FieldKind::kShortString>("reply-text", &BasicReturn::reply_text),
                 field<FieldKind::kShortString>("exchange", &BasicReturn::exchange),
                 field<FieldKind::kShortString>("routing-key", &BasicReturn::routing_key)};
};

struct BasicDeliver {
  static constexpr MethodInfo kMethod{{60, 60}, "basic.deliver", true};
  std::string_view consumer_tag;
  std::uint64_t delivery_tag = 0;
  bool redelivered = false;
  std::string_view exchange;
  std::string_view routing_key;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShortString>("consumer-tag", &BasicDeliver::consumer_tag),
                 field<FieldKind::kLongLong>("delivery-tag", &BasicDeliver::delivery_tag),
                 field<FieldKind::kBit>("redelivered", &BasicDeliver::redelivered),
                 field<FieldKind::kShortString>("exchange", &BasicDeliver::exchange),
                 field<FieldKind::kShortString>("routing-key", &BasicDeliver::routing_key)};
};

struct BasicGet {
  static constexpr MethodInfo kMethod{{60, 70}, "basic.get"};
  std::uint16_t reserved_1 = 0;
  std::string_view queue;
  bool no_ack = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShort>("reserved-1", &BasicGet::reserved_1),
                 field<FieldKind::kShortString>("queue", &BasicGet::queue),
                 field<FieldKind::kBit>("no-ack", &BasicGet::no_ack)};
};

struct BasicGetOk {
  static constexpr MethodInfo kMethod{{60, 71}, "basic.get-ok", true};
  std::uint64_t delivery_tag = 0;
  bool redelivered = false;
  std::string_view exchange;
  std::string_view routing_key;
  std::uint32_t message_count = 0;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kLongLong>("delivery-tag", &BasicGetOk::delivery_tag),
                 field<FieldKind::kBit>("redelivered", &BasicGetOk::redelivered),
                 field<FieldKind::kShortString>("exchange", &BasicGetOk::exchange),
                 field<FieldKind::kShortString>("routing-key", &BasicGetOk::routing_key),
                 field<FieldKind::kLong>("message-count", &BasicGetOk::message_count)};
};

struct BasicGetEmpty {
  static constexpr MethodInfo kMethod{{60, 72}, "basic.get-empty"};
  std::string_view reserved_1;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kShortString>("reserved-1", &BasicGetEmpty::reserved_1)};
};

struct BasicAck {
  static constexpr MethodInfo kMethod{{60, 80}, "basic.ack"};
  std::uint64_t delivery_tag = 0;
  bool multiple = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kLongLong>("delivery-tag", &BasicAck::delivery_tag),
                 field<FieldKind::kBit>("multiple", &BasicAck::multiple)};
};

struct BasicReject {
  static constexpr MethodInfo kMethod{{60, 90}, "basic.reject"};
  std::uint64_t delivery_tag = 0;
  bool requeue = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kLongLong>("delivery-tag", &BasicReject::delivery_tag),
                 field<FieldKind::kBit>("requeue", &BasicReject::requeue)};
};

struct BasicRecoverAsync {
  static constexpr MethodInfo kMethod{{60, 100}, "basic.recover-async"};
  bool requeue = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kBit>("requeue", &BasicRecoverAsync::requeue)};
};

struct BasicRecover {
  static constexpr MethodInfo kMethod{{60, 110}, "basic.recover"};
  bool requeue = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kBit>("requeue", &BasicRecover::requeue)};
};

struct BasicRecoverOk {
  static constexpr MethodInfo kMethod{{60, 111}, "basic.recover-ok"};
  static constexpr auto kFields = std::tuple{};
};

struct BasicNack {
  static constexpr MethodInfo kMethod{{60, 120}, "basic.nack"};
  std::uint64_t delivery_tag = 0;
  bool multiple = false;
  bool requeue = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kLongLong>("delivery-tag", &BasicNack::delivery_tag),
                 field<FieldKind::kBit>("multiple", &BasicNack::multiple),
                 field<FieldKind::kBit>("requeue", &BasicNack::requeue)};
};

// ---- tx (90) ----

struct TxSelect {
  static constexpr MethodInfo kMethod{{90, 10}, "tx.select"};
  static constexpr auto kFields = std::tuple{};
};

struct TxSelectOk {
  static constexpr MethodInfo kMethod{{90, 11}, "tx.select-ok"};
  static constexpr auto kFields = std::tuple{};
};

struct TxCommit {
  static constexpr MethodInfo kMethod{{90, 20}, "tx.commit"};
  static constexpr auto kFields = std::tuple{};
};

struct TxCommitOk {
  static constexpr MethodInfo kMethod{{90, 21}, "tx.commit-ok"};
  static constexpr auto kFields = std::tuple{};
};

struct TxRollback {
  static constexpr MethodInfo kMethod{{90, 30}, "tx.rollback"};
  static constexpr auto kFields = std::tuple{};
};

struct TxRollbackOk {
  static constexpr MethodInfo kMethod{{90, 31}, "tx.rollback-ok"};
  static constexpr auto kFields = std::tuple{};
};

// ---- confirm (85) ----

struct ConfirmSelect {
  static constexpr MethodInfo kMethod{{85, 10}, "confirm.select"};
  bool nowait = false;
  static constexpr auto kFields =
      std::tuple{field<FieldKind::kBit>("nowait", &ConfirmSelect::nowait)};
};

struct ConfirmSelectOk {
  static constexpr MethodInfo kMethod{{85, 11}, "confirm.select-ok"};
  static constexpr auto kFields = std::tuple{};
};
// The table of all methods: calls `visit.template operator()<Method>()` for each.
template <typename Visitor>
constexpr void for_each_method(Visitor&& visit) {
  visit.template operator()<ConnectionStart>();
  visit.template operator()<ConnectionStartOk>();
  visit.template operator()<ConnectionSecure>();
  visit.template operator()<ConnectionSecureOk>();
  visit.template operator()<ConnectionTune>();
  visit.template operator()<ConnectionTuneOk>();
  visit.template operator()<ConnectionOpen>();
  visit.template operator()<ConnectionOpenOk>();
  visit.template operator()<ConnectionClose>();
  visit.template operator()<ConnectionCloseOk>();
  visit.template operator()<ConnectionBlocked>();
  visit.template operator()<ConnectionUnblocked>();
  visit.template operator()<ConnectionUpdateSecret>();
  visit.template operator()<ConnectionUpdateSecretOk>();
  visit.template operator()<ChannelOpen>();
  visit.template operator()<ChannelOpenOk>();
  visit.template operator()<ChannelFlow>();
  visit.template operator()<ChannelFlowOk>();
  visit.template operator()<ChannelClose>();
  visit.template operator()<ChannelCloseOk>();
  visit.template operator()<AccessRequest>();
  visit.template operator()<AccessRequestOk>();
  visit.template operator()<ExchangeDeclare>();
  visit.template operator()<ExchangeDeclareOk>();
  visit.template operator()<ExchangeDelete>();
  visit.template operator()<ExchangeDeleteOk>();
  visit.template operator()<ExchangeBind>();
  visit.template operator()<ExchangeBindOk>();
  visit.template operator()<ExchangeUnbind>();
  visit.template operator()<ExchangeUnbindOk>();
  visit.template operator()<QueueDeclare>();
  visit.template operator()<QueueDeclareOk>();
  visit.template operator()<QueueBind>();
  visit.template operator()<QueueBindOk>();
  visit.template operator()<QueueUnbind>();
  visit.template operator()<QueueUnbindOk>();
  visit.template operator()<QueuePurge>();
  visit.template operator()<QueuePurgeOk>();
  visit.template operator()<QueueDelete>();
  visit.template operator()<QueueDeleteOk>();
  visit.template operator()<BasicQos>();
  visit.template operator()<BasicQosOk>();
  visit.template operator()<BasicConsume>();
  visit.template operator()<BasicConsumeOk>();
  visit.template operator()<BasicCancel>();
  visit.template operator()<BasicCancelOk>();
  visit.template operator()<BasicPublish>();
  visit.template operator()<BasicReturn>();
  visit.template operator()<BasicDeliver>();
  visit.template operator()<BasicGet>();
  visit.template operator()<BasicGetOk>();
  visit.template operator()<BasicGetEmpty>();
  visit.template operator()<BasicAck>();
  visit.template operator()<BasicReject>();
  visit.template operator()<BasicRecoverAsync>();
  visit.template operator()<BasicRecover>();
  visit.template operator()<BasicRecoverOk>();
  visit.template operator()<BasicNack>();
  visit.template operator()<TxSelect>();
  visit.template operator()<TxSelectOk>();
  visit.template operator()<TxCommit>();
  visit.template operator()<TxCommitOk>();
  visit.template operator()<TxRollback>();
  visit.template operator()<TxRollbackOk>();
  visit.template operator()<ConfirmSelect>();
  visit.template operator()<ConfirmSelectOk>();
}

// What is known of a method by its ids; nullptr for a method that does not exist.
const MethodInfo* find_method(MethodId id);

}  // namespace amqp
