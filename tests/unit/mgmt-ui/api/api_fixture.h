#pragma once
// The API over a topology in memory, without threads and sockets: commands are carried out at once.
// Every test of the API includes this: what is long to compile is in the .cc file.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <optional>
#include <string>

#include "broker/topology/commands.h"
#include "mgmt-ui/api/api.h"

namespace coney::management {

class ApiTest : public testing::Test, protected Services {
 protected:
  ApiTest();
  ~ApiTest() override;

  // ---- requests ----

  Answer request(Method method, std::string target, std::string body = {});
  Answer get(std::string target) { return request(Method::kGet, std::move(target)); }
  Answer put(std::string target, std::string body = {}) {
    return request(Method::kPut, std::move(target), std::move(body));
  }
  Answer post(std::string target, std::string body = {}) {
    return request(Method::kPost, std::move(target), std::move(body));
  }
  Answer remove(std::string target) { return request(Method::kDelete, std::move(target)); }
  boost::json::value body_of(std::string target);
  static boost::json::value json_of(const Answer& answer);
  static boost::json::value reason_of(const Answer& answer);
  static std::string header_of(const Answer& answer, std::string_view name);

  // ---- whom and what there is ----

  // `password` is the name.
  void add_user(const std::string& name, std::vector<std::string> tags);
  void allow(const std::string& user, const std::string& vhost);
  TopologyAnswer execute_now(TopologyCommand command);
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
  const Config& config() const override;
  void submit(TopologyCommand command, Then then) override;
  void post(ShardId, Mail mail) override;
  void ask(QueueId, QueueCall call, ThenQueue then) override;
  void publish_to(QueueId queue, std::vector<MessageRef> messages, ThenPublished then) override;
  void route(const Vhost& vhost, const Exchange& exchange, const RoutedMessage& message,
             std::vector<QueueId>& queues) override;
  std::span<const AppliedSetting> settings() const override;
  std::vector<ActiveListener> listeners() const override;
  AlarmState alarms() const override;
  StorageSpace storage_space() const override;
  void hold_alarm(AlarmedResource resource, bool on) override;
  LiveValues live_settings() const override;
  void change_settings(const LiveValues& values) override;
  EventFeed* events() override;

  void publish();
  Answer carry_out(Request head, std::string body);

  Config config_;
  TopologyState state_;
  Api api_;
  std::string credentials_ = "guest:guest";
};

}  // namespace coney::management
