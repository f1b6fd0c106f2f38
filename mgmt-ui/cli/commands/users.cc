#include <fmt/format.h>

#include <istream>

#include "mgmt-ui/cli/command/user_lookup.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr std::string_view kGrantHint =
    "Done. Don't forget to grant the user permissions to some virtual hosts! See 'rabbitmqctl help "
    "set_permissions' to learn more.";

constexpr Option kAddOptions[] = {{"pre-hashed-password", 0, Option::Kind::kFlag}};

std::string user_path(std::string_view name) {
  return api_path({"users", name});
}

// The second argument, else a line of the input: so that it is in no list of processes.
Result<std::string> password_of(Context& context) {
  if (context.count() > 1) return context.argument(1);
  std::string password;
  if (context.interactive) context.progress << "Password: " << std::flush;
  if (!std::getline(context.input, password)) {
    return error(ExitCode::kNoInput, "Password is not provided via argument or standard input");
  }
  return password;
}

json::object body_of(const Arguments& arguments, const std::string& password) {
  const std::string_view key = arguments.has("pre-hashed-password") ? "password_hash" : "password";
  return {{key, password}, {"tags", json::array()}};
}

Outcome add_user(Context& context) {
  auto password = password_of(context);
  if (!password) return password.error();
  if (password->empty()) {
    return error(ExitCode::kDataError,
                 "Password cannot be an empty string; clear it afterwards "
                 "with clear_password if that is what you want");
  }
  const std::string& name = context.argument(0);
  auto existing = context.node.find(user_path(name));
  if (!existing) return existing.error();
  if (!existing->is_null()) {
    return error(ExitCode::kSoftware, fmt::format("User \"{}\" already exists", name));
  }
  auto added = context.node.put(user_path(name), body_of(context.arguments, *password));
  if (!added) return added.error();
  return Message{std::string(kGrantHint)};
}

Outcome delete_user(Context& context) {
  auto removed = context.node.remove(user_path(context.argument(0)));
  if (!removed) return removed.error();
  return Done{};
}

// Writes the user anew with `changes`; what is not in them stays.
Outcome change_user(Context& context, const json::object& changes) {
  auto user = get_user(context, context.argument(0));
  if (!user) return user.error();
  json::object body{{"tags", (*user)["tags"]}};
  const json::value& hash = (*user)["password_hash"];
  if (!changes.contains("password") && hash.is_string() && !hash.get_string().empty()) {
    body["password_hash"] = hash;
    body["hashing_algorithm"] = (*user)["hashing_algorithm"];
  }
  for (const auto& [key, value] : changes) body[key] = value;
  if (body["password"].is_null()) body.erase("password");
  auto written = context.node.put(user_path(context.argument(0)), body);
  if (!written) return written.error();
  return Done{};
}

Outcome change_password(Context& context) {
  auto password = password_of(context);
  if (!password) return password.error();
  return change_user(context, {{"password", *password}});
}

Outcome clear_password(Context& context) {
  return change_user(context, {{"password", nullptr}});
}

std::vector<std::string> tags_of(const Context& context) {
  const auto& words = context.arguments.positional();
  return {words.begin() + 1, words.end()};
}

Outcome set_user_tags(Context& context) {
  json::array tags;
  for (const std::string& tag : tags_of(context)) tags.emplace_back(tag);
  return change_user(context, {{"tags", std::move(tags)}});
}

Outcome list_users(Context& context) {
  auto users = context.node.list("/api/users");
  if (!users) return users.error();
  Table table{.columns = {"user", "tags"}, .rows = {}};
  for (json::object& user : *users) {
    table.rows.push_back({{"user", user["name"]}, {"tags", user["tags"]}});
  }
  return table;
}

Outcome authenticate_user(Context& context) {
  auto password = password_of(context);
  if (!password) return password.error();
  const std::string& name = context.argument(0);
  auto reply = context.node.post("/api/coney/authenticate",
                                 json::object{{"user", name}, {"password", *password}});
  if (!reply) return reply.error();
  if (reply->is_object() && reply->get_object()["authenticated"] == true) {
    return Message{"Success"};
  }
  return error(ExitCode::kDataError, fmt::format("Error: failed to authenticate user \"{}\"\n"
                                                 "user '{}' - invalid credentials",
                                                 name, name));
}

std::string announce_tags(const Context& context) {
  std::string tags;
  for (const std::string& tag : tags_of(context)) tags += (tags.empty() ? "" : ", ") + tag;
  return fmt::format("Setting tags for user \"{}\" to [{}] ...", context.argument(0), tags);
}

std::string announce_add(const Context& context) {
  return fmt::format("Adding user \"{}\" ...", context.argument(0));
}
std::string announce_delete(const Context& context) {
  return fmt::format("Deleting user \"{}\" ...", context.argument(0));
}
std::string announce_change(const Context& context) {
  return fmt::format("Changing password for user \"{}\" ...", context.argument(0));
}
std::string announce_clear(const Context& context) {
  return fmt::format("Clearing password for user \"{}\" ...", context.argument(0));
}
std::string announce_list(const Context&) {
  return "Listing users ...";
}
std::string announce_authenticate(const Context& context) {
  return fmt::format("Authenticating user \"{}\" ...", context.argument(0));
}

constexpr Command kCommands[] = {
    {.name = "add_user",
     .usage = "<username> [<password>] [<password_hash> --pre-hashed-password]",
     .help = "Creates a new user; the password may come on standard input",
     .min_arguments = 1,
     .max_arguments = 2,
     .run = add_user,
     .announce = announce_add,
     .options = kAddOptions},
    {.name = "authenticate_user",
     .usage = "<username> <password>",
     .help = "Attempts to authenticate a user. Exits with a non-zero code if it fails.",
     .min_arguments = 1,
     .max_arguments = 2,
     .run = authenticate_user,
     .announce = announce_authenticate},
    {.name = "change_password",
     .usage = "<username> <password>",
     .help = "Changes the user password",
     .min_arguments = 1,
     .max_arguments = 2,
     .run = change_password,
     .announce = announce_change},
    {.name = "clear_password",
     .usage = "<username>",
     .help = "Clears (resets) the password: the user can no longer log in with one",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = clear_password,
     .announce = announce_clear},
    {.name = "delete_user",
     .usage = "<username>",
     .help = "Removes a user and all their permissions",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = delete_user,
     .announce = announce_delete},
    {.name = "list_users",
     .usage = "[--no-table-headers] [--timeout <timeout>]",
     .help = "Lists users and their tags",
     .run = list_users,
     .announce = announce_list},
    {.name = "set_user_tags",
     .usage = "<username> <tag> [...]",
     .help = "Sets the tags of a user",
     .min_arguments = 1,
     .max_arguments = kAnyNumber,
     .run = set_user_tags,
     .announce = announce_tags},
};

}  // namespace

std::span<const Command> user_commands() {
  return kCommands;
}

}  // namespace coney::cli
