#include "broker/config/config_key.h"
#include "broker/log/log.h"
#include "tests/unit/mgmt-ui/api/api_fixture.h"

// What RabbitMQ's API does not have.

namespace coney::management {
namespace {

namespace json = boost::json;

class OwnPathsTest : public ApiTest {
 protected:
  json::value row_of(const std::string& target, std::string_view name) {
    const json::value body = body_of(target);
    for (const json::value& row : body.as_array()) {
      if (row.at("name").as_string() == name) return row;
    }
    return {};
  }
};

TEST_F(OwnPathsTest, EffectiveArgumentsHaveSources) {
  put("/api/queues/%2F/q", R"({"arguments":{"x-max-length":9,"x-message-ttl":50}})");
  put("/api/policies/%2F/p", R"({"pattern":"^q","definition":{"max-length":5}})");
  const json::value length = row_of("/api/queues/%2F/q/effective-arguments", "max-length");
  EXPECT_EQ(length.at("value"), 5) << "the lower of two limits";
  EXPECT_EQ(length.at("source"), "policy");
  EXPECT_EQ(length.at("policy"), "p");
  EXPECT_EQ(row_of("/api/queues/%2F/q/effective-arguments", "message-ttl").at("source"),
            "argument");
  EXPECT_EQ(get("/api/queues/%2F/nosuch/effective-arguments").status, 404u);
}

TEST_F(OwnPathsTest, QueuesOfOneTypeAreListed) {
  put("/api/queues/%2F/c", "{}");
  put("/api/queues/%2F/s", R"({"durable":true,"arguments":{"x-queue-type":"stream"}})");
  for (const char* list : {"/api/queues", "/api/queues/%2F"}) {
    const json::value streams = body_of(std::string(list) + "?type=stream&page=1");
    EXPECT_EQ(streams.at("total_count"), 1) << list;
    EXPECT_EQ(streams.at("items").at(0).at("name"), "s");
    EXPECT_EQ(body_of(std::string(list)).as_array().size(), 2u);
  }
}

TEST_F(OwnPathsTest, SettingsAreExplained) {
  const LoadedConfig loaded = load_config_text("heartbeat = 7\nssl_options.password = secret\n",
                                               {.file = "coney.conf", .environment = {}});
  settings_ = loaded.settings;
  const json::value heartbeat = row_of("/api/config", "heartbeat");
  EXPECT_EQ(heartbeat.at("value"), "7");
  EXPECT_EQ(heartbeat.at("source"), "coney.conf:1");
  EXPECT_EQ(row_of("/api/config", "channel_max").at("source"), "default");
  EXPECT_EQ(get("/api/config").body.find("secret\""), std::string::npos);
}

TEST_F(OwnPathsTest, SettingsThatHaveChangedWhileRunningAreExplained) {
  EXPECT_EQ(put("/api/coney/settings", R"({"channel_max":9,"loopback_users":["other"],
                                           "vm_memory_high_watermark":{"absolute":77},
                                           "consumer_timeout":"infinity"})")
                .status,
            204u);
  const auto check = [&](const std::string& key, const json::value& value) {
    const json::value row = row_of("/api/config", key);
    EXPECT_EQ(row.at("value"), value) << key;
    EXPECT_EQ(row.at("source"), "changed while running") << key;
  };
  check("channel_max", "9");
  check("consumer_timeout", "infinity");
  check("vm_memory_high_watermark.absolute", "77");
  check("vm_memory_high_watermark.relative", nullptr);
  check("loopback_users.other", "true");
  check("loopback_users.guest", "false");
  EXPECT_NE(row_of("/api/config", "disk_free_limit.absolute").at("source"),
            "changed while running");
}

TEST_F(OwnPathsTest, LogLevelThatWasSetWhileRunningIsExplained) {
  log::start({.console = false});
  EXPECT_EQ(row_of("/api/config", "log.default.level").at("source"), "default");
  EXPECT_EQ(post("/api/coney/log-level", R"({"level":"error"})").status, 204u);
  for (const char* key : {"log.default.level", "log.connection.level", "log.file.level"}) {
    const json::value row = row_of("/api/config", key);
    EXPECT_EQ(row.at("value"), "error") << key;
    EXPECT_EQ(row.at("source"), "changed while running") << key;
  }
  log::stop();
  EXPECT_EQ(row_of("/api/config", "log.default.level").at("value"), "info");
}

TEST_F(OwnPathsTest, WhatTheDiskIsUsedForIsTold) {
  put("/api/queues/%2F/q", "{}");
  const QueueId q = directory_.catalog().find_vhost("/")->find_queue("q")->id;
  space_.segments.durable = {.live = 700, .dead = 300, .files = 2};
  space_.log.waiting_for = {1};
  space_.damage = {.chunks = 1, .chunk_bytes = 4096, .messages = 12};
  space_.queues = {{.queue = q, .live_bytes = 700, .chunks = 3, .files = 2, .file_bytes = 1000},
                   {.queue = QueueId{}, .live_bytes = 1}};  // deleted meanwhile
  const json::value storage = body_of("/api/coney/storage");
  EXPECT_EQ(storage.at("segments").at("durable").at("dead_bytes"), 300);
  EXPECT_EQ(storage.at("log").at("waits_for_shards").at(0), 1);
  EXPECT_EQ(storage.at("damage").at("messages"), 12);
  ASSERT_EQ(storage.at("queues").as_array().size(), 1u);
  EXPECT_EQ(storage.at("queues").at(0).at("name"), "q");
  EXPECT_EQ(storage.at("queues").at(0).at("file_bytes"), 1000);
}

TEST_F(OwnPathsTest, FirstMessagesArePurged) {
  put("/api/queues/%2F/q", "{}");
  int left = 3;
  answer_queue_ = [&](const QueueCall& call) {
    QueueAnswer answer{.messages = static_cast<std::uint64_t>(left)};
    if (std::holds_alternative<GetCall>(call) && left > 0) {
      --left;
      answer.delivery.emplace();
    }
    return answer;
  };
  EXPECT_EQ(remove("/api/queues/%2F/q/contents?preview=1").status, 400u) << "nothing is purged";
  EXPECT_EQ(remove("/api/queues/%2F/q/contents?preview=true").body, R"({"messages_ready":3})");
  EXPECT_EQ(remove("/api/queues/%2F/q/contents?count=2").body, R"({"purged":2})");
  EXPECT_EQ(remove("/api/queues/%2F/q/contents?count=2").body, R"({"purged":1})");
  EXPECT_EQ(remove("/api/queues/%2F/q/contents?count=x").status, 400u);
}

}  // namespace
}  // namespace coney::management
