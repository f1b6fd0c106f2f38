#include "tests/unit/mgmt-ui/api/api_fixture.h"

// Vhosts, users, permissions, limits, policies and parameters.

namespace coney::management {
namespace {

namespace json = boost::json;

class AdministrationApiTest : public ApiTest {};

TEST_F(AdministrationApiTest, VhostIsMadeChangedAndRemoved) {
  EXPECT_EQ(put("/api/vhosts/v").status, 201u);
  EXPECT_EQ(put("/api/vhosts/v",
                R"({"description":"d","tags":["x"],"tracing":true,"default_queue_type":"quorum"})")
                .status,
            204u);
  const json::value vhost = body_of("/api/vhosts/v");
  EXPECT_EQ(vhost.at("tracing"), true);
  EXPECT_EQ(vhost.at("metadata"),
            json::parse(R"({"description":"d","tags":["x"],"default_queue_type":"quorum"})"));
  EXPECT_EQ(body_of("/api/vhosts/v/permissions").as_array().size(), 1u) << "of who made it";
  EXPECT_EQ(post("/api/vhosts/v/deletion/protection").status, 204u);
  EXPECT_EQ(remove("/api/vhosts/v").status, 412u);
  EXPECT_EQ(remove("/api/vhosts/v/deletion/protection").status, 204u);
  EXPECT_EQ(remove("/api/vhosts/v").status, 204u);
  EXPECT_EQ(remove("/api/vhosts/v").status, 404u);
}

TEST_F(AdministrationApiTest, EveryFaultOfABodyIsToldAtOnce) {
  const Answer answer = put("/api/vhosts/v", R"({"tracing":"maybe","description":5,"tags":[1]})");
  EXPECT_EQ(answer.status, 400u);
  EXPECT_EQ(json_of(answer).at("errors").as_array().size(), 3u);
  EXPECT_EQ(json_of(put("/api/permissions/%2F/guest", R"({"read":1})")),
            json::parse(R"({"error":"bad_request",
      "reason":"[{key_missing,configure},{key_missing,write}]","errors":[
      {"pointer":"/configure","reason":"the key is missing"},
      {"pointer":"/write","reason":"the key is missing"},
      {"pointer":"/read","reason":["not_string",1]}]})"));
}

TEST_F(AdministrationApiTest, BodyThatIsNoJsonIsRefusedWithThePlace) {
  const json::value answer = json_of(put("/api/vhosts/v", R"({"tags": nul)"));
  EXPECT_EQ(answer.at("reason"), "not_json");
  EXPECT_TRUE(std::string(answer.at("errors").as_array()[0].at("reason").as_string())
                  .starts_with("not JSON at byte"));
  EXPECT_EQ(put("/api/vhosts/v", "[]").status, 400u);
  EXPECT_EQ(put("/api/vhosts/v", "{} {}").status, 400u);
  EXPECT_EQ(put("/api/vhosts/v", std::string(100'000, '[')).status, 400u);
}

TEST_F(AdministrationApiTest, UserHasAPasswordAHashOrNeither) {
  EXPECT_EQ(put("/api/users/u", R"({"password":"p","tags":"administrator,x"})").status, 201u);
  const json::value user = body_of("/api/users/u");
  EXPECT_EQ(user.at("tags"), json::parse(R"(["administrator","x"])"));
  as("u", "p");
  EXPECT_EQ(get("/api/whoami").status, 200u);
  as_guest();
  EXPECT_EQ(reason_of(put("/api/users/u", R"({"password":"p"})")), "tags_not_present");
  EXPECT_EQ(reason_of(put("/api/users/u", R"({"password_hash":"%%%","tags":""})")),
            json::parse(R"(["not_base64","[redacted]"])"));
  EXPECT_EQ(reason_of(put("/api/users/u", R"({"password_hash":["abc"],"tags":""})")),
            json::parse(R"(["not_string","[redacted]"])"));
  EXPECT_EQ(reason_of(put("/api/users/u", R"({"password_hash":"","password":"x","tags":""})")),
            "both_password_and_password_hash_are_provided");
  EXPECT_EQ(put("/api/users/u", R"({"tags":""})").status, 204u);
  as("u", "p");
  EXPECT_EQ(get("/api/whoami").status, 401u);
  as_guest();
  EXPECT_EQ(post("/api/users/bulk-delete", R"({"users":["u","nobody"]})").status, 204u);
  EXPECT_EQ(get("/api/users/u").status, 404u);
}

TEST_F(AdministrationApiTest, PermissionsNeedUserVhostAndExpressions) {
  constexpr auto kAll = R"({"configure":".*","write":".*","read":".*"})";
  add_user("u", {});
  EXPECT_EQ(put("/api/permissions/%2F/u", kAll).status, 201u);
  EXPECT_EQ(put("/api/permissions/%2F/u", kAll).status, 204u);
  EXPECT_EQ(reason_of(put("/api/permissions/nosuch/u", kAll)), "vhost_or_user_not_found");
  EXPECT_EQ(reason_of(put("/api/permissions/%2F/u", R"({"configure":"(","write":"","read":""})")),
            json::parse(R"(["invalid_regexp",[40],[[109,105,115,115,105,110,103,32,99,108,111,115,
              105,110,103,32,112,97,114,101,110,116,104,101,115,105,115],1]])"));
  EXPECT_EQ(remove("/api/permissions/%2F/u").status, 204u);
  EXPECT_EQ(remove("/api/permissions/%2F/u").status, 404u);
}

TEST_F(AdministrationApiTest, TopicPermissionsAreOfAnExchange) {
  constexpr auto kTopic = R"({"exchange":"amq.topic","write":"^a","read":".*"})";
  EXPECT_EQ(put("/api/topic-permissions/%2F/guest", kTopic).status, 201u);
  EXPECT_EQ(body_of("/api/topic-permissions/%2F/guest").as_array().size(), 1u);
  EXPECT_EQ(reason_of(put("/api/topic-permissions/%2F/guest",
                          R"({"exchange":"nosuch","write":"","read":""})")),
            json::parse(R"(["no_such_exchange","nosuch"])"));
  EXPECT_EQ(remove("/api/topic-permissions/%2F/guest").status, 204u);
  EXPECT_EQ(get("/api/topic-permissions/%2F/guest").status, 404u);
}

TEST_F(AdministrationApiTest, LimitsAreNumbers) {
  EXPECT_EQ(put("/api/vhost-limits/%2F/max-queues", R"({"value":7})").status, 204u);
  EXPECT_EQ(put("/api/user-limits/guest/max-channels", R"({"value":8})").status, 204u);
  EXPECT_EQ(body_of("/api/vhost-limits"),
            json::parse(R"([{"vhost":"/","value":{"max-queues":7}}])"));
  EXPECT_EQ(body_of("/api/user-limits/guest"),
            json::parse(R"([{"user":"guest","value":{"max-channels":8}}])"));
  EXPECT_EQ(reason_of(put("/api/vhost-limits/%2F/max-queues", R"({"value":"x"})")),
            "Validation failed\n\nmax-queues should be a number, actually was <<\"x\">>\n");
  EXPECT_EQ(reason_of(put("/api/user-limits/guest/bogus", R"({"value":5})")),
            "Unrecognised terms [{<<\"bogus\">>,5}] in user-limits");
  EXPECT_EQ(remove("/api/vhost-limits/%2F/max-queues").status, 204u);
  EXPECT_EQ(body_of("/api/vhost-limits/%2F"), json::array());
}

TEST_F(AdministrationApiTest, PoliciesOfUsersAndOperatorsAreApart) {
  constexpr auto kBody = R"({"pattern":"^q","definition":{"max-length":5},"priority":3})";
  for (std::string kind : {"policies", "operator-policies"}) {
    EXPECT_EQ(put("/api/" + kind + "/%2F/p", kBody).status, 201u);
    EXPECT_EQ(put("/api/" + kind + "/%2F/p", kBody).status, 204u);
    EXPECT_EQ(body_of("/api/" + kind + "/%2F/p"),
              json::parse(R"({"vhost":"/","name":"p","pattern":"^q","apply-to":"all",
                              "definition":{"max-length":5},"priority":3})"));
    EXPECT_EQ(reason_of(put("/api/" + kind + "/%2F/p", R"({"pattern":"x"})")),
              "[{key_missing,definition}]");
    EXPECT_EQ(reason_of(put("/api/" + kind + "/nosuch/p", kBody)), "vhost_not_found");
    EXPECT_EQ(remove("/api/" + kind + "/%2F/p").status, 204u);
    EXPECT_EQ(body_of("/api/" + kind), json::array());
  }
}

TEST_F(AdministrationApiTest, ParametersHaveComponents) {
  const std::string path = "/api/parameters/federation-upstream/%2F/up";
  EXPECT_EQ(put(path, R"({"value":{"uri":"amqp://x"}})").status, 201u);
  EXPECT_EQ(body_of(path).at("value"), json::parse(R"({"uri":"amqp://x"})"));
  EXPECT_EQ(reason_of(put("/api/parameters/bogus/%2F/x", R"({"value":1})")),
            "Validation failed\n\ncomponent bogus not found\n");
  EXPECT_EQ(put("/api/vhost-limits/%2F/max-queues", R"({"value":7})").status, 204u);
  EXPECT_EQ(body_of("/api/parameters").as_array().size(), 2u);
  EXPECT_EQ(remove(path).status, 204u);
  EXPECT_EQ(remove(path).status, 404u);
}

TEST_F(AdministrationApiTest, GlobalParametersAreAnyJson) {
  EXPECT_EQ(put("/api/global-parameters/g", R"({"value":[1,"a",null]})").status, 201u);
  EXPECT_EQ(body_of("/api/global-parameters/g").at("value"), json::parse(R"([1,"a",null])"));
  EXPECT_EQ(remove("/api/global-parameters/g").status, 204u);
  EXPECT_EQ(get("/api/global-parameters/g").status, 404u);
}

}  // namespace
}  // namespace coney::management
