#include <fmt/format.h>

#include "mgmt-ui/api/http/request.h"
#include "mgmt-ui/cli/command/waiting.h"
#include "mgmt-ui/cli/commands/commands.h"

// Messages of a queue to another one or to an exchange, request after request.

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr std::int64_t kAtOnce = 20'000;  // by one request

constexpr Option kOptions[] = {{"exchange"},
                               {"routing-key"},
                               {"count"},
                               {"key"},
                               {"header"},
                               {"property"},
                               {"body"},
                               {"regex", 0, Option::Kind::kFlag},
                               {"min-age"},
                               {"max-age"},
                               {"dry-run", 0, Option::Kind::kFlag}};

struct Filter {
  std::string_view option, parameter;
};
constexpr Filter kFilters[] = {{"key", "routing_key"},   {"header", "header"},
                               {"property", "property"}, {"body", "body"},
                               {"min-age", "min_age"},   {"max-age", "max_age"}};

std::string path_of(const Context& context) {
  std::string path = api_path({"coney", "queues", context.vhost(), context.argument(0), "move"});
  path += "?scan=100000";
  for (const Filter& each : kFilters) {
    const auto text = context.arguments.text(each.option);
    if (text) path += fmt::format("&{}={}", each.parameter, management::percent_encode(*text));
  }
  if (context.arguments.has("regex")) path += "&use_regex=true";
  return path;
}

json::object destination_of(const Context& context) {
  json::object body;
  if (context.count() == 2) body["destination_queue"] = context.argument(1);
  if (const auto exchange = context.arguments.text("exchange")) body["exchange"] = *exchange;
  if (const auto key = context.arguments.text("routing-key")) body["routing_key"] = *key;
  if (context.arguments.has("dry-run")) body["dry_run"] = true;
  return body;
}

constexpr const char* kCounts[] = {"matched",  "bytes",          "moved",  "unroutable",
                                   "rejected", "left_meanwhile", "scanned"};

std::int64_t number_in(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_int64() ? value->get_int64() : 0;
}

const char* reason_text(std::string_view stopped) {
  if (stopped == "rejected") return "the destination does not take more";
  if (stopped == "destination_gone") return "the destination is gone";
  if (stopped == "source_gone") return "the queue is gone";
  if (stopped == "alarm") return "the node blocks publishers: it is short of memory or disk";
  if (stopped == "in_use") return "its messages are being moved by somebody else, too";
  return "the destination may not be published to";
}

Outcome report(const Context& context, const json::object& total, std::string_view stopped) {
  const bool dry = context.arguments.has("dry-run");
  std::string text = fmt::format("{} {} of {} messages", dry ? "Would move" : "Moved",
                                 number_in(total, "moved"), number_in(total, "matched"));
  const auto add = [&](const char* count, std::string_view what) {
    if (number_in(total, count) != 0) text += fmt::format(", {} {}", number_in(total, count), what);
  };
  add("unroutable", "have no route and stay");
  add("rejected", "were not taken and stay");
  add("left_meanwhile", "had left the queue meanwhile");
  if (stopped.empty()) return Document{total, text};
  return Failure{ExitCode::kUnavailable, fmt::format("Error:\n{}: {}", reason_text(stopped), text),
                 total};
}

Outcome move_messages(Context& context) {
  std::int64_t left = to_integer(context.arguments.text_or("count", "")).value_or(INT64_MAX);
  json::object body = destination_of(context), total;
  for (const char* count : kCounts) total[count] = 0;
  std::string from;
  Waiting waiting(context.progress, "Moving messages", context.interactive);
  while (left > 0) {
    body["count"] = std::min(left, kAtOnce);
    std::string path = path_of(context);
    if (!from.empty()) path += "&from=" + management::percent_encode(from);
    auto moved = context.node.post(path, body);
    if (!moved) return moved.error();
    if (!moved->is_object()) return error(ExitCode::kDataError, "the node's answer is no object");
    const json::object& counts = moved->get_object();
    for (const char* count : kCounts) {
      total[count] = number_in(total, count) + number_in(counts, count);
    }
    left -= number_in(counts, "matched");
    const json::value* stopped = counts.if_contains("stopped");
    if (stopped && stopped->is_string()) {
      return report(context, total, std::string_view(stopped->get_string()));
    }
    const json::value* next = counts.if_contains("next");
    if (!next || !next->is_string()) break;
    from = std::string(next->get_string());
  }
  return report(context, total, {});
}

std::optional<std::string> check(const Arguments& arguments) {
  if (arguments.positional().size() == 2 ? arguments.has("exchange") : !arguments.has("exchange")) {
    return "name a queue or an --exchange to move the messages to";
  }
  const auto count = arguments.text("count");
  if (!count) return std::nullopt;
  const auto number = to_integer(*count);
  if (number && *number > 0) return std::nullopt;
  return "--count is a positive number";
}

std::string announce(const Context& context) {
  const std::string to = context.count() == 2
                             ? fmt::format("queue '{}'", context.argument(1))
                             : fmt::format("exchange '{}'", *context.arguments.text("exchange"));
  return fmt::format("Moving messages of queue '{}' in vhost '{}' to {} ...", context.argument(0),
                     context.vhost(), to);
}

constexpr Command kCommands[] = {
    {.name = "move_messages",
     .usage = "[--vhost <vhost>] <queue> <destination_queue> | --exchange <exchange> "
              "[--routing-key <key>] [--count <number>] [--key <routing key>] "
              "[--header <name[=value]>] [--property <name[=value]>] [--body <text>] [--regex] "
              "[--min-age <seconds>] [--max-age <seconds>] [--dry-run] [--timeout <timeout>]",
     .help = "Moves the messages of a queue, or those that match, to another queue or an exchange",
     .min_arguments = 1,
     .max_arguments = 2,
     .run = move_messages,
     .announce = announce,
     .options = kOptions,
     .check = check,
     .timeout = 600},
};

}  // namespace

std::span<const Command> move_commands() {
  return kCommands;
}

}  // namespace coney::cli
