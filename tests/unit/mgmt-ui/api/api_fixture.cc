#include "tests/unit/mgmt-ui/api/api_fixture.h"

#include <openssl/evp.h>

#include "broker/auth/password_hash.h"
#include "broker/topology/initial_state.h"
#include "mgmt-ui/api/resources/resources.h"

namespace coney::management {

ApiTest::ApiTest()
    : state_(nullptr, 1), api_(directory_, *this, all_routes(), [] { return now_; }) {
  config_.node_name = "rabbit@test";
  config_.cluster_name = "rabbit@test";
  EXPECT_EQ(create_defaults(state_, config_.defaults), std::nullopt);
  publish();
  now_ = {};
}

ApiTest::~ApiTest() = default;

Answer ApiTest::request(Method method, std::string target, std::string body) {
  Request request;
  request.method = method;
  request.target = std::move(target);
  request.headers = headers_;
  request.peer = peer_;
  if (!credentials_.empty()) request.headers.emplace_back("authorization", basic(credentials_));
  return carry_out(std::move(request), std::move(body));
}

boost::json::value ApiTest::body_of(std::string target) {
  const Answer answer = get(std::move(target));
  EXPECT_EQ(answer.status, 200u) << answer.body;
  return json_of(answer);
}

boost::json::value ApiTest::json_of(const Answer& answer) {
  return answer.body.empty() ? boost::json::value() : boost::json::parse(answer.body);
}

boost::json::value ApiTest::reason_of(const Answer& answer) {
  return json_of(answer).as_object().at("reason");
}

std::string ApiTest::header_of(const Answer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return value;
  }
  return "";
}

void ApiTest::add_user(const std::string& name, std::vector<std::string> tags) {
  PutUser command{.name = name, .tags = std::move(tags)};
  command.password_hash = *hash_password(name, PasswordHashing::kSha256, random_salt());
  execute_now(command);
}

void ApiTest::allow(const std::string& user, const std::string& vhost) {
  execute_now(SetPermissions{{user, vhost, ".*", ".*", ".*"}});
}

TopologyAnswer ApiTest::execute_now(TopologyCommand command) {
  TopologyAnswer answer = execute(state_, command);
  if (answer.refused) state_.rollback();
  EXPECT_FALSE(state_.commit());
  publish();
  return answer;
}

const Config& ApiTest::config() const {
  return config_;
}

void ApiTest::submit(TopologyCommand command, Then then) {
  then(execute_now(std::move(command)));
}

void ApiTest::post(ShardId, Mail mail) {
  posted_.push_back(std::move(mail));
}

void ApiTest::ask(QueueId, QueueCall call, ThenQueue then) {
  asked_.push_back(std::move(call));
  then(answer_queue_(asked_.back()));
}

void ApiTest::publish_to(QueueId queue, std::vector<MessageRef> messages, ThenPublished then) {
  const PublishAnswer answer = take_published_(queue, messages.size());
  messages.resize(answer.taken);
  for (MessageRef& each : messages) published_.push_back({queue, std::move(each)});
  then(answer);
}

void ApiTest::route(const Vhost& vhost, const Exchange& exchange, const RoutedMessage& message,
                    std::vector<QueueId>& queues) {
  directory_.router().route(vhost, exchange, message, queues);
}

std::span<const AppliedSetting> ApiTest::settings() const {
  return settings_;
}
std::vector<ActiveListener> ApiTest::listeners() const {
  return listeners_;
}
AlarmState ApiTest::alarms() const {
  return alarms_;
}
StorageSpace ApiTest::storage_space() const {
  return space_;
}

void ApiTest::hold_alarm(AlarmedResource resource, bool on) {
  (resource == AlarmedResource::kMemory ? alarms_.memory : alarms_.disk) = on;
}

LiveValues ApiTest::live_settings() const {
  return live_.value_or(LiveValues(config_));
}
void ApiTest::change_settings(const LiveValues& values) {
  live_ = values;
}
EventFeed* ApiTest::events() {
  return &events_;
}

void ApiTest::publish() {
  const Changes changes = state_.take_changes();
  directory_.apply(changes);
  events_.publish(changes);
}

Answer ApiTest::carry_out(Request head, std::string body) {
  auto admitted = api_.admit(std::move(head));
  if (auto* refusal = std::get_if<Answer>(&admitted)) return std::move(*refusal);
  auto& call = std::get<Api::Admitted>(admitted);
  call.call->request.body = std::move(body);
  std::optional<Answer> answer;
  api_.carry_out(std::move(call), [&](Answer given) { answer = std::move(given); });
  EXPECT_TRUE(answer) << "no answer";
  if (answer) complete(*answer);
  return answer.value_or(Answer{});
}

std::string ApiTest::basic(std::string_view credentials) {
  std::string text(4 * ((credentials.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(credentials.data()),
                                   static_cast<int>(credentials.size()));
  text.resize(static_cast<std::size_t>(size));
  return "Basic " + text;
}

}  // namespace coney::management
