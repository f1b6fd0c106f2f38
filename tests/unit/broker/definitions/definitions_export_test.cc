#include "broker/definitions/definitions_export.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <string>

#include "broker/definitions/argument_json.h"
#include "broker/definitions/definitions_file.h"

namespace coney {
namespace {

namespace json = boost::json;
using amqp::Table;
using amqp::Value;

std::string recorded() {
  std::ifstream in(CONEY_SOURCE_DIR "/tests/unit/broker/definitions/data/rabbitmq_4_cluster.json");
  EXPECT_TRUE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

Definitions parsed(std::string_view document) {
  auto file = parse_definitions(document);
  if (file) return file->definitions;
  ADD_FAILURE() << file.error().first().pointer << ": " << file.error().first().message;
  return {};
}

json::object exported(const Definitions& all) {
  return json::parse(export_definitions(all, {"4.3.6", "rabbit@node"})).as_object();
}

TEST(DefinitionsExport, HasTheShapeThatRabbitMqRecorded) {
  json::object theirs = json::parse(recorded()).as_object();
  json::object ours = exported(parsed(recorded()));
  for (const char* key :
       {"rabbitmq_version", "rabbit_version", "product_name", "product_version", "explanation",
        "rabbitmq_definition_format", "original_cluster_name", "vhosts", "users", "permissions",
        "topic_permissions", "global_parameters", "policies", "exchanges", "queues", "bindings"}) {
    EXPECT_EQ(ours[key], theirs[key]) << key;
  }
  EXPECT_EQ(ours.size(), theirs.size());
  for (const auto& [key, unused] : theirs) EXPECT_TRUE(ours.contains(key)) << key;
}

TEST(DefinitionsExport, OperatorPoliciesAndVhostLimitsAreParametersToo) {
  json::array theirs = json::parse(recorded()).at("parameters").as_array();
  std::swap(theirs[2], theirs[3]);  // our limits come in the order of the vhosts
  EXPECT_EQ(exported(parsed(recorded()))["parameters"], theirs);
}

TEST(DefinitionsExport, HasThePoliciesThatRabbitMqRecorded) {
  json::object ours = exported(parsed(recorded()));
  EXPECT_EQ(ours["policies"], json::parse(recorded()).at("policies"));
}

TEST(DefinitionsExport, NameOfTheClusterIsAGlobalParameter) {
  EXPECT_EQ(exported({})["global_parameters"],
            json::parse(R"([{"name":"cluster_name","value":"rabbit@node"}])"));
  Definitions named;
  named.global_parameters = {{"cluster_name", R"("mine")"}, {"x", "[1,null]"}};
  EXPECT_EQ(
      exported(named)["global_parameters"],
      json::parse(R"([{"name":"cluster_name","value":"mine"},{"name":"x","value":[1,null]}])"));
}

TEST(DefinitionsExport, ProtectionFromDeletionComesBack) {
  Definitions all;
  all.vhosts = {{.name = "v", .default_queue_type = "classic", .protected_from_deletion = true}};
  EXPECT_EQ(parsed(export_definitions(all, {})).vhosts, all.vhosts);
}

TEST(DefinitionsExport, ComesBackWhenRead) {
  Definitions all = parsed(recorded());
  all.exchanges[1].internal = true;
  all.users[1].hashing = PasswordHashing::kSha512;
  all.users[1].password_hash = "";
  all.vhosts[1].protected_from_deletion = true;
  EXPECT_EQ(parsed(export_definitions(all, {"4.3.6", "c"})), all);
}

TEST(DefinitionsExport, LeavesOutWhatIsThereAnyway) {
  Definitions all;
  for (const char* name : {"", "amq.direct", "amq.match", "amq.rabbitmq.trace", "amq.mine"}) {
    all.exchanges.push_back({.vhost = "/", .name = name, .type = "direct"});
  }
  all.queues = {{.vhost = "/", .name = "mine", .exclusive = true}, {.vhost = "/", .name = "q"}};
  Definitions back = parsed(export_definitions(all, {}));
  ASSERT_EQ(back.exchanges.size(), 1u);
  EXPECT_EQ(back.exchanges[0].name, "amq.mine");
  ASSERT_EQ(back.queues.size(), 1u);
  EXPECT_EQ(back.queues[0].name, "q");
}

TEST(DefinitionsExport, QueueTypeIsAnArgumentToo) {
  Definitions all;
  all.queues = {{.vhost = "/", .name = "q", .type = "quorum"}};
  const json::object ours = exported(all);
  EXPECT_EQ(ours.at("queues").at(0).at("arguments").at("x-queue-type"), "quorum");
}

TEST(ArgumentJson, TypesThatJsonLacksBecomeTheNearest) {
  Table table{{"decimal", Value{'D', amqp::Decimal{2, 314}}},
              {"float", Value{'f', 0.5}},
              {"infinite", Value::number(std::numeric_limits<double>::infinity())},
              {"short", Value{'s', std::int64_t{-3}}},
              {"time", Value::timestamp(1700000000)},
              {"void", Value::void_value()}};
  EXPECT_EQ(table_to_json(table), json::parse(R"({"decimal":3.14,"float":0.5,"infinite":null,
                                                  "short":-3,"time":1700000000,"void":null})"));
}

TEST(ArgumentJson, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(json_text("plain \xc3\xa9"), "plain \xc3\xa9");
  EXPECT_EQ(json_text("a\xff\xc3"), "a\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(json_text("\xe2\x82\xac\xe2\x82"), "\xe2\x82\xac\xef\xbf\xbd\xef\xbf\xbd");
  Definitions all;
  all.queues = {{.vhost = "/", .name = "\xff", .arguments = {{"\xff", Value{'x', "\x80"}}}}};
  EXPECT_TRUE(parse_definitions(export_definitions(all, {"4", "\xff"})));
}

}  // namespace
}  // namespace coney
