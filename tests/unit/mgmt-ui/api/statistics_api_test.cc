// Connections, channels, consumers, overview and nodes, and the statistics of other rows, from what
// shards have told.

#include <gmock/gmock.h>

#include "mgmt-ui/api/prometheus/metrics.h"
#include "mgmt-ui/api/stats/statistics.h"
#include "tests/unit/mgmt-ui/api/api_fixture.h"

namespace coney::management {
namespace {

namespace json = boost::json;

constexpr Millisecond kStart = 1'700'000'000'000;
constexpr ConnectionId kConnection{ShardId{0}, 1, 1};
constexpr std::string_view kName = "10.0.0.1:40000 -> 10.0.0.2:5672";
constexpr std::string_view kPath = "/api/connections/10.0.0.1:40000%20-%3E%2010.0.0.2:5672";

class StatisticsApiTest : public ApiTest {
 protected:
  StatisticsApiTest() {
    execute_now(DeclareQueue{queue_record("q"), ShardId{0}, {}});
    statistics_.take(std::vector<StatsEvent>{QueueOpened{queue("q").id}});
    open(kConnection, kName, "guest");
    tell(ChannelOpened{{kConnection, 1}});
  }

  static QueueRecord queue_record(const std::string& name) {
    QueueRecord record;
    record.vhost = "/";
    record.name = name;
    return record;
  }
  const CatalogQueue& queue(const std::string& name) const {
    return *directory_.find_vhost("/")->find_queue(name);
  }
  void open(ConnectionId id, std::string_view name, const std::string& user) {
    auto facts = std::make_shared<ConnectionFacts>();
    facts->name = name;
    facts->user = user;
    facts->vhost = "/";
    facts->peer_host = "10.0.0.1";
    facts->peer_port = 40000;
    auto properties = std::make_shared<amqp::Table>();
    properties->set("connection_name", amqp::Value::text("worker"));
    facts->client_properties = std::move(properties);
    tell(ConnectionOpened{id, std::move(facts)});
  }
  void tell(StatsEvent event) {
    std::vector<StatsEvent> events;
    events.push_back(std::move(event));
    statistics_.take(events);
  }
  void tell_published(std::uint64_t count) {
    ChannelUpdate update{{kConnection, 1}, {}, {}};
    update.counters.publish = count;
    tell(update);
    QueueUpdate queued{queue("q").id, queue("q").record, {}, {}};
    queued.counters.publish = count;
    queued.gauges.messages_ready = count;
    tell(queued);
  }
  void pass(Millisecond milliseconds) {
    for (Millisecond passed = 0; passed < milliseconds; passed += 1000) {
      time_ += 1000;
      statistics_.tick(directory_.catalog());
    }
  }
  json::object object_of(std::string target) { return body_of(std::move(target)).as_object(); }

  const Statistics& statistics() const override { return statistics_; }
  void close_connection(ConnectionId id, std::string reason) override {
    closed_.emplace_back(id, std::move(reason));
  }

  Millisecond time_ = kStart;
  Statistics statistics_{[this] { return time_; }, [] { return NodeSample{}; }};
  std::vector<std::pair<ConnectionId, std::string>> closed_;
};

TEST_F(StatisticsApiTest, AConnectionIsShownByItsName) {
  const json::object row = object_of(std::string(kPath));
  EXPECT_EQ(row.at("name"), json::value(kName));
  EXPECT_EQ(row.at("user_provided_name"), json::value("worker"));
  EXPECT_EQ(row.at("peer_cert_subject"), json::value(""));
  EXPECT_TRUE(body_of("/api/connections").at(0).at("peer_cert_subject").is_null());
  EXPECT_EQ(get("/api/connections/nosuch").status, 404u);
}

TEST_F(StatisticsApiTest, AConnectionIsClosedWithTheReasonOfTheHeader) {
  headers_.emplace_back("x-reason", "tired of it");
  EXPECT_EQ(remove(std::string(kPath)).status, 204u);
  ASSERT_EQ(closed_.size(), 1u);
  EXPECT_EQ(closed_[0].first, kConnection);
  EXPECT_EQ(closed_[0].second, "tired of it");
  EXPECT_EQ(remove("/api/connections/nosuch").status, 404u);
}

TEST_F(StatisticsApiTest, OthersConnectionsAreForThoseWhoMonitor) {
  add_user("mgr", {"management"});
  allow("mgr", "/");
  as("mgr");
  EXPECT_EQ(get(std::string(kPath)).status, 401u);
  EXPECT_EQ(remove(std::string(kPath)).status, 401u);
  EXPECT_TRUE(closed_.empty());
  EXPECT_TRUE(body_of("/api/connections").as_array().empty());
  EXPECT_TRUE(body_of("/api/channels").as_array().empty());
  EXPECT_EQ(object_of("/api/overview").at("object_totals").at("connections"), json::value(0));
}

TEST_F(StatisticsApiTest, AllConnectionsOfAUserAreClosed) {
  open({ShardId{1}, 1, 1}, "other", "somebody");
  EXPECT_EQ(body_of("/api/connections/username/guest").as_array().size(), 1u);
  EXPECT_EQ(remove("/api/connections/username/guest").status, 204u);
  ASSERT_EQ(closed_.size(), 1u);
  EXPECT_EQ(closed_[0].first, kConnection);
}

TEST_F(StatisticsApiTest, MessageStatsAppearWithTheFirstMessage) {
  const std::string channel = "/api/channels/10.0.0.1:40000%20-%3E%2010.0.0.2:5672%20(1)";
  EXPECT_FALSE(object_of(channel).contains("message_stats"));
  tell_published(50);
  pass(10'000);
  const json::object stats = object_of(channel).at("message_stats").as_object();
  EXPECT_EQ(stats.at("publish"), json::value(50));
  EXPECT_TRUE(stats.contains("confirm"));
  EXPECT_FALSE(stats.contains("deliver"));
  EXPECT_TRUE(object_of(channel).contains("idle_since"));
}

TEST_F(StatisticsApiTest, AQueueHasNoStatisticsInItsFirstSeconds) {
  EXPECT_FALSE(object_of("/api/queues/%2F/q").contains("messages"));
  pass(6000);
  EXPECT_EQ(object_of("/api/queues/%2F/q").at("messages"), json::value(0));
  EXPECT_EQ(object_of("/api/queues/%2F/q?disable_stats=true").count("messages"), 0u);
}

TEST_F(StatisticsApiTest, NoCountIsShownBeforeARestartHasToldIt) {
  pass(6000);
  tell(ShardRestoring{ShardId{0}});
  EXPECT_EQ(object_of("/api/coney/node").at("state"), "starting");
  EXPECT_FALSE(object_of("/api/queues/%2F/q").contains("messages"));
  tell_published(3);
  EXPECT_EQ(object_of("/api/queues/%2F/q").at("messages"), json::value(3));
  EXPECT_EQ(object_of("/api/coney/node").at("state"), "starting") << "there may be other queues";
  tell(ShardRestored{ShardId{0}});
  EXPECT_EQ(object_of("/api/coney/node").at("state"), "running");
}

TEST_F(StatisticsApiTest, ListsSaySinceWhenAQueueIsIdle) {
  tell_published(1);
  pass(3000);
  EXPECT_FALSE(body_of("/api/queues").at(0).as_object().contains("idle_since"));
  pass(10'000);
  const json::value since = object_of("/api/queues/%2F/q").at("idle_since");
  EXPECT_EQ(body_of("/api/queues").at(0).at("idle_since"), since);
  EXPECT_EQ(body_of("/api/queues/detailed").at(0).at("idle_since"), since);
}

TEST_F(StatisticsApiTest, AQueueThatWasNeverUsedIsIdleSinceItsDeclaration) {
  EXPECT_FALSE(object_of("/api/queues/%2F/q").contains("idle_since"));
  pass(10'000);
  EXPECT_EQ(object_of("/api/queues/%2F/q").at("idle_since"), "2023-11-14T22:13:20.000+00:00");
}

TEST_F(StatisticsApiTest, DeadLettersAreShownByRateAndReason) {
  pass(10'000);
  EXPECT_FALSE(object_of("/api/queues/%2F/q").contains("dead_letters"));
  QueueUpdate update{queue("q").id, queue("q").record, {}, {}};
  update.counters.dead_letters = {30, 0, 20, 0};
  tell(update);
  pass(5000);
  const json::object row = object_of("/api/queues/%2F/q");
  EXPECT_EQ(row.at("dead_letters"), json::parse(R"({"rejected": 30, "maxlen": 20})"));
  EXPECT_EQ(row.at("dead_letters_details"),
            json::parse(R"({"rejected": {"rate": 6.0}, "maxlen": {"rate": 4.0}})"));
  const json::object stats = row.at("message_stats").as_object();
  EXPECT_EQ(stats.at("dead_letter"), json::value(50));
  EXPECT_EQ(stats.at("dead_letter_details").at("rate"), json::value(10.0));
  execute_now(DeclareQueue{queue_record("a"), ShardId{0}, {}});
  const auto first = [&](const std::string& order) {
    return body_of("/api/queues?sort=message_stats.dead_letter" + order).at(0).at("name");
  };
  EXPECT_EQ(first("&sort_reverse=true"), json::value("q"));
  EXPECT_EQ(first("_details.rate"), json::value("a"));
}

TEST_F(StatisticsApiTest, AgeOfTheOldestHasSamplesThatGrowWhileNothingHappens) {
  const std::string path = "/api/queues/%2F/q?lengths_age=20&lengths_incr=5";
  pass(10'000);
  QueueUpdate update{queue("q").id, queue("q").record, {}, {}};
  update.gauges.messages_ready = 1;
  update.gauges.oldest_ready_at = time_ - 2000;
  tell(update);
  pass(15'000);
  const auto samples = [&] {
    std::vector<std::uint64_t> ages;
    const json::object row = object_of(path);
    for (const json::value& one : row.at("oldest_ready_age_ms_details").at("samples").as_array()) {
      ages.push_back(one.at("sample").to_number<std::uint64_t>());
    }
    return ages;
  };
  EXPECT_THAT(samples(), testing::ElementsAre(17'000, 12'000, 7'000, 0, 0));
  update.gauges = {};
  tell(update);
  pass(5000);
  EXPECT_THAT(samples(), testing::ElementsAre(0, 17'000, 12'000, 7'000, 0));
  EXPECT_FALSE(object_of("/api/queues/%2F/q").contains("oldest_ready_age_ms_details"));
}

TEST_F(StatisticsApiTest, RatesComeFromTheLastFiveSeconds) {
  pass(10'000);
  tell_published(100);
  pass(5000);
  const json::value row = body_of("/api/queues/%2F/q?msg_rates_age=10&msg_rates_incr=5");
  const json::object& details = row.at("message_stats").at("publish_details").as_object();
  EXPECT_EQ(details.at("rate"), json::value(20.0));
  EXPECT_EQ(details.at("samples").as_array().size(), 3u);
  pass(10'000);
  EXPECT_EQ(body_of("/api/queues/%2F/q").at("message_stats").at("publish_details").at("rate"),
            json::value(0.0));
}

TEST_F(StatisticsApiTest, QueuesAreSortedByWhatTheyHold) {
  execute_now(DeclareQueue{queue_record("a"), ShardId{0}, {}});
  pass(6000);
  tell_published(3);
  const auto rows = body_of("/api/queues?sort=messages&sort_reverse=true&columns=name");
  EXPECT_EQ(rows.at(0).at("name"), json::value("q"));
  EXPECT_EQ(rows.at(1).at("name"), json::value("a"));
}

TEST_F(StatisticsApiTest, ConsumersOfASingleActiveOneWait) {
  for (ConsumerNumber number : {1u, 2u}) {
    auto facts = std::make_shared<ConsumerFacts>();
    facts->tag = "tag" + std::to_string(number);
    facts->queue = queue("q").id;
    facts->queue_name = "q";
    facts->vhost = "/";
    tell(ConsumerOpened{{kConnection, 1, number}, std::move(facts)});
  }
  QueueUpdate update{queue("q").id, queue("q").record, {}, {}};
  update.gauges.consumers = 2;
  update.gauges.active_consumer = ConsumerKey{kConnection, 1, 2};
  tell(update);
  const auto rows = body_of("/api/consumers/%2F").as_array();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].at("activity_status"), json::value("waiting"));
  EXPECT_EQ(rows[1].at("activity_status"), json::value("single_active"));
  EXPECT_EQ(object_of("/api/queues/%2F/q").at("single_active_consumer_tag"), json::value("tag2"));
  EXPECT_EQ(object_of("/api/queues/%2F/q").at("consumer_details").as_array().size(), 2u);
}

TEST_F(StatisticsApiTest, TheNodeIsShownByItsNameAlone) {
  EXPECT_EQ(object_of("/api/nodes/rabbit@test").at("name"), json::value("rabbit@test"));
  EXPECT_EQ(get("/api/nodes/nosuch@nowhere").status, 404u);
  EXPECT_TRUE(
      object_of("/api/nodes/rabbit@test/memory").at("memory").as_object().contains("total"));
}

// ---- Prometheus ----

class MetricsTest : public StatisticsApiTest {
 protected:
  std::string metrics(std::string target) {
    Request head{.method = Method::kGet, .target = std::move(target)};
    head.headers.emplace_back("accept", "text/plain;version=0.0.4");
    auto admitted = metrics_.admit(std::move(head));
    EXPECT_TRUE(std::holds_alternative<Api::Admitted>(admitted));
    std::string text;
    metrics_.carry_out(std::get<Api::Admitted>(std::move(admitted)), [&](Answer answer) {
      EXPECT_EQ(answer.content_type, "text/plain; version=0.0.4");
      complete(answer);
      text = answer.body;
    });
    return text;
  }
  static bool has(const std::string& text, const std::string& line) {
    return text.find(line + "\n") != text.npos;
  }

  Api metrics_{directory_, services(), metrics_routes()};
};

TEST_F(MetricsTest, SumsNeedNoLogin) {
  tell_published(7);
  const std::string text = metrics("/metrics");
  EXPECT_TRUE(has(text, "# TYPE rabbitmq_queue_messages_ready gauge"));
  EXPECT_TRUE(has(text, "rabbitmq_queue_messages_ready 7"));
  EXPECT_TRUE(has(text, "rabbitmq_channel_messages_published_total 7"));
  EXPECT_TRUE(has(text, "rabbitmq_connections 1"));
  EXPECT_TRUE(has(text, R"(rabbitmq_global_messages_received_total{protocol="amqp091"} 7)"));
}

TEST_F(MetricsTest, SumsOfWhatIsGoneDoNotFall) {
  tell_published(7);
  tell(ChannelClosed{{kConnection, 1}, {.publish = 9}});
  EXPECT_TRUE(has(metrics("/metrics"), "rabbitmq_channel_messages_published_total 9"));
}

TEST_F(MetricsTest, EachObjectHasALine) {
  tell_published(7);
  EXPECT_TRUE(has(metrics("/metrics/per-object"),
                  R"(rabbitmq_queue_messages_ready{vhost="/",queue="q"} 7)"));
}

TEST_F(MetricsTest, FamiliesAndVhostsAreChosen) {
  tell_published(7);
  const std::string text = metrics("/metrics/detailed?family=queue_coarse_metrics&vhost=%2F");
  EXPECT_TRUE(has(text, R"(rabbitmq_detailed_queue_messages{vhost="/",queue="q"} 7)"));
  EXPECT_EQ(text.find("connection_incoming"), text.npos);
  const std::string none = metrics("/metrics/detailed?family=queue_coarse_metrics&vhost=other");
  EXPECT_EQ(none.find("queue=\"q\""), none.npos);
  EXPECT_EQ(metrics("/metrics/detailed").find("queue_messages"), std::string::npos);
}

TEST_F(MetricsTest, LabelsAreEscaped) {
  execute_now(DeclareQueue{queue_record("a\"b\\c\nd"), ShardId{0}, {}});
  EXPECT_TRUE(has(metrics("/metrics/per-object"),
                  R"(rabbitmq_queue_messages{vhost="/",queue="a\"b\\c\nd"} 0)"));
}

TEST_F(MetricsTest, OnlyTheLargestAreExportedWhenSoAsked) {
  execute_now(DeclareQueue{queue_record("small"), ShardId{0}, {}});
  tell_published(7);
  const std::string text = metrics("/metrics/per-object?top=1");
  EXPECT_NE(text.find("queue=\"q\""), text.npos);
  EXPECT_EQ(text.find("queue=\"small\""), text.npos);
}

TEST_F(MetricsTest, MessageSizesAreAHistogram) {
  ShardUpdate update;
  update.counters.count_message(100);
  update.counters.count_message(101);
  update.counters.count_message(200'000'000);
  tell(update);
  const std::string text = metrics("/metrics");
  EXPECT_TRUE(has(text, R"(rabbitmq_message_size_bytes_bucket{protocol="amqp091",le="100"} 1)"));
  EXPECT_TRUE(has(text, R"(rabbitmq_message_size_bytes_bucket{protocol="amqp091",le="1000"} 2)"));
  EXPECT_TRUE(has(text, R"(rabbitmq_message_size_bytes_bucket{protocol="amqp091",le="+Inf"} 3)"));
  EXPECT_TRUE(has(text, R"(rabbitmq_message_size_bytes_sum{protocol="amqp091"} 200000201)"));
}

}  // namespace
}  // namespace coney::management
