#pragma once
// The API over a topology in memory, without threads and sockets: commands are carried out at once.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <optional>
#include <string>

#include "broker/auth/password_hash.h"
#include "broker/topology/commands.h"
#include "broker/topology/initial_state.h"
#include "mgmt-ui/api/api.h"
#include "mgmt-ui/api/resources/resources.h"

namespace coney::management {

class ApiTest : public testing::Test, protected Services {
 protected:
  ApiTest() : state_(nullptr, 1), api_(directory_, *this, all_routes(), [] { return now_; }) {
    config_.node_name = "rabbit@test";
    config_.cluster_name = "rabbit@test";
    EXPECT_EQ(create_defaults(state_, config_.defaults), std::nullopt);
    publish();
    now_ = {};
  }

  // ---- requests ----

  Answer request(Method method, std::string target, std::string body = {}) {
    Request request;
    request.method = method;
    request.target = std::move(target);
    request.headers = headers_;
    request.peer = peer_;
    if (!credentials_.empty()) request.headers.emplace_back("authorization", basic(credentials_));
    return carry_out(std::move(request), std::move(body));
  }
  Answer get(std::string target) { return request(Method::kGet, std::move(target)); }
  Answer put(std::string target, std::string body = {}) {
    return request(Method::kPut, std::move(target), std::move(body));
  }
  Answer post(std::string target, std::string body = {}) {
    return request(Method::kPost, std::move(target), std::move(body));
  }
  Answer remove(std::string target) { return request(Method::kDelete, std::move(target)); }
  boost::json::value body_of(std::string target) {
    const Answer answer = get(std::move(target));
    EXPECT_EQ(answer.status, 200u) << answer.body;
    return json_of(answer);
  }
  static boost::json::value json_of(const Answer& answer) {
    return answer.body.empty() ? boost::json::value() : boost::json::parse(answer.body);
  }
  static boost::json::value reason_of(const Answer& answer) {
    return json_of(answer).as_object().at("reason");
  }
  static std::string header_of(const Answer& answer, std::string_view name) {
    for (const auto& [key, value] : answer.headers) {
      if (key == name) return value;
    }
    return "";
  }

  // ---- whom and what there is ----

  // `password` is the name.
  void add_user(const std::string& name, std::vector<std::string> tags) {
    PutUser command{.name = name, .tags = std::move(tags)};
    command.password_hash = *hash_password(name, PasswordHashing::kSha256, random_salt());
    execute_now(command);
  }
  void allow(const std::string& user, const std::string& vhost) {
    execute_now(SetPermissions{{user, vhost, ".*", ".*", ".*"}});
  }
  TopologyAnswer execute_now(TopologyCommand command) {
    TopologyAnswer answer = execute(state_, command);
    if (answer.refused) state_.rollback();
    EXPECT_FALSE(state_.commit());
    publish();
    return answer;
  }
  void as(std::string user, std::string password = "\n") {
    credentials_ = user + ":" + (password == "\n" ? user : password);
  }
  void as_nobody() { credentials_.clear(); }
  void as_guest() { credentials_ = "guest:guest"; }
  Config& changeable_config() { return config_; }

  static inline std::chrono::steady_clock::time_point now_{};
  std::vector<std::pair<std::string, std::string>> headers_;
  Peer peer_{"127.0.0.1"};
  Directory directory_;
  EventFeed events_;

  Services& services() { return *this; }
  Api& api() { return api_; }

  // ---- what shards are asked and told ----
  std::vector<Mail> posted_;
  std::vector<QueueCall> asked_;
  struct Published {
    QueueId queue;
    MessageRef message;
  };
  std::vector<Published> published_;
  // How many of the messages a queue takes.
  std::function<PublishAnswer(QueueId, std::uint64_t)> take_published_ =
      [](QueueId, std::uint64_t count) { return PublishAnswer{.taken = count}; };
  std::function<QueueAnswer(const QueueCall&)> answer_queue_ = [](const QueueCall&) {
    return QueueAnswer{};
  };
  std::vector<ActiveListener> listeners_;
  std::vector<AppliedSetting> settings_;
  AlarmState alarms_;
  StorageSpace space_;
  std::optional<LiveValues> live_;  // since they have been changed

  static std::string basic(std::string_view credentials);

 private:
  const Config& config() const override { return config_; }
  void submit(TopologyCommand command, Then then) override {
    then(execute_now(std::move(command)));
  }
  void post(ShardId, Mail mail) override { posted_.push_back(std::move(mail)); }
  void ask(QueueId, QueueCall call, ThenQueue then) override {
    asked_.push_back(std::move(call));
    then(answer_queue_(asked_.back()));
  }
  void publish_to(QueueId queue, std::vector<MessageRef> messages, ThenPublished then) override {
    const PublishAnswer answer = take_published_(queue, messages.size());
    messages.resize(answer.taken);
    for (MessageRef& each : messages) published_.push_back({queue, std::move(each)});
    then(answer);
  }
  void route(const Vhost& vhost, const Exchange& exchange, const RoutedMessage& message,
             std::vector<QueueId>& queues) override {
    directory_.router().route(vhost, exchange, message, queues);
  }
  std::span<const AppliedSetting> settings() const override { return settings_; }
  std::vector<ActiveListener> listeners() const override { return listeners_; }
  AlarmState alarms() const override { return alarms_; }
  StorageSpace storage_space() const override { return space_; }
  void hold_alarm(AlarmedResource resource, bool on) override {
    (resource == AlarmedResource::kMemory ? alarms_.memory : alarms_.disk) = on;
  }
  LiveValues live_settings() const override { return live_.value_or(LiveValues(config_)); }
  void change_settings(const LiveValues& values) override { live_ = values; }
  EventFeed* events() override { return &events_; }
  void publish() {
    const Changes changes = state_.take_changes();
    directory_.apply(changes);
    events_.publish(changes);
  }

  Answer carry_out(Request head, std::string body) {
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

  Config config_;
  TopologyState state_;
  Api api_;
  std::string credentials_ = "guest:guest";
};

}  // namespace coney::management
