#include "broker/topology/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr auto kToQueue = DestinationKind::kQueue;
constexpr auto kToExchange = DestinationKind::kExchange;

class CatalogTest : public testing::Test {
 protected:
  CatalogTest() {
    put<VhostPut>(VhostRecord{.name = "/"});
    put<UserPut>(UserRecord{.name = "u"});
  }

  template <typename Put, typename Record>
  void put(Record record) {
    catalog_.apply(Put{std::make_shared<const Record>(std::move(record))});
  }
  void exchange(std::string name, std::string type, Table arguments = {}) {
    put<ExchangePut>(ExchangeRecord{
        .vhost = "/", .name = std::move(name), .type = std::move(type), .arguments = arguments});
  }
  QueueId queue(const std::string& name) {
    QueueId id{ShardId{0}, next_slot_++, 1};
    catalog_.apply(QueuePut{
        std::make_shared<const QueueRecord>(QueueRecord{.vhost = "/", .name = name}), id, {}});
    return id;
  }
  static BindingRecord binding(std::string source, DestinationKind kind, std::string destination,
                               std::string key, Table arguments = {}) {
    return {"/", std::move(source), kind, std::move(destination), std::move(key), arguments};
  }
  void bind(BindingRecord record) { put<BindingPut>(std::move(record)); }

  std::vector<QueueId> route(std::string_view exchange, std::vector<std::string_view> keys,
                             std::string_view headers = {}) {
    const Vhost& vhost = *catalog_.find_vhost("/");
    std::vector<QueueId> out{{ShardId{9}, 9, 9}};  // must be cleared
    catalog_.route(vhost, *vhost.find_exchange(exchange), keys, headers, out);
    return out;
  }

  Catalog catalog_;
  std::uint32_t next_slot_ = 0;
};

TEST_F(CatalogTest, DefaultExchangeRoutesToTheQueueOfThatName) {
  QueueId q = queue("q");
  EXPECT_THAT(route("", {"q"}), ElementsAre(q));
  EXPECT_THAT(route("", {"other"}), IsEmpty());
}

TEST_F(CatalogTest, DefaultExchangeRoutesSeveralKeysToEachQueueOnce) {
  QueueId a = queue("a");
  QueueId b = queue("b");
  EXPECT_THAT(route("", {"a", "b", "a"}), ElementsAre(a, b));
}

TEST_F(CatalogTest, QueueBoundTwiceGetsAMessageOnce) {
  exchange("t", "topic");
  QueueId q = queue("q");
  bind(binding("t", kToQueue, "q", "a.*"));
  bind(binding("t", kToQueue, "q", "#"));
  EXPECT_THAT(route("t", {"a.b", "a.c"}), ElementsAre(q));
}

TEST_F(CatalogTest, ExchangeToExchangeLoopIsWalkedOnce) {
  exchange("a", "fanout");
  exchange("b", "fanout");
  QueueId q = queue("q");
  QueueId r = queue("r");
  bind(binding("a", kToExchange, "b", ""));
  bind(binding("b", kToExchange, "a", ""));
  bind(binding("a", kToExchange, "a", ""));
  bind(binding("a", kToQueue, "q", ""));
  bind(binding("b", kToQueue, "q", ""));
  bind(binding("b", kToQueue, "r", ""));
  EXPECT_THAT(route("a", {"k"}), UnorderedElementsAre(q, r));
  EXPECT_THAT(route("b", {"k"}), UnorderedElementsAre(q, r));
}

TEST_F(CatalogTest, AlternateExchangeTakesWhatIsRoutedNowhere) {
  exchange("d", "direct", {{"alternate-exchange", Value::text("rest")}});
  exchange("rest", "fanout");
  QueueId q = queue("q");
  QueueId rest = queue("rest");
  bind(binding("d", kToQueue, "q", "k"));
  bind(binding("rest", kToQueue, "rest", ""));
  EXPECT_THAT(route("d", {"k"}), ElementsAre(q));
  EXPECT_THAT(route("d", {"other"}), ElementsAre(rest));
}

TEST_F(CatalogTest, AlternateExchangeIsOfEachExchangeOnThePath) {
  exchange("first", "fanout");
  exchange("second", "direct", {{"alternate-exchange", Value::text("rest")}});
  exchange("rest", "fanout");
  QueueId q = queue("q");
  QueueId rest = queue("rest");
  bind(binding("first", kToQueue, "q", ""));
  bind(binding("first", kToExchange, "second", ""));
  bind(binding("rest", kToQueue, "rest", ""));
  EXPECT_THAT(route("first", {"k"}), UnorderedElementsAre(q, rest));
}

TEST_F(CatalogTest, AlternateExchangesInACircleEnd) {
  exchange("a", "direct", {{"alternate-exchange", Value::text("b")}});
  exchange("b", "direct", {{"alternate-exchange", Value::text("a")}});
  exchange("lost", "direct", {{"alternate-exchange", Value::text("missing")}});
  EXPECT_THAT(route("a", {"k"}), IsEmpty());
  EXPECT_THAT(route("lost", {"k"}), IsEmpty());
}

TEST_F(CatalogTest, HeadersDecide) {
  exchange("h", "headers");
  QueueId q = queue("q");
  bind(binding("h", kToQueue, "q", "", {{"colour", Value::text("red")}}));
  auto encoded = [](std::string_view colour) {
    std::string bytes;
    amqp::encode_table(bytes, {{"colour", Value::text(colour)}});
    return bytes.substr(4);
  };
  EXPECT_THAT(route("h", {""}, encoded("red")), ElementsAre(q));
  EXPECT_THAT(route("h", {""}, encoded("blue")), IsEmpty());
}

TEST_F(CatalogTest, BindingsAreToldApartByDestinationKeyAndArguments) {
  exchange("x", "fanout");
  exchange("q", "fanout");
  queue("q");
  BindingRecord one = binding("x", kToQueue, "q", "k");
  bind(one);
  EXPECT_TRUE(catalog_.has_binding(one));
  EXPECT_FALSE(catalog_.has_binding(binding("x", kToExchange, "q", "k")));
  EXPECT_FALSE(catalog_.has_binding(binding("x", kToQueue, "q", "")));
  EXPECT_FALSE(catalog_.has_binding(binding("x", kToQueue, "q", "k", {{"a", Value::int32(1)}})));
}

TEST_F(CatalogTest, RemovingOneOfTwoBindingsKeepsTheOther) {
  exchange("x", "direct");
  QueueId q = queue("q");
  BindingRecord plain = binding("x", kToQueue, "q", "k");
  bind(plain);
  bind(binding("x", kToQueue, "q", "k", {{"a", Value::int32(1)}}));
  put<BindingRemoved>(plain);
  EXPECT_FALSE(catalog_.has_binding(plain));
  EXPECT_THAT(route("x", {"k"}), ElementsAre(q));
}

TEST_F(CatalogTest, RemovedQueueLeavesNoBindingBehind) {
  exchange("x", "fanout");
  queue("q");
  BindingRecord old = binding("x", kToQueue, "q", "k");
  bind(old);
  catalog_.apply(QueueRemoved{"/", "q", {}});
  QueueId other = queue("other");  // takes the destination number of "q"
  EXPECT_FALSE(catalog_.has_binding(old));
  EXPECT_THAT(route("x", {"k"}), IsEmpty());
  EXPECT_THAT(route("", {"q"}), IsEmpty());
  EXPECT_THAT(route("", {"other"}), ElementsAre(other));
}

TEST_F(CatalogTest, RemovedExchangeTakesBindingsOfBothDirections) {
  exchange("up", "fanout");
  exchange("x", "fanout");
  queue("q");
  bind(binding("up", kToExchange, "x", ""));
  bind(binding("x", kToExchange, "x", ""));
  bind(binding("x", kToQueue, "q", ""));
  catalog_.apply(ExchangeRemoved{"/", "x"});
  const Vhost& vhost = *catalog_.find_vhost("/");
  EXPECT_FALSE(vhost.find_exchange("x"));
  EXPECT_TRUE(vhost.find_exchange("up")->outgoing.empty());
  EXPECT_TRUE(vhost.find_exchange("up")->index->empty());
  EXPECT_TRUE(vhost.find_queue("q")->incoming.empty());
  EXPECT_THAT(route("up", {"k"}), IsEmpty());
}

TEST_F(CatalogTest, VersionGrowsWithEveryChange) {
  auto before = catalog_.version();
  queue("q");
  EXPECT_GT(catalog_.version(), before);
}

TEST_F(CatalogTest, PermissionsAreAskedPerAccess) {
  put<PermissionPut>(PermissionRecord{"u", "/", "^c", "^w", "^r"});
  EXPECT_TRUE(catalog_.has_access("u", "/"));
  EXPECT_FALSE(catalog_.has_access("u", "other"));
  EXPECT_FALSE(catalog_.has_access("nobody", "/"));
  EXPECT_TRUE(catalog_.allowed("u", "/", Access::kConfigure, "c"));
  EXPECT_FALSE(catalog_.allowed("u", "/", Access::kConfigure, "w"));
  EXPECT_TRUE(catalog_.allowed("u", "/", Access::kWrite, "w"));
  EXPECT_TRUE(catalog_.allowed("u", "/", Access::kRead, "r"));
  EXPECT_FALSE(catalog_.allowed("nobody", "/", Access::kRead, "r"));
}

TEST_F(CatalogTest, PatternThatDoesNotCompileRefuses) {
  put<PermissionPut>(PermissionRecord{"u", "/", "(", ".*", ".*"});
  EXPECT_FALSE(catalog_.allowed("u", "/", Access::kConfigure, ""));
  EXPECT_FALSE(catalog_.allowed("u", "/", Access::kConfigure, "q"));
  EXPECT_TRUE(catalog_.allowed("u", "/", Access::kWrite, "q"));
}

TEST_F(CatalogTest, RoutesThatKeysDoNotDecideAreNotToBeKept) {
  exchange("front", "fanout");
  exchange("random", "x-random");
  queue("q");
  bind(binding("front", kToQueue, "q", ""));
  bind(binding("random", kToQueue, "q", ""));
  const auto decided_by_keys = [&](std::string_view name) {
    const Vhost& vhost = *catalog_.find_vhost("/");
    const std::string_view key = "k";
    std::vector<QueueId> out;
    return catalog_.route(vhost, *vhost.find_exchange(name), {.keys = {&key, 1}}, out);
  };
  EXPECT_TRUE(decided_by_keys(""));
  EXPECT_TRUE(decided_by_keys("front"));
  EXPECT_FALSE(decided_by_keys("random"));
  bind(binding("front", kToExchange, "random", ""));
  EXPECT_FALSE(decided_by_keys("front"));
}

TEST_F(CatalogTest, TellsWhichQueuesItRoutedToLast) {
  exchange("f", "fanout");
  queue("a");
  queue("b");
  bind(binding("f", kToQueue, "a", ""));
  bind(binding("f", kToQueue, "b", ""));
  const auto names = [&] {
    std::vector<std::string> all;
    for (const CatalogQueue* one : catalog_.last_routed()) all.push_back(one->record->name);
    return all;
  };
  route("f", {"k"});
  EXPECT_THAT(names(), UnorderedElementsAre("a", "b"));
  route("", {"b"});
  EXPECT_THAT(names(), ElementsAre("b"));
  route("f", {"k"});
  route("", {"missing"});
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(CatalogTest, TracingIsCountedOverVhosts) {
  put<VhostPut>(VhostRecord{.name = "other"});
  EXPECT_FALSE(catalog_.tracing());
  catalog_.apply(TracingPut{"other", true});
  catalog_.apply(TracingPut{"other", true});
  catalog_.apply(TracingPut{"missing", true});
  EXPECT_TRUE(catalog_.tracing());
  EXPECT_TRUE(catalog_.find_vhost("other")->tracing);
  EXPECT_FALSE(catalog_.find_vhost("/")->tracing);
  catalog_.apply(TracingPut{"other", false});
  catalog_.apply(TracingPut{"other", false});
  EXPECT_FALSE(catalog_.tracing());
  catalog_.apply(TracingPut{"other", true});
  catalog_.apply(VhostRemoved{"other"});
  EXPECT_FALSE(catalog_.tracing());
}

TEST_F(CatalogTest, TopicPermissionsExpandTheUserAndApplyToTheirExchangeOnly) {
  put<TopicPermissionPut>(TopicPermissionRecord{"u", "/", "t", "^{username}\\.", "^shared$"});
  EXPECT_TRUE(catalog_.topic_allowed({"u", {}}, "/", "t", Access::kWrite, "u.a"));
  EXPECT_FALSE(catalog_.topic_allowed({"u", {}}, "/", "t", Access::kWrite, "v.a"));
  EXPECT_TRUE(catalog_.topic_allowed({"u", {}}, "/", "t", Access::kRead, "shared"));
  EXPECT_FALSE(catalog_.topic_allowed({"u", {}}, "/", "t", Access::kRead, "u.a"));
  EXPECT_TRUE(catalog_.topic_allowed({"u", {}}, "/", "other", Access::kWrite, "v.a"));
  EXPECT_TRUE(catalog_.topic_allowed({"nobody", {}}, "/", "t", Access::kWrite, "v.a"));
}

}  // namespace
}  // namespace coney
