#include "broker/dead_letter/death.h"

#include <algorithm>

#include "amqp/properties.h"
#include "broker/message/cc_header.h"

namespace coney {
namespace {

using amqp::Array;
using amqp::Table;
using amqp::Value;

constexpr std::string_view kDeaths = "x-death";

amqp::PropertyList properties_of(const Message& message) {
  if (message.header().size() < amqp::kContentHeaderSize) return {};
  auto list = amqp::PropertyList::decode(message.header().substr(amqp::kContentHeaderSize));
  return list ? *list : amqp::PropertyList{};
}

Table headers_of(const amqp::PropertyList& properties) {
  if (!properties.headers) return {};
  auto table = amqp::decode_table(*properties.headers);
  return table ? std::move(*table) : Table{};
}

std::string_view text_in(const Table& table, std::string_view key) {
  const Value* value = table.find(key);
  const std::string* text = value ? value->as_string() : nullptr;
  return text ? std::string_view(*text) : std::string_view{};
}

// The deaths in a header table; what is no table among them is left out.
Array deaths_in(const Table& headers) {
  const Value* value = headers.find(kDeaths);
  const Array* all = value ? value->as_array() : nullptr;
  Array deaths;
  if (!all) return deaths;
  std::copy_if(all->begin(), all->end(), std::back_inserter(deaths),
               [](const Value& one) { return one.as_table() != nullptr; });
  return deaths;
}

std::vector<std::string_view> keys_of(const Message& message,
                                      const amqp::PropertyList& properties) {
  std::vector<std::string_view> keys{message.routing_key()};
  if (!properties.headers) return keys;
  if (auto copies = read_carbon_copies(*properties.headers)) {
    keys.insert(keys.end(), copies->routing_keys.begin(), copies->routing_keys.end());
  }
  return keys;
}

Value new_death(const Message& message, const amqp::PropertyList& properties, const Death& death) {
  Table entry;
  if (properties.expiration) {
    entry.append("original-expiration", Value::text(*properties.expiration));
  }
  entry.append("count", Value::int64(1));
  entry.append("reason", Value::text(death_reason_name(death.reason)));
  entry.append("queue", Value::text(death.queue));
  entry.append("time", Value::timestamp(death.time));
  entry.append("exchange", Value::text(message.exchange()));
  Array keys;
  for (std::string_view key : keys_of(message, properties)) keys.push_back(Value::text(key));
  entry.append("routing-keys", Value::array(std::move(keys)));
  return Value::table(std::move(entry));
}

bool is_same_death(const Value& entry, const Death& death) {
  const Table& table = *entry.as_table();
  return text_in(table, "queue") == death.queue &&
         text_in(table, "reason") == death_reason_name(death.reason);
}

// In front: what the queue and reason had, counted once more, or a new entry.
void add_death(Array& deaths, const Message& message, const amqp::PropertyList& properties,
               const Death& death) {
  const auto at = std::find_if(deaths.begin(), deaths.end(), [&death](const Value& entry) {
    return is_same_death(entry, death);
  });
  if (at == deaths.end()) {
    deaths.insert(deaths.begin(), new_death(message, properties, death));
    return;
  }
  Table entry = *at->as_table();
  const Value* count = entry.find("count");
  const std::int64_t before = count ? count->as_integer().value_or(0) : 0;
  entry.set("count", Value::int64(before < INT64_MAX ? before + 1 : before));
  deaths.erase(at);
  deaths.insert(deaths.begin(), Value::table(std::move(entry)));
}

void name_death(Table& headers, std::string_view which, const Message& message,
                const Death& death) {
  const std::string prefix = "x-" + std::string(which) + "-death-";
  headers.set(prefix + "exchange", Value::text(message.exchange()));
  headers.set(prefix + "queue", Value::text(death.queue));
  headers.set(prefix + "reason", Value::text(death_reason_name(death.reason)));
}

}  // namespace

std::string_view death_reason_name(DeathReason reason) {
  switch (reason) {
    case DeathReason::kRejected:
      return "rejected";
    case DeathReason::kExpired:
      return "expired";
    case DeathReason::kMaxLength:
      return "maxlen";
    case DeathReason::kDeliveryLimit:
      return "delivery_limit";
  }
  return "";
}

MessageRef after_death(const Message& message, const Death& death) {
  amqp::PropertyList properties = properties_of(message);
  Table headers = headers_of(properties);
  const bool counts = message.has_died() || death.honours_publisher;
  Array deaths = counts ? deaths_in(headers) : Array{};
  const bool first = deaths.empty() || !headers.find("x-first-death-reason");
  add_death(deaths, message, properties, death);
  headers.set(kDeaths, Value::array(std::move(deaths)));
  if (first) name_death(headers, "first", message, death);
  name_death(headers, "last", message, death);
  headers.canonicalize();

  std::string encoded;
  amqp::encode_table(encoded, headers);
  properties.headers = std::string_view(encoded).substr(4);
  properties.expiration.reset();
  std::string header;
  amqp::encode_content_header(header, message.body().size(), properties);
  MessageBuilder builder(death.exchange, death.routing_key.value_or(message.routing_key()), header,
                         message.body().size(), message.persistent());
  builder.append(message.body());
  builder.mark_died();
  return builder.finish();
}

std::vector<std::string_view> routing_keys_after_death(const Message& dead, const Death& death) {
  if (death.routing_key) return {dead.routing_key()};
  return keys_of(dead, properties_of(dead));
}

std::vector<std::string> queues_that_end_cycle(const Message& dead) {
  std::vector<std::string> queues;
  for (const Value& entry : deaths_in(headers_of(properties_of(dead)))) {
    const Table& table = *entry.as_table();
    if (text_in(table, "reason") == "rejected") break;
    queues.emplace_back(text_in(table, "queue"));
  }
  return queues;
}

}  // namespace coney
