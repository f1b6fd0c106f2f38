#include <boost/beast/core/detail/base64.hpp>
#include <boost/json.hpp>

#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/resources/json_parts.h"
#include "mgmt-ui/api/resources/resources.h"

// Logging in with a form, for the dashboard: the cookie stands for the credentials from then on.

namespace coney::management {

namespace json = boost::json;

namespace {

std::string base64(std::string_view text) {
  namespace codec = boost::beast::detail::base64;
  std::string encoded(codec::encoded_size(text.size()), '\0');
  encoded.resize(codec::encode(encoded.data(), text.data(), text.size()));
  return encoded;
}

struct Credentials {
  std::string user, password;
};

boost::system::result<Credentials, Answer> credentials_of(const Request& request) {
  if (request.header("content-type").starts_with("application/json")) {
    auto body = JsonBody::parse(request);
    if (!body) return body.error();
    Credentials read{body->text("username"), body->text("password")};
    if (body->faults().any()) return bad_request(body->faults());
    return read;
  }
  Request form;
  auto fields = parse_query(request.body);
  if (fields) form.query = std::move(*fields);
  auto user = form.parameter("username"), password = form.parameter("password");
  if (!user || !password) return bad_request("username and password are needed");
  return Credentials{std::string(*user), std::string(*password)};
}

Reply log_in(Call& call) {
  auto given = credentials_of(call.request);
  if (!given) return given.error();
  const auto now = Gate::Clock::now();
  auto checked = call.gate.check(given->user, given->password, call.request.peer, now);
  if (auto* answer = std::get_if<Answer>(&checked)) return std::move(*answer);
  const Caller& caller = std::get<Caller>(checked);
  Answer answer = json_answer(json::object{
      {"user", caller_to_json(caller)},
      {"token", {{"type", "basic"}, {"value", base64(given->user + ":" + given->password)}}}});
  const bool secure = call.request.header("x-forwarded-proto") == "https";
  answer.headers.emplace_back("set-cookie", call.gate.open_session(caller.name, secure, now));
  return answer;
}

Reply log_out(Call& call) {
  Answer answer = no_content();
  answer.headers.emplace_back("set-cookie", call.gate.close_session(call.request));
  return answer;
}

}  // namespace

void add_login(RouteTable& table) {
  table.add("/api/login", {post(Need::kNothing, log_in), del(Need::kNothing, log_out)});
}

}  // namespace coney::management
