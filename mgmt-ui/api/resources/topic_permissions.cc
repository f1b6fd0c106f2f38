#include <algorithm>
#include <boost/json.hpp>
#include <tuple>

#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/listing/record_rows.h"
#include "mgmt-ui/api/resources/invalid_pattern.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/resources/rows.h"

namespace coney::management {

namespace json = boost::json;

namespace {

Reply list_permissions(Call& call) {
  std::vector<std::shared_ptr<const TopicPermissionRecord>> records;
  for (const User* user : call.directory.users()) {
    for (const auto& [vhost, by_exchange] : user->topic_permissions) {
      for (const auto& [exchange, permissions] : by_exchange) {
        records.push_back(permissions.record);
      }
    }
  }
  std::ranges::sort(records, {},
                    [](const auto& one) { return std::tie(one->vhost, one->user, one->exchange); });
  return list_records(call.request, std::move(records), topic_permission_row,
                      &TopicPermissionRecord::user);
}

std::vector<json::object> rows_of_path(const Call& call) {
  std::vector<json::object> rows;
  if (const User* user = call.directory.find_user(call.name("user"))) {
    add_topic_permission_rows(*user, call.name("vhost"), rows);
  }
  return rows;
}

Reply show_permissions(Call& call) {
  auto rows = rows_of_path(call);
  if (rows.empty()) return no_such_object();
  return list(call.request, ReadyRows(std::move(rows), "exchange"));
}

Answer answer_to_put(const TopologyAnswer& answer) {
  if (!answer.refused) return answer.error ? refusal_answer(answer) : put_answer(answer.existed);
  using Kind = Refusal::Kind;
  const Refusal& refusal = *answer.refused;
  if (refusal.kind == Kind::kNoVhost || refusal.kind == Kind::kNoUser) {
    return bad_request("vhost_or_user_not_found");
  }
  if (refusal.kind == Kind::kInvalidPattern) {
    return invalid_pattern(json::string(refusal.subject), refusal);
  }
  return refusal_answer(answer);
}

Reply put_permissions(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  TopicPermissionRecord record{.user = call.name("user"), .vhost = call.name("vhost")};
  record.exchange = body->text("exchange");
  record.write = body->text("write");
  record.read = body->text("read");
  if (body->faults().any()) return bad_request(body->faults());
  return submit(call, SetTopicPermissions{std::move(record)}, answer_to_put);
}

// Of every exchange, or of the one that the query names.
Reply delete_permissions(Call& call) {
  if (rows_of_path(call).empty()) return no_such_object();
  ClearTopicPermissions command{.user = call.name("user"), .vhost = call.name("vhost")};
  if (const auto exchange = call.request.parameter("exchange")) command.exchange = *exchange;
  return carry_out(call, std::move(command), [](const TopologyAnswer&) { return no_content(); });
}

}  // namespace

void add_topic_permissions(RouteTable& table) {
  table.add("/api/topic-permissions", {get(Need::kAdministrator, list_permissions)});
  table.add(
      "/api/topic-permissions/{vhost}/{user}",
      {get(Need::kAdministrator, show_permissions), put(Need::kAdministrator, put_permissions),
       del(Need::kAdministrator, delete_permissions)});
}

}  // namespace coney::management
