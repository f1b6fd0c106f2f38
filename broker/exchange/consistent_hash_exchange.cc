#include "broker/exchange/consistent_hash_exchange.h"

#include <algorithm>

#include "broker/arguments/decimal_text.h"
#include "broker/arguments/erlang_term.h"
#include "broker/exchange/erlang_hash.h"
#include "broker/message/header_value.h"

namespace coney {
namespace {

// erlang:phash2(undefined): what RabbitMQ hashes where a message has no such header or property.
constexpr std::uint64_t kAbsent = 45914356;
constexpr std::uint64_t kMillisecondsPerSecond = 1000;  // RabbitMQ hashes the former

std::uint64_t hash_text(const std::optional<std::string_view>& text) {
  return text ? erlang_hash(*text) : kAbsent;
}

// Texts by their bytes and integers as they are, like RabbitMQ; of others the bytes on the wire.
std::uint64_t hash_header(std::string_view headers, std::string_view name) {
  const std::string_view encoded = amqp::find_encoded(headers, name);
  if (encoded.empty()) return kAbsent;
  amqp::Decoder number(encoded), bytes(encoded);
  const auto value = amqp::decode_value(number);
  if (value && value->is_integer()) return static_cast<std::uint64_t>(*value->as_integer());
  return erlang_hash(read_header_value(bytes).data);
}

std::uint64_t weight_of(std::string_view routing_key) {
  constexpr auto kMax = ConsistentHashExchange::kMaxWeight;
  const auto number = parse_decimal_text(routing_key);
  if (!number || number->negative) return 1;  // bindings that nobody checked
  const auto weight = static_cast<std::uint64_t>(number->value().value_or(INT64_MAX));
  return std::clamp<std::uint64_t>(weight, 1, kMax);
}

}  // namespace

std::optional<ArgumentFault> check_consistent_hash_declare(const amqp::Table& exchange_arguments) {
  const amqp::Value* header = exchange_arguments.find("hash-header");
  const amqp::Value* property = exchange_arguments.find("hash-property");
  if (header && !header->as_string()) return internal_error();
  if (property && !property->as_string()) return internal_error();
  if (header && property) {
    return precondition_failed("hash-header and hash-property are mutually exclusive");
  }
  if (!property) return std::nullopt;
  const std::string& name = *property->as_string();
  if (name == "correlation_id" || name == "message_id" || name == "timestamp") return std::nullopt;
  return precondition_failed("Unsupported property: " + name);
}

std::optional<ArgumentFault> check_consistent_hash_binding(const BindingCheck& binding) {
  auto weight = parse_decimal_text(binding.routing_key);
  if (!weight) {
    return precondition_failed("The binding key must be an integer: " +
                               erlang_binary(binding.routing_key));
  }
  if (weight->negative || weight->digits == "0") {
    return precondition_failed("The binding key must be greater than 0");
  }
  return std::nullopt;
}

std::unique_ptr<BindingIndex> ConsistentHashExchange::make(const amqp::Table& exchange_arguments) {
  return std::make_unique<ConsistentHashExchange>(exchange_arguments);
}

ConsistentHashExchange::ConsistentHashExchange(const amqp::Table& exchange_arguments) {
  const auto text = [&](std::string_view key) {
    const amqp::Value* value = exchange_arguments.find(key);
    return value ? value->as_string() : nullptr;
  };
  if (const std::string* header = text("hash-header")) {
    source_ = Source::kHeader;
    header_ = *header;
  } else if (const std::string* property = text("hash-property")) {
    source_ = *property == "correlation_id" ? Source::kCorrelationId
              : *property == "message_id"   ? Source::kMessageId
                                            : Source::kTimestamp;
  }
}

void ConsistentHashExchange::add(std::string_view routing_key, const amqp::Table&,
                                 DestinationIndex destination) {
  shares_.push_back({destination, weight_of(routing_key), 0});
  number_buckets(shares_.size() - 1);
}

// The latest of equal ones, so that the fewest keys move.
void ConsistentHashExchange::remove(std::string_view routing_key, const amqp::Table&,
                                    DestinationIndex destination) {
  const std::uint64_t weight = weight_of(routing_key);
  const auto found = std::find_if(shares_.rbegin(), shares_.rend(), [&](const Share& share) {
    return share.destination == destination && share.weight == weight;
  });
  if (found == shares_.rend()) return;
  const auto next = shares_.erase(std::next(found).base());
  number_buckets(static_cast<std::size_t>(next - shares_.begin()));
}

void ConsistentHashExchange::number_buckets(std::size_t from) {
  std::uint64_t end = from == 0 ? 0 : shares_[from - 1].end;
  for (std::size_t i = from; i < shares_.size(); ++i) {
    end += shares_[i].weight;
    shares_[i].end = end;
  }
}

void ConsistentHashExchange::match(std::string_view routing_key, std::string_view headers,
                                   std::vector<DestinationIndex>& out) const {
  route({.keys = {&routing_key, 1}, .headers = headers}, out);
}

void ConsistentHashExchange::route(const RoutedMessage& message,
                                   std::vector<DestinationIndex>& out) const {
  if (shares_.empty()) return;
  const std::uint64_t bucket = jump_hash(hash_key(message), shares_.back().end);
  out.push_back(std::ranges::upper_bound(shares_, bucket, {}, &Share::end)->destination);
}

std::uint64_t ConsistentHashExchange::hash_key(const RoutedMessage& message) const {
  static constexpr amqp::PropertyList kNone;
  const amqp::PropertyList& properties = message.properties ? *message.properties : kNone;
  switch (source_) {
    case Source::kRoutingKey:
      break;
    case Source::kHeader:
      return hash_header(message.headers, header_);
    case Source::kCorrelationId:
      return hash_text(properties.correlation_id);
    case Source::kMessageId:
      return hash_text(properties.message_id);
    case Source::kTimestamp:
      return properties.timestamp ? *properties.timestamp * kMillisecondsPerSecond : kAbsent;
  }
  return erlang_hash(message.keys.empty() ? std::string_view() : message.keys.front());
}

}  // namespace coney
