#include "mgmt-ui/api/api.h"

#include <boost/json.hpp>

#include "broker/log/log.h"

namespace coney::management {
namespace {

constexpr std::string_view kNoRoute = "HEAD, GET, OPTIONS";

bool accepts_json(const Request& request) {
  const std::string_view accept = request.header("accept");
  if (accept.empty()) return true;
  for (std::string_view type : {"*/*", "application/*", "application/json"}) {
    if (accept.find(type) != accept.npos) return true;
  }
  return false;
}

bool is_safe(Method method) {
  return method == Method::kGet || method == Method::kHead || method == Method::kOptions;
}

Call make_call(Request&& request, const Directory& directory, Services& services, Gate& gate,
               Snapshots& snapshots) {
  return {std::move(request), {}, directory, services, gate, snapshots, {}};
}

void bind_names(const Route& route, Call& call) {
  for (std::size_t i = 0; i < route.pattern.size(); ++i) {
    const std::string_view segment = route.pattern[i];
    if (segment.starts_with('{')) call.names.emplace_back(segment.substr(1, segment.size() - 2), i);
  }
}

void add_default(Answer& answer, std::string_view name, std::string_view value) {
  for (const auto& header : answer.headers) {
    if (header.first == name) return;
  }
  answer.headers.emplace_back(name, value);
}

// For the log: what follows may hold a password.
std::string endpoint_of(const Request& request) {
  constexpr std::size_t kSegments = 2;  // "/api/queues"
  std::string text;
  for (std::size_t n = 0; n != std::min(kSegments, request.path.size()); ++n) {
    text.append("/").append(request.path[n]);
  }
  return text;
}

// For whom may not see a vhost, it does not exist.
bool hides_vhost(const Call& call) {
  for (const auto& [name, segment] : call.names) {
    if (name == "vhost" && call.vhost()) return !call.sees(call.name("vhost"));
  }
  return false;
}

}  // namespace

Api::Api(const Directory& directory, Services& services, RouteTable routes, Now now)
    : directory_(directory),
      services_(services),
      routes_(std::move(routes)),
      gate_(directory, services),
      snapshots_(directory, services),
      now_(now) {}

std::variant<Answer, Api::Admitted> Api::admit(Request head) {
  if (!parse_target(head)) {
    Answer answer = empty_answer(400);
    answer.close = true;
    return answer;
  }
  if (!strip_prefix(head)) return no_such_object();
  const Route* route = routes_.find(head.path);
  if (!route) {
    Answer answer = outside(head);
    decorate(head, answer);
    return answer;
  }
  auto admitted = admit_to(*route, head);
  if (auto* answer = std::get_if<Answer>(&admitted)) {
    answer->headers.emplace_back("allow", route->allow());
    decorate(head, *answer);
  }
  return admitted;
}

bool Api::strip_prefix(Request& request) const {
  const std::string& prefix = services_.config().management.path_prefix;
  if (prefix.empty()) return true;
  Request own{.target = prefix};
  if (!parse_target(own) || own.path.size() > request.path.size()) return false;
  const auto end = request.path.begin() + static_cast<std::ptrdiff_t>(own.path.size());
  if (!std::equal(own.path.begin(), own.path.end(), request.path.begin())) return false;
  request.path.erase(request.path.begin(), end);
  return true;
}

// Neither an endpoint nor below one. While the node is stopped there are few.
Answer Api::outside(const Request& request) const {
  if (services_.app() != Services::App::kRunning) {
    return error_answer(503, "wrong_state",
                        "this command requires the 'rabbit' app to be running on the target node. "
                        "Start it with 'rabbitmqctl start_app'.");
  }
  Answer answer = no_such_object();
  answer.headers.emplace_back("allow", kNoRoute);
  if (request.path == std::vector<std::string>{"api"}) {
    answer = empty_answer(301);
    answer.headers.emplace_back("location",
                                services_.config().management.path_prefix + "/api/index.html");
  }
  return answer;
}

// None: there is a handler.
std::optional<Answer> Api::check_method(const Route& route, const Request& request) const {
  if (request.method == Method::kOptions) return empty_answer(200);
  if (!route.find(request.method)) return empty_answer(405);
  return std::nullopt;
}

// Leaves the request where it is when it is not admitted.
std::variant<Answer, Api::Admitted> Api::admit_to(const Route& route, Request& request) {
  if (auto answer = check_method(route, request)) return std::move(*answer);
  const Operation& operation = *route.find(request.method);
  if (!is_safe(request.method) && is_cross_site(request, services_.config())) {
    return error_answer(403, "forbidden", "The request comes from a page of another site.");
  }
  Caller caller;
  if (operation.need != Need::kNothing) {
    auto checked = gate_.check(request, now_());
    if (auto* answer = std::get_if<Answer>(&checked)) return std::move(*answer);
    caller = std::get<Caller>(std::move(checked));
    if (!caller.meets(operation.need)) return not_authorised(refusal_text(operation.need));
  }
  if (is_safe(request.method) && !accepts_json(request) && !operation.any_type) {
    return empty_answer(406);
  }
  auto call =
      std::make_shared<Call>(make_call(Request(request), directory_, services_, gate_, snapshots_));
  call->caller = std::move(caller);
  bind_names(route, *call);
  if (operation.need != Need::kNothing && hides_vhost(*call)) return not_found("Not Found");
  return Admitted{std::move(call), operation.handler, operation.max_body, route.allow()};
}

void Api::carry_out(Admitted admitted, Respond respond) {
  Call& call = *admitted.call;
  auto finish = [this, call = admitted.call, allow = std::move(admitted.allow),
                 respond = std::move(respond)](Answer answer) {
    answer.headers.emplace_back("allow", allow);
    decorate(call->request, answer);
    if (answer.rest) answer.owner = call;
    respond(std::move(answer));
  };
  try {
    Reply reply = admitted.handler(call);
    if (auto* answer = std::get_if<Answer>(&reply)) return finish(std::move(*answer));
    std::get<Later>(reply)(std::move(finish));
  } catch (const std::exception& error) {
    log::error(log::Category::kDefault, "HTTP: {} failed: {}", endpoint_of(call.request),
               error.what());
    finish(error_answer(500, "internal_error", "The request could not be carried out."));
  }
}

void Api::decorate(const Request& request, Answer& answer) const {
  add_default(answer, "cache-control", "no-cache");
  add_default(answer, "content-security-policy", "script-src 'self'; object-src 'self'");
  answer.headers.emplace_back("x-content-type-options", "nosniff");
  answer.headers.emplace_back("vary", "accept, accept-encoding, origin");
  add_cors(request, answer);
}

void Api::add_cors(const Request& request, Answer& answer) const {
  const ManagementConfig& config = services_.config().management;
  const std::string origin(request.header("origin"));
  if (origin.empty() || config.cors_origins.empty()) return;
  const auto& allowed = config.cors_origins;
  if (std::ranges::find(allowed, origin) == allowed.end() &&
      std::ranges::find(allowed, "*") == allowed.end()) {
    return;
  }
  answer.headers.emplace_back("access-control-allow-origin", origin);
  answer.headers.emplace_back("access-control-allow-credentials", "true");
  if (request.method != Method::kOptions) return;
  answer.headers.emplace_back("access-control-max-age",
                              std::to_string(config.cors_max_age.count()));
  answer.headers.emplace_back("access-control-allow-methods", "GET, HEAD, PUT, POST, DELETE");
  answer.headers.emplace_back("access-control-allow-headers",
                              "authorization, content-type, x-reason, x-vhost");
}

}  // namespace coney::management
