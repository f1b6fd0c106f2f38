#include "broker/trace/firehose.h"

#include <optional>
#include <string>
#include <vector>

#include "amqp/properties.h"
#include "amqp/table.h"
#include "amqp/wire.h"
#include "broker/message/cc_header.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;

constexpr std::size_t kMaxKey = 255;
// Larger headers are left out, so that the copy's own stay in one frame.
constexpr std::size_t kMaxHeaders = 32 * 1024;

Value texts(std::span<const std::string_view> words) {
  amqp::Array array;
  for (std::string_view word : words) array.push_back(Value::text(word));
  return Value::array(std::move(array));
}

void add(Table& table, const char* key, const std::optional<std::string_view>& text) {
  if (text) table.append(key, Value::text(*text));
}

void add(Table& table, const char* key, const std::optional<std::uint8_t>& number) {
  if (number) table.append(key, Value::int32(*number));
}

void add_headers(Table& table, const std::optional<std::string_view>& encoded) {
  if (!encoded || encoded->size() > kMaxHeaders) return;
  if (auto headers = amqp::decode_table(*encoded)) {
    table.append("headers", Value::table(std::move(*headers)));
  }
}

amqp::PropertyList properties_of(const Message& message) {
  const auto list = amqp::PropertyList::decode(message.header().substr(amqp::kContentHeaderSize));
  return list ? *list : amqp::PropertyList{};
}

Value to_table(const amqp::PropertyList& list) {
  Table table;
  add(table, "content_type", list.content_type);
  add(table, "content_encoding", list.content_encoding);
  add_headers(table, list.headers);
  add(table, "delivery_mode", list.delivery_mode);
  add(table, "priority", list.priority);
  add(table, "correlation_id", list.correlation_id);
  add(table, "reply_to", list.reply_to);
  add(table, "expiration", list.expiration);
  add(table, "message_id", list.message_id);
  if (list.timestamp) table.append("timestamp", Value::timestamp(*list.timestamp));
  add(table, "type", list.type);
  add(table, "user_id", list.user_id);
  add(table, "app_id", list.app_id);
  add(table, "cluster_id", list.cluster_id);
  return Value::table(std::move(table));
}

Table describe(const Message& message, const amqp::PropertyList& properties,
               const TracePlace& place, std::span<const std::string_view> routing_keys) {
  Table headers;
  headers.append("exchange_name", Value::text(message.exchange()));
  headers.append("routing_keys", texts(routing_keys));
  headers.append("properties", to_table(properties));
  headers.append("node", Value::text(place.node));
  headers.append("vhost", Value::text(place.vhost));
  headers.append("connection", Value::text(place.connection));
  headers.append("channel", Value::int32(place.channel));
  headers.append("user", Value::text(place.user));
  return headers;
}

// Names take up to 255 bytes, too: what is too long is cut between two characters.
std::string key_of(std::string_view kind, std::string_view name) {
  std::string key(kind);
  key.append(name);
  if (key.size() <= kMaxKey) return key;
  std::size_t end = kMaxKey;
  while ((static_cast<unsigned char>(key[end]) & 0xC0) == 0x80) --end;
  key.resize(end);
  return key;
}

MessageRef copy_of(const Message& message, const std::string& key, Table headers) {
  headers.canonicalize();
  std::string encoded, header;
  amqp::encode_table(encoded, headers);
  amqp::encode_content_header(header, message.body().size(),
                              {.headers = std::string_view(encoded).substr(4)});
  MessageBuilder builder(kTraceExchange, key, header, message.body().size(), false);
  if (!message.body().empty()) builder.append(message.body());
  return builder.finish();
}

}  // namespace

MessageRef trace_publish(const Message& message, const TracePlace& place,
                         std::span<const std::string_view> routing_keys,
                         std::span<const std::string_view> routed_queues) {
  Table headers = describe(message, properties_of(message), place, routing_keys);
  headers.append("routed_queues", texts(routed_queues));
  return copy_of(message, key_of("publish.", message.exchange()), std::move(headers));
}

MessageRef trace_delivery(const Message& message, const TracePlace& place, std::string_view queue,
                          bool redelivered) {
  const amqp::PropertyList properties = properties_of(message);
  std::vector<std::string_view> keys{message.routing_key()};
  if (properties.headers) {
    if (const auto copies = read_carbon_copies(*properties.headers)) {
      keys.insert(keys.end(), copies->routing_keys.begin(), copies->routing_keys.end());
    }
  }
  Table headers = describe(message, properties, place, keys);
  headers.append("redelivered", Value::int32(redelivered ? 1 : 0));
  return copy_of(message, key_of("deliver.", queue), std::move(headers));
}

}  // namespace coney
