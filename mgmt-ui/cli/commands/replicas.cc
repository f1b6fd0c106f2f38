#include <fmt/format.h>

#include "mgmt-ui/cli/commands/commands.h"

// Who has a queue: of a quorum queue and of a stream the one node.

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr Option kTrackingOption[] = {{"tracking", 0, Option::Kind::kFlag}};

Failure no_such_queue(const Context& context) {
  return {ExitCode::kDataError, fmt::format("queue '{}' was not found in virtual host '{}'",
                                            context.argument(0), context.vhost())};
}

// Erlang's name of the module behind another type of queue.
Failure unsupported(std::string_view type) {
  const std::string_view module = type == "classic"  ? "rabbit_classic_queue"
                                  : type == "stream" ? "rabbit_stream_queue"
                                                     : "rabbit_quorum_queue";
  return error(ExitCode::kUnavailable, fmt::format("{{:unsupported, :{}}}", module));
}

// The node's row of the queue, which has to be of this type.
Result<json::object> find_queue(Context& context, std::string_view type) {
  auto found = context.node.find(api_path({"queues", context.vhost(), context.argument(0)}));
  if (!found) return found.error();
  if (!found->is_object()) return no_such_queue(context);
  json::object& queue = found->get_object();
  const json::value* its = queue.if_contains("type");
  const std::string name = its && its->is_string() ? std::string(its->get_string()) : "classic";
  if (name != type) return unsupported(name);
  return std::move(queue);
}

Outcome quorum_status(Context& context) {
  auto queue = find_queue(context, "quorum");
  if (!queue) return queue.error();
  auto members = context.node.list(
      api_path({"queues", "quorum", context.vhost(), context.argument(0), "status"}));
  if (!members) return members.error();
  Table table{
      .columns = {"Node Name", "Raft State", "Membership", "Last Log Index", "Last Written",
                  "Last Applied", "Commit Index", "Snapshot Index", "Term", "Machine Version"},
      .rows = std::move(*members)};
  table.framed = true;
  return table;
}

json::value value_of(const json::object& row, std::string_view name) {
  const json::value* value = row.if_contains(name);
  return value ? *value : json::value();
}

// What comes next is one behind the last.
json::value last_offset(const json::object& stream) {
  const json::value next = value_of(stream, "next_offset");
  if (!next.is_int64() && !next.is_uint64()) return nullptr;
  return next.to_number<std::int64_t>() - 1;
}

Outcome stream_status(Context& context) {
  auto stream = find_queue(context, "stream");
  if (!stream) return stream.error();
  Table table{.columns = {"role", "node", "epoch", "offset", "committed_offset",
                          "committed_chunk_id", "first_offset", "readers", "segments"},
              .rows = {}};
  table.framed = true;
  if (context.arguments.has("tracking")) {  // of clients of the stream protocol, which is not there
    table.columns = {"reference", "type", "value"};
    return table;
  }
  json::object row{{"role", "writer"},
                   {"node", node_name(context)},
                   {"epoch", 1},
                   {"offset", last_offset(*stream)},
                   {"committed_offset", last_offset(*stream)},
                   {"committed_chunk_id", nullptr},
                   {"first_offset", value_of(*stream, "first_offset")},
                   {"readers", value_of(*stream, "consumers")},
                   {"segments", value_of(*stream, "segments")}};
  table.rows.push_back(std::move(row));
  return table;
}

std::string announce_quorum(const Context& context) {
  return fmt::format("Status of queue {} on node {} ...", context.argument(0), node_name(context));
}
std::string announce_stream(const Context& context) {
  return fmt::format("Status of stream {} on node {} ...", context.argument(0), node_name(context));
}

constexpr Command kCommands[] = {
    {.name = "quorum_status",
     .usage = "[--vhost <vhost>] <queue>",
     .help = "Shows the members of a quorum queue",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = quorum_status,
     .announce = announce_quorum},
    {.name = "stream_status",
     .usage = "[--vhost <vhost>] [--tracking] <stream>",
     .help = "Shows the members of a stream and how far it reaches",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = stream_status,
     .announce = announce_stream,
     .options = kTrackingOption},
};

}  // namespace

std::span<const Command> replica_commands() {
  return kCommands;
}

}  // namespace coney::cli
