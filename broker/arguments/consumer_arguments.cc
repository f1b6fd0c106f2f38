#include "broker/arguments/consumer_arguments.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "broker/arguments/erlang_term.h"
#include "broker/arguments/max_age.h"
#include "broker/arguments/resource_text.h"
#include "broker/arguments/value_check.h"

namespace coney {
namespace {

using amqp::Value;
using namespace queue_types;

Reason anything(const Value&) {
  return std::nullopt;
}

// A position by name, age, number or time. Other types pass here; RabbitMQ stumbles over them
// later (find_stream_fault).
Reason stream_offset(const Value& value) {
  const std::string* text = value.as_string();
  if (!text || *text == "first" || *text == "last" || *text == "next") return std::nullopt;
  if (parse_max_age(*text)) return std::nullopt;
  return "{invalid_stream_offset_arg," + erlang_typed_term(value) + "}";
}

struct Row {
  std::string_view key;
  std::uint8_t types;  // the queue types that know it; the others refuse it
  Reason (*check)(const Value&);
};

constexpr Row kRows[] = {
    {"x-priority", kClassic | kQuorum, check_integer},
    {"x-consumer-timeout", kClassic | kQuorum, check_non_negative},
    {"x-cancel-on-ha-failover", kEvery, check_bool},
    {"x-stream-offset", kStream, stream_offset},
    {"x-stream-filter", kStream, anything},
    {"x-stream-match-unfiltered", kStream, anything},
};

bool knows(const Row& row, QueueType type) {
  return (row.types >> static_cast<int>(type) & 1) != 0;
}

std::string invalid_argument(const ConsumeRequest& request, std::string_view key) {
  return "invalid arg '" + std::string(key) + "' for " + queue_text(request.queue, request.vhost);
}

std::optional<ArgumentFault> check_keys(const ConsumeRequest& request) {
  for (const auto& [key, value] : request.arguments) {
    for (const Row& row : kRows) {
      if (row.key != key || knows(row, request.queue_type)) continue;
      return precondition_failed(invalid_argument(request, key) + " of queue type " +
                                 std::string(queue_type_module(request.queue_type)));
    }
  }
  return std::nullopt;
}

std::optional<ArgumentFault> check_values(const ConsumeRequest& request) {
  for (const Row& row : kRows) {
    const Value* value = request.arguments.find(row.key);
    if (!value) continue;
    if (auto reason = row.check(*value)) {
      return precondition_failed(invalid_argument(request, row.key) + ": " + *reason);
    }
  }
  return std::nullopt;
}

std::optional<ArgumentFault> find_stream_fault(const ConsumeRequest& request) {
  std::string stream = "stream " + queue_text(request.queue, request.vhost);
  if (request.no_ack) {
    return not_implemented("automatic acknowledgement not supported by " + stream);
  }
  if (request.prefetch_count == 0) {
    return precondition_failed("consumer prefetch count is not set for " + stream);
  }
  const Value* offset = request.arguments.find("x-stream-offset");
  if (!offset || offset->as_string() || offset->is_integer() || offset->tag == 'T') {
    return std::nullopt;
  }
  return internal_error();
}

// A number that is negative means the beginning; a time has seconds.
StreamStart stream_start(const Value& offset, std::uint64_t now) {
  using Kind = StreamStart::Kind;
  if (const auto number = offset.as_integer(); number && offset.is_integer()) {
    return {Kind::kOffset, static_cast<std::uint64_t>(std::max<std::int64_t>(*number, 0))};
  }
  if (const auto* seconds = std::get_if<std::uint64_t>(&offset.data)) {
    return {Kind::kTime, *seconds > UINT64_MAX / 1000 ? UINT64_MAX : *seconds * 1000};
  }
  const std::string& text = *offset.as_string();
  if (text == "first") return {Kind::kFirst};
  if (text == "last") return {Kind::kLast};
  const auto age = parse_max_age(text);
  if (!age) return {Kind::kNext};
  const auto milliseconds = static_cast<std::uint64_t>(age->count());
  return {Kind::kTime, now > milliseconds ? now - milliseconds : 0};
}

// Texts; what is none is passed over.
StreamFilter stream_filter(const amqp::Table& arguments) {
  StreamFilter filter;
  if (const Value* value = arguments.find("x-stream-filter")) {
    if (const std::string* text = value->as_string()) filter.values.push_back(*text);
    if (const amqp::Array* array = value->as_array()) {
      for (const Value& each : *array) {
        if (const std::string* text = each.as_string()) filter.values.push_back(*text);
      }
    }
  }
  const Value* unfiltered = arguments.find("x-stream-match-unfiltered");
  filter.match_unfiltered = unfiltered && unfiltered->as_bool().value_or(false);
  return filter;
}

}  // namespace

boost::system::result<ConsumerArguments, ArgumentFault> check_consumer_arguments(
    const ConsumeRequest& request) {
  if (auto fault = check_keys(request)) return std::move(*fault);
  if (auto fault = check_values(request)) return std::move(*fault);
  if (request.queue_type == QueueType::kStream) {
    if (auto fault = find_stream_fault(request)) return std::move(*fault);
  }
  ConsumerArguments checked;
  if (request.queue_type == QueueType::kStream) {
    if (const Value* offset = request.arguments.find("x-stream-offset")) {
      checked.reading.start = stream_start(*offset, request.now);
    }
    checked.reading.filter = stream_filter(request.arguments);
  }
  if (const Value* value = request.arguments.find("x-priority")) {
    checked.priority = *value->as_integer();
  }
  if (const Value* value = request.arguments.find("x-consumer-timeout")) {
    checked.timeout = value->as_integer();
  }
  return checked;
}

}  // namespace coney
