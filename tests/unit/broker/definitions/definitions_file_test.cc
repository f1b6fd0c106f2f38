#include "broker/definitions/definitions_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "tests/fuzz/definitions_entry.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;

std::string data_file(const std::string& name) {
  std::ifstream in(CONEY_SOURCE_DIR "/tests/unit/broker/definitions/data/" + name);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

PasswordSalt fixed_salt() {
  return {0x90, 0x8d, 0xc6, 0x0a};
}

DefinitionsFile parsed(std::string_view document, const DefinitionsReadOptions& options = {}) {
  auto file = parse_definitions(document, options);
  if (file) return *file;
  ADD_FAILURE() << file.error().first().pointer << ": " << file.error().first().message;
  return {};
}

JsonError error_of(std::string_view document) {
  auto file = parse_definitions(document);
  EXPECT_FALSE(file) << document;
  return file ? JsonError{} : file.error().first();
}

// An array of one queue with these arguments, and what is read of them.
Table arguments_of(const std::string& json) {
  auto file = parsed(R"({"queues":[{"name":"q","vhost":"/","arguments":)" + json + "}]}");
  return file.definitions.queues.empty() ? Table() : file.definitions.queues[0].arguments;
}

TEST(DefinitionsFile, ReadsAnExportOfVersion4) {
  DefinitionsFile file = parsed(data_file("rabbitmq_4_cluster.json"));
  const Definitions& all = file.definitions;
  ASSERT_EQ(all.vhosts.size(), 3u);
  EXPECT_EQ(all.vhosts[1], (VhostRecord{.name = "golden",
                                        .description = "golden vhost",
                                        .tags = {"one", "two"},
                                        .default_queue_type = "classic",
                                        .max_connections = 1000,
                                        .max_queues = 1000}));
  EXPECT_EQ(all.vhosts[2].max_queues, -1);
  ASSERT_EQ(all.users.size(), 6u);
  EXPECT_EQ(all.users[0].tags, std::vector<std::string>{"administrator"});
  EXPECT_EQ(all.users[2].max_channels, 500);
  EXPECT_EQ(all.users[2].max_connections, 50);
  EXPECT_TRUE(verify_password("guest", all.users[0].password_hash, all.users[0].hashing));
  EXPECT_EQ(all.permissions.size(), 7u);
  EXPECT_EQ(all.topic_permissions,
            (std::vector<TopicPermissionRecord>{{"mgr", "golden", "g.topic", "^a", ".*"}}));
  ASSERT_EQ(all.exchanges.size(), 8u);
  EXPECT_EQ(all.exchanges[1],
            (ExchangeRecord{.vhost = "golden",
                            .name = "g.args",
                            .type = "direct",
                            .auto_delete = true,
                            .arguments = {{"alternate-exchange", Value::text("g.fanout")},
                                          {"x-foo", Value::text("bar")}}}));
  ASSERT_EQ(all.queues.size(), 9u);
  EXPECT_EQ(all.queues[1],
            (QueueRecord{.vhost = "golden",
                         .name = "gq.classic",
                         .type = "classic",
                         .durable = true,
                         .arguments = {{"x-dead-letter-exchange", Value::text("g.fanout")},
                                       {"x-message-ttl", Value::int64(3600000)},
                                       {"x-queue-type", Value::text("classic")}}}));
  EXPECT_EQ(all.queues[4].type, "quorum");
  ASSERT_EQ(all.bindings.size(), 9u);
  EXPECT_EQ(all.bindings[5], (BindingRecord{"golden",
                                            "g.topic",
                                            DestinationKind::kExchange,
                                            "g.fanout",
                                            "x.*",
                                            {{"z", Value::text("1")}}}));
  EXPECT_EQ(file.warnings,
            (std::vector<std::string>{"kept but without effect yet: parameters of component "
                                      "federation-upstream (1)"}));
  ASSERT_EQ(all.policies.size(), 3u);
  EXPECT_EQ(all.policies[0], (PolicyRecord{"golden",
                                           true,
                                           "gop",
                                           "^gq\\.",
                                           PolicyTarget::kQueues,
                                           1,
                                           {{"max-length", Value::int64(50000)}}}));
  EXPECT_EQ(all.policies[1], (PolicyRecord{"golden",
                                           false,
                                           "xpol",
                                           "^g\\.direct$",
                                           PolicyTarget::kExchanges,
                                           1,
                                           {{"alternate-exchange", Value::text("g.fanout")}}}));
  EXPECT_EQ(all.parameters,
            (std::vector<ParameterRecord>{{"golden", "federation-upstream", "gup",
                                           R"({"expires":3600000,"uri":"amqp://localhost:1"})"}}));
  EXPECT_EQ(all.global_parameters.at(2),
            (GlobalParameterRecord{"gparam", R"({"k":[1,2,{"x":"y"}]})"}));
}

TEST(DefinitionsFile, ReadsAnExportOfVersion3) {
  DefinitionsFile file = parsed(data_file("rabbitmq_3.json"));
  const Definitions& all = file.definitions;
  EXPECT_EQ(all.vhosts,
            (std::vector<VhostRecord>{{.name = "/", .description = "Default virtual host"},
                                      {.name = "bare", .max_queues = 7}}));
  ASSERT_EQ(all.users.size(), 3u);
  EXPECT_EQ(all.users[1], (UserRecord{.name = "ops",
                                      .password_hash = "kI3GChNpte2FApYFXScl+0dIluk=",
                                      .hashing = PasswordHashing::kMd5,
                                      .tags = {"monitoring", "policymaker"}}));
  EXPECT_TRUE(all.users[2].tags.empty());
  ASSERT_EQ(all.queues.size(), 2u);
  EXPECT_EQ(all.queues[0].type, "classic");
  EXPECT_EQ(all.queues[1].type, "quorum");
  EXPECT_EQ(all.exchanges,
            (std::vector<ExchangeRecord>{{"/", "internal", "topic", false, true, true, {}}}));
  EXPECT_EQ(all.bindings,
            (std::vector<BindingRecord>{
                {"/", "internal", DestinationKind::kQueue, "plain", "a.*", {}},
                {"/", "amq.fanout", DestinationKind::kExchange, "internal", "", {}}}));
  EXPECT_EQ(file.warnings, (std::vector<std::string>{
                               "kept but without effect yet: parameters of component shovel (2)"}));
  EXPECT_EQ(all.policies.size(), 2u);
}

TEST(DefinitionsFile, ReadsAnExportOfOneVhost) {
  Definitions all = parsed(data_file("rabbitmq_4_vhost.json")).definitions;
  EXPECT_EQ(all.vhosts,
            (std::vector<VhostRecord>{{.name = "new", .default_queue_type = "classic"}}));
  ASSERT_EQ(all.queues.size(), 1u);
  EXPECT_EQ(all.queues[0].vhost, "new");
  EXPECT_EQ(all.exchanges[0].vhost, "new");
  EXPECT_EQ(all.bindings[0].vhost, "new");
}

TEST(DefinitionsFile, OneVhostCanBeReadIntoAnother) {
  Definitions all = parsed(data_file("rabbitmq_4_vhost.json"), {.vhost = "copy"}).definitions;
  EXPECT_EQ(all.vhosts[0].name, "copy");
  EXPECT_EQ(all.queues[0].vhost, "copy");
  EXPECT_EQ(all.bindings[0].vhost, "copy");
}

TEST(DefinitionsFile, EmptyObjectDefinesNothing) {
  DefinitionsFile file = parsed("{}");
  EXPECT_EQ(file.definitions, Definitions{});
  EXPECT_TRUE(file.warnings.empty());
  EXPECT_EQ(parsed("\xef\xbb\xbf { \"queues\": [] , \"users\": null}\n").definitions,
            Definitions{});
}

TEST(DefinitionsFile, DeletionProtectionIsMetadataOrAKeyOfItsOwn) {
  const auto vhosts = parse_definitions(R"({"vhosts": [
      {"name": "a", "metadata": {"protected_from_deletion": true}},
      {"name": "b", "protected_from_deletion": true},
      {"name": "c", "metadata": {"description": "free"}}]})")
                          ->definitions.vhosts;
  ASSERT_EQ(vhosts.size(), 3u);
  EXPECT_TRUE(vhosts[0].protected_from_deletion);
  EXPECT_TRUE(vhosts[1].protected_from_deletion);
  EXPECT_FALSE(vhosts[2].protected_from_deletion);
}

TEST(DefinitionsFile, UnknownKeysAreIgnored) {
  DefinitionsFile file = parsed(R"({"unknown_key":[1],"vhosts":[{"name":"v","tracing":false}]})");
  EXPECT_EQ(file.definitions.vhosts, (std::vector<VhostRecord>{{.name = "v"}}));
  EXPECT_TRUE(file.warnings.empty());
}

TEST(DefinitionsFile, QueuesAndExchangesAreDurableUnlessTheySayOtherwise) {
  Definitions all = parsed(R"({"queues":[{"name":"q","vhost":"v"}],
                               "exchanges":[{"name":"x","vhost":"v","type":"fanout"}]})")
                        .definitions;
  EXPECT_EQ(all.queues, (std::vector<QueueRecord>{{.vhost = "v", .name = "q", .durable = true}}));
  EXPECT_EQ(all.exchanges, (std::vector<ExchangeRecord>{
                               {.vhost = "v", .name = "x", .type = "fanout", .durable = true}}));
}

TEST(DefinitionsFile, DefaultExchangeAndItsBindingsAreLeftOut) {
  Definitions all = parsed(R"({"exchanges":[{"name":"","vhost":"/","type":"direct"}],
    "bindings":[{"source":"","vhost":"/","destination":"q","destination_type":"queue"}]})")
                        .definitions;
  EXPECT_EQ(all, Definitions{});
}

TEST(DefinitionsFile, QueueTypeIsArgumentThenTypeThenDefaultOfTheVhost) {
  Definitions all = parsed(R"({
    "vhosts":[{"name":"q","default_queue_type":"quorum"},{"name":"u","default_queue_type":"undefined"}],
    "queues":[{"name":"1","vhost":"q"},
              {"name":"2","vhost":"q","type":"classic"},
              {"name":"3","vhost":"q","type":"classic","arguments":{"x-queue-type":"stream"}},
              {"name":"4","vhost":"u"},
              {"name":"5","vhost":"elsewhere"}]})")
                        .definitions;
  std::vector<std::string> types;
  for (const QueueRecord& queue : all.queues) types.push_back(queue.type);
  EXPECT_EQ(types, (std::vector<std::string>{"quorum", "classic", "stream", "classic", "classic"}));
}

// --- users -----------------------------------------------------------------------------------

TEST(DefinitionsFileUsers, PlainPasswordIsHashed) {
  DefinitionsFile file = parsed(
      R"({"users":[{"name":"a","password":"test12","tags":["x","y"]},
                   {"name":"b","password":"test12",
                    "hashing_algorithm":"rabbit_password_hashing_md5"}]})",
      {.salt = fixed_salt});
  const auto& users = file.definitions.users;
  EXPECT_EQ(users[0],
            (UserRecord{.name = "a",
                        .password_hash = "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR",
                        .tags = {"x", "y"}}));
  EXPECT_EQ(users[1].password_hash, "kI3GChNpte2FApYFXScl+0dIluk=");
}

TEST(DefinitionsFileUsers, UserWithoutPasswordCannotLogIn) {
  DefinitionsFile file = parsed(R"({"users":[{"name":"a"},{"name":"b","password":""}]})");
  EXPECT_EQ(file.definitions.users[0].password_hash, "");
  EXPECT_EQ(file.definitions.users[1].password_hash, "");
  ASSERT_EQ(file.warnings.size(), 1u);
  EXPECT_NE(file.warnings[0].find("'b'"), std::string::npos);
}

TEST(DefinitionsFileUsers, HashThatCannotMatchIsWarnedOf) {
  DefinitionsFile file = parsed(R"({"users":[{"name":"a","password_hash":"secret"}]})");
  EXPECT_EQ(file.definitions.users[0].password_hash, "secret");
  ASSERT_EQ(file.warnings.size(), 1u);
  EXPECT_NE(file.warnings[0].find("'a'"), std::string::npos);
  EXPECT_EQ(file.warnings[0].find("secret"), std::string::npos);
}

TEST(DefinitionsFileUsers, AlgorithmBeforeVersion36IsMd5) {
  auto hashing = [](const std::string& version) {
    return parsed(R"({"rabbit_version":")" + version + R"(","users":[{"name":"a"}]})")
        .definitions.users.at(0)
        .hashing;
  };
  EXPECT_EQ(hashing("3.5.7"), PasswordHashing::kMd5);
  EXPECT_EQ(hashing("3.6.0"), PasswordHashing::kSha256);
  EXPECT_EQ(hashing("3.13.1"), PasswordHashing::kSha256);
  EXPECT_EQ(hashing("4.3.6"), PasswordHashing::kSha256);
}

// --- arguments -------------------------------------------------------------------------------

TEST(DefinitionsFileArguments, GetRabbitMqsTypes) {
  EXPECT_EQ(arguments_of(R"({"i":1,"n":-9223372036854775808,"d":1.5,"e":1e3,"s":"x","t":true,
                             "f":false,"v":null,"a":[1,"y",[]],"o":{"b":2,"a":{}}})"),
            (Table{{"a", Value::array({Value::int64(1), Value::text("y"), Value::array({})})},
                   {"d", Value::number(1.5)},
                   {"e", Value::number(1000)},
                   {"f", Value::boolean(false)},
                   {"i", Value::int64(1)},
                   {"n", Value::int64(INT64_MIN)},
                   {"o", Value::table({{"a", Value::table({})}, {"b", Value::int64(2)}})},
                   {"s", Value::text("x")},
                   {"t", Value::boolean(true)},
                   {"v", Value::void_value()}}));
}

TEST(DefinitionsFileArguments, EmptyArrayIsAnEmptyTable) {
  EXPECT_EQ(arguments_of("[]"), Table());
  EXPECT_EQ(arguments_of("null"), Table());
}

TEST(DefinitionsFileArguments, SurviveTheWire) {
  std::string deep = "1";
  for (int i = 0; i < 27; ++i) deep = i % 2 ? "[" + deep + "]" : R"({"k":)" + deep + "}";
  Table table = arguments_of(R"({"k":)" + deep + "}");
  std::string bytes;
  amqp::encode_table(bytes, table);
  auto decoded = amqp::decode_table(std::string_view(bytes).substr(4));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, table);
}

// --- errors ----------------------------------------------------------------------------------

TEST(DefinitionsFileErrors, NameThePlace) {
  struct Case {
    const char* document;
    const char* pointer;
  };
  const Case cases[] = {
      {R"([])", ""},
      {R"(1)", ""},
      {R"({"queues":{"x":1}})", "/queues"},
      {R"({"queues":[1]})", "/queues/0"},
      {R"({"queues":[{"name":"q","vhost":"/"},{"vhost":"/"}]})", "/queues/1/name"},
      {R"({"queues":[{"name":"","vhost":"/"}]})", "/queues/0/name"},
      {R"({"queues":[{"name":"q"}]})", "/queues/0/vhost"},
      {R"({"queues":[{"name":7,"vhost":"/"}]})", "/queues/0/name"},
      {R"({"queues":[{"name":"q","vhost":"/","durable":"yes"}]})", "/queues/0/durable"},
      {R"({"queues":[{"name":"q","vhost":"/","arguments":7}]})", "/queues/0/arguments"},
      {R"({"queues":[{"name":"q","vhost":"/","arguments":{"a/b~c":[0,18446744073709551615]}}]})",
       "/queues/0/arguments/a~1b~0c/1"},
      {R"({"vhosts":[{}]})", "/vhosts/0/name"},
      {R"({"vhosts":[{"name":"v","limits":[1]}]})", "/vhosts/0/limits"},
      {R"({"vhosts":[{"name":"v","limits":{"max-queues":"7"}}]})", "/vhosts/0/limits/max-queues"},
      {R"({"vhosts":[{"name":"v","metadata":{"tags":[1]}}]})", "/vhosts/0/metadata/tags/0"},
      {R"({"users":[{"name":"u","password":"a","password_hash":"b"}]})", "/users/0/password"},
      {R"({"users":[{"name":"u","hashing_algorithm":"rot13"}]})", "/users/0/hashing_algorithm"},
      {R"({"permissions":[{"user":"u","vhost":"/","configure":"","write":""}]})",
       "/permissions/0/read"},
      {R"({"exchanges":[{"name":"x","vhost":"/"}]})", "/exchanges/0/type"},
      {R"({"bindings":[{"source":"x","vhost":"/","destination":"q","destination_type":"cat"}]})",
       "/bindings/0/destination_type"},
      {R"({"parameters":[{"name":"x"}]})", "/parameters/0/component"},
  };
  for (const Case& c : cases) EXPECT_EQ(error_of(c.document).pointer, c.pointer) << c.document;
}

TEST(DefinitionsFileErrors, NamesAndKeysOver255BytesAreRefused) {
  std::string longest(255, 'x');
  EXPECT_EQ(parsed(R"({"vhosts":[{"name":")" + longest + R"("}]})").definitions.vhosts[0].name,
            longest);
  EXPECT_EQ(error_of(R"({"vhosts":[{"name":")" + longest + R"(y"}]})").pointer, "/vhosts/0/name");
  EXPECT_EQ(arguments_of(R"({")" + longest + R"(":1})").size(), 1u);
  error_of(R"({"queues":[{"name":"q","vhost":"/","arguments":{")" + longest + R"(y":1}}]})");
}

TEST(DefinitionsFileErrors, SyntaxErrorsTellLineAndColumn) {
  JsonError error = error_of("{\n  \"queues\": [\n    {\"name\" 1}\n  ]\n}");
  EXPECT_EQ(error.pointer, "");
  EXPECT_NE(error.message.find("line 3, column 13"), std::string::npos) << error.message;
  EXPECT_NE(error_of("{").message.find("line 1, column 2"), std::string::npos);
  error_of("");
  error_of("{} {}");
  error_of("{\"vhosts\":[{\"name\":\"\xff\"}]}");
  error_of(std::string("{\0}", 3));
}

TEST(DefinitionsFileErrors, DeepNestingIsRefused) {
  for (const char* open : {"[", "{\"a\":"}) {
    std::string deep;
    for (int i = 0; i < 200'000; ++i) deep += open;
    error_of(R"({"x":)" + deep);
    error_of(R"({"queues":[{"name":"q","vhost":"/","arguments":{"k":)" + deep);
  }
}

// Cut and changed documents are read or refused with a place, never more.
TEST(DefinitionsFileProperty, DamagedDocumentsAreReadOrRefused) {
  std::mt19937 random(11);
  for (const char* name : {"rabbitmq_4_cluster.json", "rabbitmq_3.json", "rabbitmq_4_vhost.json"}) {
    const std::string whole = data_file(name);
    for (int round = 0; round < 500; ++round) {
      std::string damaged = whole;
      for (unsigned i = random() % 4; i > 0; --i) {
        damaged[random() % damaged.size()] = "{}[]\",:01e\\tn\x80 "[random() % 15];
      }
      if (random() % 2) damaged.resize(random() % damaged.size());
      fuzz::definitions(damaged);
    }
  }
}

}  // namespace
}  // namespace coney
