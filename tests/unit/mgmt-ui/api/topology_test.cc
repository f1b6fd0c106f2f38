#include <ctime>

#include "tests/unit/mgmt-ui/api/api_fixture.h"

// Exchanges, queues and bindings.

namespace coney::management {
namespace {

namespace json = boost::json;

class TopologyApiTest : public ApiTest {
 protected:
  TopologyApiTest() {
    add_user("mgr", {"management"});
    allow("mgr", "/");
    EXPECT_EQ(put("/api/exchanges/%2F/x", R"({"type":"topic","durable":true})").status, 201u);
    EXPECT_EQ(put("/api/queues/%2F/q", R"({"durable":"true"})").status, 201u);
  }
};

TEST_F(TopologyApiTest, ExchangeIsDeclaredOnce) {
  EXPECT_EQ(put("/api/exchanges/%2F/x", R"({"type":"topic","durable":true})").status, 204u);
  EXPECT_EQ(reason_of(put("/api/exchanges/%2F/x", R"({"type":"fanout","durable":true})")),
            "inequivalent arg 'type' for exchange 'x' in vhost '/': received 'fanout' but current "
            "is 'topic'");
  EXPECT_EQ(reason_of(put("/api/exchanges/%2F/y", R"({"type":"bogus"})")),
            "unknown exchange type 'bogus'");
  EXPECT_EQ(put("/api/exchanges/%2F/amq.new", "{}").status, 401u);
  EXPECT_EQ(put("/api/exchanges/%2F/amq.default", "{}").status, 401u);
  EXPECT_EQ(reason_of(put("/api/exchanges/nosuch/y", "{}")), "vhost_not_found");
}

TEST_F(TopologyApiTest, DefaultExchangeHasANameInPaths) {
  EXPECT_EQ(body_of("/api/exchanges/%2F/amq.default").at("name"), "");
  EXPECT_EQ(body_of("/api/exchanges/%2F/amq.default/bindings/source").as_array().size(), 1u);
}

TEST_F(TopologyApiTest, PermissionsAreThoseOverAmqp) {
  execute_now(SetPermissions{{"mgr", "/", "^own", "^own", "^own"}});
  as("mgr");
  EXPECT_EQ(put("/api/queues/%2F/other", "{}").status, 401u);
  EXPECT_EQ(put("/api/queues/%2F/own", "{}").status, 201u);
  EXPECT_EQ(put("/api/exchanges/%2F/other", "{}").status, 401u);
  EXPECT_EQ(post("/api/bindings/%2F/e/x/q/own", "{}").status, 401u) << "may not read x";
  EXPECT_EQ(remove("/api/queues/%2F/q").status, 401u);
  EXPECT_EQ(post("/api/queues/%2F/q/get", R"({"count":1,"ackmode":"ack_requeue_true",)"
                                          R"("encoding":"auto"})")
                .status,
            401u);
}

TEST_F(TopologyApiTest, QueueShowsWhatPoliciesMakeOfIt) {
  put("/api/policies/%2F/p", R"({"pattern":"^q","definition":{"max-length":5}})");
  const json::value queue = body_of("/api/queues/%2F/q");
  EXPECT_EQ(queue.at("policy"), "p");
  EXPECT_EQ(queue.at("effective_policy_definition"), json::parse(R"({"max-length":5})"));
  EXPECT_EQ(queue.at("arguments"), json::parse(R"({"x-queue-type":"classic"})"));
}

TEST_F(TopologyApiTest, QueueArgumentsAreChecked) {
  EXPECT_EQ(reason_of(put("/api/queues/%2F/r", R"({"arguments":{"x-message-ttl":"x"}})")),
            "invalid arg 'x-message-ttl' for queue 'r' in vhost '/': \"expected integer, got "
            "longstr\"");
  EXPECT_EQ(reason_of(put("/api/queues/%2F/r", R"({"durable":5})")),
            json::parse(R"(["not_boolean",5])"));
  EXPECT_EQ(reason_of(put("/api/queues/%2F/r", R"({"node":"n@x"})")),
            "Node n@x is not a cluster member");
  EXPECT_EQ(put("/api/queues/%2F/r", R"({"arguments":[]})").status, 201u);
}

TEST_F(TopologyApiTest, BindingIsKnownByItsKey) {
  const std::string pair = "/api/bindings/%2F/e/x/q/q";
  const Answer made = post(pair, R"({"routing_key":"a/b c~d?é"})");
  EXPECT_EQ(made.status, 201u);
  EXPECT_EQ(header_of(made, "location"), "q/a%252Fb%2Bc%257Ed%253F%25C3%25A9");
  EXPECT_EQ(header_of(post(pair, "{}"), "location"), "q/~");
  const std::string with_arguments =
      header_of(post(pair, R"({"routing_key":"rk","arguments":{"x":1}})"), "location");
  EXPECT_EQ(body_of(pair).as_array().size(), 3u);
  EXPECT_EQ(body_of("/api/bindings/%2F/e/x/q/" + with_arguments).at("arguments"),
            json::parse(R"({"x":1})"));
  EXPECT_EQ(remove("/api/bindings/%2F/e/x/q/" + with_arguments).status, 204u);
  EXPECT_EQ(remove("/api/bindings/%2F/e/x/q/" + with_arguments).status, 404u);
  EXPECT_EQ(body_of("/api/queues/%2F/q/bindings").as_array().size(), 3u) << "and the default one";
}

TEST_F(TopologyApiTest, ExchangesAreBoundToExchanges) {
  EXPECT_EQ(post("/api/bindings/%2F/e/amq.topic/e/x", R"({"routing_key":"k"})").status, 201u);
  EXPECT_EQ(body_of("/api/exchanges/%2F/x/bindings/destination").as_array()[0].at("source"),
            "amq.topic");
  EXPECT_EQ(remove("/api/exchanges/%2F/amq.topic").status, 401u);
  EXPECT_EQ(reason_of(post("/api/bindings/%2F/e/x/e/nosuch", "{}")),
            "no exchange 'nosuch' in vhost '/'");
  EXPECT_EQ(post("/api/bindings/%2F/e/amq.default/q/q", "{}").status, 401u);
}

TEST_F(TopologyApiTest, ExchangeInUseStays) {
  post("/api/bindings/%2F/e/x/q/q", R"({"routing_key":"k"})");
  EXPECT_EQ(reason_of(remove("/api/exchanges/%2F/x?if-unused=true")),
            "exchange 'x' in vhost '/' in use");
  EXPECT_EQ(remove("/api/exchanges/%2F/x").status, 204u);
  EXPECT_EQ(remove("/api/exchanges/%2F/x").status, 404u);
}

TEST_F(TopologyApiTest, QueueIsDeletedOnceItsShardAgrees) {
  answer_queue_ = [](const QueueCall& call) {
    const auto& condition = std::get<DeleteCall>(call);
    return QueueAnswer{.status = condition.if_empty ? QueueStatus::kNotEmpty : QueueStatus::kOk};
  };
  EXPECT_EQ(reason_of(remove("/api/queues/%2F/q?if-empty=true")),
            "queue 'q' in vhost '/' not empty");
  EXPECT_EQ(get("/api/queues/%2F/q").status, 200u);
  EXPECT_EQ(remove("/api/queues/%2F/q").status, 204u);
  EXPECT_EQ(get("/api/queues/%2F/q").status, 404u);
}

TEST_F(TopologyApiTest, QueuesOfOthersAreNotListed) {
  put("/api/vhosts/v");
  put("/api/queues/v/hidden", "{}");
  EXPECT_EQ(body_of("/api/queues").as_array().size(), 2u);
  as("mgr");
  EXPECT_EQ(body_of("/api/queues").as_array().size(), 1u);
  EXPECT_EQ(get("/api/queues/v").status, 404u);
}

// A hundred thousand queues, each page by any column in a tenth of a second.
TEST_F(TopologyApiTest, PageOfManyQueuesIsQuick) {
  constexpr int kQueues = 100'000;
  Changes changes;
  for (int n = 0; n < kQueues; ++n) {
    auto record = std::make_shared<QueueRecord>();
    record->vhost = "/";
    record->name = "many-" + std::to_string(n * 7919 % kQueues);
    changes.push_back(QueuePut{.record = record,
                               .id = QueueId{ShardId{0}, static_cast<std::uint32_t>(n + 10), 1},
                               .settings = std::make_shared<QueueSettings>()});
  }
  directory_.apply(changes);
  for (std::string column : {"name", "type", "durable", "state", "policy"}) {
    get("/api/queues?page=1&page_size=500");  // sorts what has come
    const std::clock_t before = std::clock();
    const json::value page = body_of("/api/queues?page=3&page_size=500&sort=" + column);
    const double took = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    EXPECT_EQ(page.at("item_count"), 500);
    EXPECT_LT(took, 2) << column;  // of CPU: it may be an unoptimized build on a busy machine
    RecordProperty("seconds by " + column, std::to_string(took));
  }
}

}  // namespace
}  // namespace coney::management
