#include <fmt/format.h>

#include "mgmt-ui/api/http/request.h"
#include "mgmt-ui/cli/commands/commands.h"

// A look at one message of a queue, which stays where it is.

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kPage = 500;  // messages in one answer
constexpr std::size_t kPayload = 64;  // bytes that are shown

std::optional<std::string> check_position(const Arguments& arguments) {
  const auto position = to_integer(arguments.positional()[1]);
  if (position && *position > 0) return std::nullopt;
  return "position value must be a positive integer";
}

std::string path_of(const Context& context) {
  return api_path({"coney", "queues", context.vhost(), context.argument(0), "browse"});
}

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

json::object message_row(const json::object& message) {
  json::object row;
  const auto copy = [&](const char* from, const char* to) {
    if (const json::value* value = message.if_contains(from)) row[to] = *value;
  };
  copy("exchange", "exchange");
  copy("routing_key", "routing_keys");
  copy("payload", "payload (max 64 bytes)");
  copy("delivery_count", "header.x-delivery-count");
  const json::value* properties = message.if_contains("properties");
  if (!properties || !properties->is_object()) return row;
  for (const auto& [name, value] : properties->get_object()) {
    if (name != "headers") {
      row[name] = value;
    } else if (value.is_object()) {
      for (const auto& [header, content] : value.get_object()) {
        row["header." + std::string(header)] = content;
      }
    }
  }
  return row;
}

Table table_of(const json::object& row) {
  Table table{.columns = {"keys", "values"}, .rows = {}};
  table.framed = true;
  for (const auto& [name, value] : row) {
    table.rows.push_back({{"keys", name}, {"values", text_of(value)}});
  }
  return table;
}

// Page after page up to the position; each begins where the last has ended.
Outcome peek(Context& context) {
  auto left = static_cast<std::uint64_t>(*to_integer(context.argument(1)));
  std::string from;
  while (true) {
    const std::uint64_t page = std::min(left, kPage);
    std::string path =
        fmt::format("{}?state=ready&limit={}&truncate={}", path_of(context), page, kPayload);
    if (!from.empty()) path += "&from=" + management::percent_encode(from);
    auto found = context.node.find(path);
    if (!found) return found.error();
    if (!found->is_object()) {
      return Failure{ExitCode::kDataError, fmt::format("queue '{}' was not found in virtual host "
                                                       "'{}'",
                                                       context.argument(0), context.vhost())};
    }
    const json::value* messages = found->get_object().if_contains("messages");
    const json::value* next = found->get_object().if_contains("next");
    const std::size_t count = messages && messages->is_array() ? messages->get_array().size() : 0;
    if (count == left) return table_of(message_row(messages->get_array().back().as_object()));
    if (!next || !next->is_string()) break;
    left -= std::min<std::uint64_t>(count, left);
    from = std::string(next->get_string());
  }
  return error(ExitCode::kUnavailable,
               fmt::format("there was no message at position {}", context.argument(1)));
}

std::string announce_peek(const Context& context) {
  return fmt::format("Peeking at queue {} at position {} on node {} ...", context.argument(0),
                     context.argument(1), node_name(context));
}

constexpr Command kCommands[] = {
    {.name = "peek",
     .usage = "[--vhost <vhost>] <queue> <position> [--timeout <timeout>]",
     .help = "Shows the message at a position, 1 is the next to be delivered",
     .min_arguments = 2,
     .max_arguments = 2,
     .run = peek,
     .announce = announce_peek,
     .check = check_position},
};

}  // namespace

std::span<const Command> peek_commands() {
  return kCommands;
}

}  // namespace coney::cli
