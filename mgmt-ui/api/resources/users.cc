#include <boost/json.hpp>

#include "broker/auth/password_hash.h"
#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/listing/record_rows.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/resources/rows.h"

namespace coney::management {

namespace json = boost::json;

namespace {

Reply list_users_where(const Call& call, bool (*wanted)(const User&)) {
  std::vector<std::shared_ptr<const UserRecord>> records;
  for (const User* user : call.directory.users()) {
    if (wanted(*user)) records.push_back(user->record);
  }
  return list_records(call.request, std::move(records), user_row, &UserRecord::name);
}

Reply list_users(Call& call) {
  return list_users_where(call, [](const User&) { return true; });
}

Reply list_users_without_permissions(Call& call) {
  return list_users_where(call, [](const User& user) { return user.permissions.empty(); });
}

const User* user_of(const Call& call) {
  return call.directory.find_user(call.name("user"));
}

Reply show_user(Call& call) {
  const User* user = user_of(call);
  return user ? show(call.request, user_row(*user->record)) : no_such_object();
}

void read_password_hash(JsonBody& body, PutUser& command) {
  const std::string algorithm =
      body.optional_text("hashing_algorithm").value_or("rabbit_password_hashing_sha256");
  const auto hashing = password_hashing_from(algorithm);
  if (!hashing) {
    body.faults().report("/hashing_algorithm", json::string("unknown hashing algorithm"));
    return;
  }
  command.hashing = *hashing;
  command.password_hash = body.optional_text("password_hash").value_or("");
  if (!is_password_hash(command.password_hash, *hashing)) {
    body.faults().report("/password_hash", json::array{"not_base64", "[redacted]"});
  }
}

// Without either the user cannot log in by password; so it is with an empty one.
void read_password(JsonBody& body, PutUser& command) {
  if (body.has("password") && body.has("password_hash")) {
    body.faults().report("/password_hash",
                         json::string("both_password_and_password_hash_are_provided"));
  } else if (body.has("password_hash")) {
    read_password_hash(body, command);
  } else if (const auto password = body.optional_text("password")) {
    auto hash = hash_password(*password, PasswordHashing::kSha256, random_salt());
    command.password_hash = std::move(hash).value_or("");
  }
}

Reply put_user(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  PutUser command{.name = call.name("user")};
  if (!body->has("tags") && !body->has("administrator")) {
    body->faults().report("/tags", json::string("tags_not_present"));
  }
  command.tags = body->optional_words("tags").value_or(std::vector<std::string>());
  read_password(*body, command);
  if (body->faults().any()) return bad_request(body->faults());
  return carry_out(call, std::move(command));
}

Reply delete_user(Call& call) {
  if (!user_of(call)) return no_such_object();
  return carry_out(call, DeleteUser{call.name("user")},
                   [](const TopologyAnswer&) { return no_content(); });
}

// Those that do not exist count for nothing.
Reply delete_users(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  body->any("users");
  auto names = body->optional_words("users").value_or(std::vector<std::string>());
  if (body->faults().any()) return bad_request(body->faults());
  if (names.empty()) return no_content();
  return Later([&call, names = std::move(names)](Respond respond) {
    for (std::size_t i = 0; i + 1 < names.size(); ++i) {
      call.services.submit(DeleteUser{names[i]}, [](TopologyAnswer) {});
    }
    call.services.submit(DeleteUser{names.back()},
                         [respond](TopologyAnswer) { respond(no_content()); });
  });
}

Reply list_permissions(Call& call) {
  const User* user = user_of(call);
  if (!user) return no_such_object();
  std::vector<json::object> rows;
  for (const Vhost* vhost : call.directory.vhosts()) {
    auto found = user->permissions.find(vhost->record->name);
    if (found != user->permissions.end()) rows.push_back(permission_row(*found->second.record));
  }
  return list(call.request, ReadyRows(std::move(rows), "vhost"));
}

Reply list_topic_permissions(Call& call) {
  const User* user = user_of(call);
  if (!user) return no_such_object();
  std::vector<json::object> rows;
  for (const Vhost* vhost : call.directory.vhosts()) {
    add_topic_permission_rows(*user, vhost->record->name, rows);
  }
  return list(call.request, ReadyRows(std::move(rows), "vhost"));
}

}  // namespace

void add_users(RouteTable& table) {
  table.add("/api/users", {get(Need::kAdministrator, list_users)});
  table.add("/api/users/without-permissions",
            {get(Need::kAdministrator, list_users_without_permissions)});
  table.add("/api/users/bulk-delete", {post(Need::kAdministrator, delete_users)});
  table.add("/api/users/{user}",
            {get(Need::kAdministrator, show_user), put(Need::kAdministrator, put_user),
             del(Need::kAdministrator, delete_user)});
  table.add("/api/users/{user}/permissions", {get(Need::kAdministrator, list_permissions)});
  table.add("/api/users/{user}/topic-permissions",
            {get(Need::kAdministrator, list_topic_permissions)});
}

}  // namespace coney::management
