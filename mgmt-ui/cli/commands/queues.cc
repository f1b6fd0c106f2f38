#include <fmt/format.h>

#include "mgmt-ui/api/http/request.h"
#include "mgmt-ui/cli/command/listing.h"
#include "mgmt-ui/cli/command/pid.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr Option kListOptions[] = {{"online", 0, Option::Kind::kFlag},
                                   {"offline", 0, Option::Kind::kFlag},
                                   {"local", 0, Option::Kind::kFlag},
                                   {"queue-timeout"}};
constexpr Option kDeleteOptions[] = {{"if-empty", 'e', Option::Kind::kFlag},
                                     {"if-unused", 'u', Option::Kind::kFlag},
                                     {"force", 0, Option::Kind::kFlag}};

constexpr Option kPurgeOptions[] = {{"count"}};

constexpr Column kColumns[] = {{"name"},
                               {"durable"},
                               {"auto_delete"},
                               {"arguments"},
                               {"policy"},
                               {"operator_policy"},
                               {"effective_policy_definition"},
                               {"exclusive"},
                               {"owner_pid", "owner_pid_details"},
                               {"pid", "name"},
                               {"exclusive_consumer_pid", "none"},
                               {"exclusive_consumer_tag", "exclusive_consumer_tag"},
                               {"single_active_consumer_pid", "none"},
                               {"single_active_consumer_tag", "single_active_consumer_tag"},
                               {"messages_ready"},
                               {"messages_unacknowledged"},
                               {"messages"},
                               {"messages_ready_ram"},
                               {"messages_unacknowledged_ram"},
                               {"messages_ram"},
                               {"messages_persistent"},
                               {"message_bytes"},
                               {"message_bytes_ready"},
                               {"message_bytes_unacknowledged"},
                               {"message_bytes_ram"},
                               {"message_bytes_persistent"},
                               {"head_message_timestamp"},
                               {"disk_reads", "message_stats.disk_reads"},
                               {"disk_writes", "message_stats.disk_writes"},
                               {"consumers"},
                               {"consumer_utilisation"},
                               {"consumer_capacity"},
                               {"memory"},
                               {"slave_pids", "none"},
                               {"synchronised_slave_pids", "none"},
                               {"state"},
                               {"type"},
                               {"vhost"},
                               {"leader"},
                               {"members"},
                               {"online"}};

std::string queue_path(const Context& context) {
  return api_path({"queues", context.vhost(), context.argument(0)});
}

// A queue that has not been counted yet is empty.
void count_from_nothing(json::object& row) {
  for (auto& [name, value] : row) {
    const std::string_view key(name.data(), name.size());
    const bool is_count = key.starts_with("message") && key != "message_stats";
    if (value.is_null() && (is_count || key == "consumers" || key == "memory")) value = 0;
  }
}

// The API leaves out what it does not know yet.
void ask_for(json::object& row, const std::vector<const Column*>& columns) {
  for (const Column* column : columns) {
    if (column->field.empty()) row.emplace(column->name, nullptr);
  }
}

// A queue is on the one node and works while that does.
Outcome list_queues(Context& context) {
  Listing listing{.path = api_path({"queues", context.vhost()}),
                  .columns = kColumns,
                  .usual = {"name", "messages"}};
  if (context.arguments.has("offline")) return Table{.columns = {"name", "messages"}, .rows = {}};
  const std::string node = node_name(context);
  const auto columns = chosen_columns(context.arguments, kColumns, listing.usual);
  return list_rows(context, listing, [&node, &columns](json::object& row) {
    ask_for(row, columns);
    count_from_nothing(row);
    if (json::value* owner = row.if_contains("owner_pid_details"); owner && owner->is_object()) {
      *owner = pid_of(node, std::string_view(field_at(owner->get_object(), "name").as_string()));
    }
    for (const char* name : {"policy", "operator_policy"}) {
      if (json::value* value = row.if_contains(name); value && value->is_null()) *value = "";
    }
  });
}

std::optional<std::string> check_list(const Arguments& arguments) {
  return check_columns(arguments, kColumns);
}

Outcome list_unresponsive_queues(Context&) {
  return Table{.columns = {"name"}, .rows = {}};
}

// RabbitMQ's tools print this error as they got it.
Failure not_deleted(const Failure& failure) {
  constexpr std::string_view kError = "Error:\n";
  const std::string& text = failure.text;
  if (!text.ends_with(" not empty") && !text.ends_with(" in use")) return failure;
  return error(ExitCode::kUnavailable,
               fmt::format("{{:amqp_error, :precondition_failed, ~c\"{}\", :none}}",
                           text.starts_with(kError) ? text.substr(kError.size()) : text));
}

Outcome delete_queue(Context& context) {
  auto queue = context.node.find(queue_path(context));
  if (!queue) return queue.error();
  std::string query;
  if (context.arguments.has("if-empty")) query += "&if-empty=true";
  if (context.arguments.has("if-unused")) query += "&if-unused=true";
  if (!query.empty()) query[0] = '?';
  auto deleted = context.node.remove(queue_path(context) + query);
  if (!deleted) return not_deleted(deleted.error());
  if (!*deleted || !queue->is_object()) return error(ExitCode::kUsage, "No such queue was found");
  const json::value ready = field_at(queue->get_object(), "messages_ready");
  return Message{fmt::format("Queue was successfully deleted with {} ready messages",
                             ready.is_null() ? "0" : json::serialize(ready))};
}

Outcome purge_queue(Context& context) {
  const auto count = context.arguments.text("count");
  auto purged = context.node.remove(queue_path(context) + "/contents" +
                                    (count ? "?count=" + management::percent_encode(*count) : ""));
  if (!purged) return purged.error();
  if (*purged) return Done{};
  return Failure{ExitCode::kDataError, "Object (queue, stream, exchange, etc) was not found"};
}

std::string announce_list(const Context& context) {
  const std::string timeout = context.arguments.text_or("timeout", "60.0");
  return fmt::format("Timeout: {} seconds ...\nListing queues for vhost {} ...",
                     timeout.find('.') == timeout.npos ? timeout + ".0" : timeout, context.vhost());
}
std::string announce_unresponsive(const Context& context) {
  return fmt::format("Listing unresponsive queues for vhost {} ...", context.vhost());
}
std::string announce_delete(const Context& context) {
  std::string conditions;
  if (context.arguments.has("if-empty")) conditions = " if queue is empty";
  if (context.arguments.has("if-unused")) {
    conditions += conditions.empty() ? " if queue is unused" : " and if queue is unused";
  }
  return fmt::format("Deleting queue '{}' on vhost '{}'{} ...", context.argument(0),
                     context.vhost(), conditions);
}
std::string announce_purge(const Context& context) {
  return fmt::format("Purging queue '{}' in vhost '{}' ...", context.argument(0), context.vhost());
}

constexpr Command kCommands[] = {
    {.name = "delete_queue",
     .usage = "[--vhost <vhost>] <queue_name> [--if-empty|-e] [--if-unused|-u] [--force] "
              "[--timeout <timeout>]",
     .help = "Deletes a queue",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = delete_queue,
     .announce = announce_delete,
     .options = kDeleteOptions},
    {.name = "list_queues",
     .usage = "[--vhost <vhost>] [--online] [--offline] [--local] [--no-table-headers] "
              "[<column>, ...] [--timeout <timeout>]",
     .help = "Lists queues and their properties",
     .max_arguments = kAnyNumber,
     .run = list_queues,
     .announce = announce_list,
     .options = kListOptions,
     .check = check_list},
    {.name = "list_unresponsive_queues",
     .usage = "[--local] [--queue-timeout <seconds>] [<column> ...] [--no-table-headers] "
              "[--timeout <timeout>]",
     .help = "Lists queues that do not answer; there are none while the node does",
     .max_arguments = kAnyNumber,
     .run = list_unresponsive_queues,
     .announce = announce_unresponsive,
     .options = kListOptions,
     .check = check_list},
    {.name = "purge_queue",
     .usage = "<queue> [--count <messages>] [--timeout <timeout>]",
     .help = "Removes all messages that wait in a queue, or the first of them",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = purge_queue,
     .announce = announce_purge,
     .options = kPurgeOptions},
};

}  // namespace

std::span<const Command> queue_commands() {
  return kCommands;
}

}  // namespace coney::cli
