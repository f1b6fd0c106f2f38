#include <fmt/format.h>

#include "mgmt-ui/cli/command/columns.h"
#include "mgmt-ui/cli/command/user_lookup.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr Option kMetadata[] = {
    {"description"}, {"tags"}, {"default-queue-type"}, {"protected-from-deletion"}};

constexpr Column kColumns[] = {{"name"},
                               {"tracing"},
                               {"description"},
                               {"tags"},
                               {"default_queue_type"},
                               {"cluster_state"},
                               {"metadata"},
                               {"protected_from_deletion"}};

std::string vhost_path(std::string_view name) {
  return api_path({"vhosts", name});
}

json::object metadata_of(const Arguments& arguments) {
  json::object body;
  if (const auto text = arguments.text("description")) body["description"] = *text;
  if (const auto text = arguments.text("tags")) body["tags"] = *text;
  if (const auto text = arguments.text("default-queue-type")) body["default_queue_type"] = *text;
  if (const auto text = arguments.text("protected-from-deletion")) {
    body["protected_from_deletion"] = *text == "true";
  }
  return body;
}

Outcome write(Context& context, std::string_view vhost, const json::object& body) {
  auto written = context.node.put(vhost_path(vhost), body);
  if (!written) return written.error();
  return Done{};
}

// PUT makes a vhost: one that is only to be changed has to be there.
Outcome change(Context& context, const std::string& vhost, const json::object& body) {
  auto known = get_vhost(context, vhost);
  if (!known) return known.error();
  return write(context, vhost, body);
}

Outcome add_vhost(Context& context) {
  return write(context, context.argument(0), metadata_of(context.arguments));
}

Outcome update_metadata(Context& context) {
  return change(context, context.argument(0), metadata_of(context.arguments));
}

Outcome set_tags(Context& context) {
  json::array tags;
  for (std::size_t i = 1; i < context.count(); ++i) tags.emplace_back(context.argument(i));
  return change(context, context.argument(0), {{"tags", std::move(tags)}});
}

Outcome delete_vhost(Context& context) {
  const std::string& name = context.argument(0);
  auto removed = context.node.remove(vhost_path(name));
  if (!removed) return removed.error();
  if (*removed) return Done{};
  return Failure{ExitCode::kDataError, fmt::format("Virtual host '{}' does not exist", name)};
}

Outcome protect(Context& context) {
  return change(context, context.argument(0), {{"protected_from_deletion", true}});
}
Outcome unprotect(Context& context) {
  return change(context, context.argument(0), {{"protected_from_deletion", false}});
}

std::vector<const Column*> columns_of(const Context& context) {
  return chosen_columns(context.arguments, kColumns, {"name"});
}

// In the table the state is [{node, running}].
void show_states(std::vector<json::object>& rows) {
  for (json::object& row : rows) {
    json::object* states = row["cluster_state"].if_object();
    if (!states) continue;
    json::array shown;
    for (const auto& [node, state] : *states) {
      shown.emplace_back(fmt::format("{{{}, {}}}", std::string_view(node.data(), node.size()),
                                     std::string_view(state.as_string())));
    }
    row["cluster_state"] = std::move(shown);
  }
}

Outcome list_vhosts(Context& context) {
  auto rows = context.node.list("/api/vhosts");
  if (!rows) return rows.error();
  if (context.arguments.text_or("formatter", "table") != "json") show_states(*rows);
  return make_table(columns_of(context), *rows);
}

std::optional<std::string> check_list(const Arguments& arguments) {
  return check_columns(arguments, kColumns);
}

// Every vhost runs as long as the node does.
Outcome restart_vhost(Context& context) {
  auto known = get_vhost(context, context.vhost());
  if (!known) return known.error();
  return Done{};
}
Outcome reconcile(Context&) {
  return Done{};
}

Outcome trace_on(Context& context) {
  Outcome changed = change(context, context.vhost(), {{"tracing", true}});
  if (std::holds_alternative<Failure>(changed)) return changed;
  return Message{fmt::format("Trace enabled for vhost {}", context.vhost())};
}
Outcome trace_off(Context& context) {
  Outcome changed = change(context, context.vhost(), {{"tracing", false}});
  if (std::holds_alternative<Failure>(changed)) return changed;
  return Message{fmt::format("Trace disabled for vhost {}", context.vhost())};
}

std::string announce_add(const Context& context) {
  return fmt::format("Adding vhost \"{}\" ...", context.argument(0));
}
std::string announce_delete(const Context& context) {
  return fmt::format("Deleting vhost \"{}\" ...", context.argument(0));
}
std::string announce_list(const Context&) {
  return "Listing vhosts ...";
}
std::string announce_update(const Context& context) {
  return fmt::format("Updating metadata of vhost \"{}\" ...", context.argument(0));
}
std::string announce_tags(const Context& context) {
  std::string tags;
  for (std::size_t i = 1; i < context.count(); ++i) {
    tags += (i == 1 ? "" : ", ") + context.argument(i);
  }
  return fmt::format("Setting tags for vhost \"{}\" to [{}] ...", context.argument(0), tags);
}
std::string announce_protect(const Context& context) {
  return fmt::format("Will protect virtual host '{}' from deletion ...", context.argument(0));
}
std::string announce_unprotect(const Context& context) {
  return fmt::format("Will remove the deletion protection of virtual host '{}' ...",
                     context.argument(0));
}
std::string announce_restart(const Context& context) {
  return fmt::format("Trying to restart vhost '{}' on node '{}' ...", context.vhost(),
                     node_name(context));
}
std::string announce_reconcile(const Context&) {
  return "Will try to initiate virtual host reconciliation on all reachable cluster nodes...";
}
std::string announce_trace_on(const Context& context) {
  return fmt::format("Starting tracing for vhost \"{}\" ...", context.vhost());
}
std::string announce_trace_off(const Context& context) {
  return fmt::format("Stopping tracing for vhost \"{}\" ...", context.vhost());
}

constexpr Command kCommands[] = {
    {.name = "add_vhost",
     .usage = "<vhost> [--description <description> --tags \"<tag1>,<tag2>,<...>\" "
              "--default-queue-type <quorum|classic|stream>]",
     .help = "Creates a virtual host",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = add_vhost,
     .announce = announce_add,
     .options = kMetadata},
    {.name = "delete_vhost",
     .usage = "<vhost>",
     .help = "Deletes a virtual host and all that is in it",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = delete_vhost,
     .announce = announce_delete},
    {.name = "disable_vhost_deletion_protection",
     .usage = "<vhost>",
     .help = "Lets a virtual host be deleted again",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = unprotect,
     .announce = announce_unprotect},
    {.name = "enable_vhost_deletion_protection",
     .usage = "<vhost>",
     .help = "Protects a virtual host from deletion",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = protect,
     .announce = announce_protect},
    {.name = "list_vhosts",
     .usage = "[--no-table-headers] [<column> ...] [--timeout <timeout>]",
     .help = "Lists virtual hosts",
     .max_arguments = kAnyNumber,
     .run = list_vhosts,
     .announce = announce_list,
     .check = check_list},
    {.name = "reconcile_vhosts",
     .usage = "[--timeout <timeout>]",
     .help = "Does nothing: virtual hosts run as long as the node does",
     .run = reconcile,
     .announce = announce_reconcile},
    {.name = "restart_vhost",
     .usage = "[--vhost <vhost>] [--timeout <timeout>]",
     .help = "Does nothing: virtual hosts run as long as the node does",
     .run = restart_vhost,
     .announce = announce_restart},
    {.name = "set_vhost_tags",
     .usage = "<vhost> <tag> [...]",
     .help = "Sets the tags of a virtual host",
     .min_arguments = 1,
     .max_arguments = kAnyNumber,
     .run = set_tags,
     .announce = announce_tags},
    {.name = "trace_off",
     .usage = "[--vhost <vhost>]",
     .help = "Stops copies of messages going to amq.rabbitmq.trace",
     .run = trace_off,
     .announce = announce_trace_off},
    {.name = "trace_on",
     .usage = "[--vhost <vhost>]",
     .help = "Publishes copies of all messages to amq.rabbitmq.trace",
     .run = trace_on,
     .announce = announce_trace_on},
    {.name = "update_vhost_metadata",
     .usage = "<vhost> [--description=<description>] [--tags=\"<tag1>,<tag2>,<...>\"] "
              "[--default-queue-type=<quorum|classic|stream>] "
              "[--protected-from-deletion=<true|false>]",
     .help = "Changes the description, tags and default queue type of a virtual host",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = update_metadata,
     .announce = announce_update,
     .options = kMetadata},
};

}  // namespace

std::span<const Command> vhost_commands() {
  return kCommands;
}

}  // namespace coney::cli
