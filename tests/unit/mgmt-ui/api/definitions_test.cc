#include "tests/unit/mgmt-ui/api/api_fixture.h"

// Definitions out and in, and the node's facts.

namespace coney::management {
namespace {

namespace json = boost::json;

class DefinitionsApiTest : public ApiTest {};

constexpr auto kSome = R"({"vhosts":[{"name":"v"}],
  "users":[{"name":"u","password":"p","tags":["monitoring"]}],
  "permissions":[{"user":"u","vhost":"v","configure":"","write":"","read":".*"}],
  "queues":[{"name":"q","vhost":"v","durable":true,"auto_delete":false,"arguments":{}}],
  "exchanges":[{"name":"x","vhost":"v","type":"topic","durable":true,"auto_delete":false,
                "internal":false,"arguments":{}}],
  "bindings":[{"source":"x","vhost":"v","destination":"q","destination_type":"queue",
               "routing_key":"k","arguments":{}}],
  "policies":[{"vhost":"v","name":"p","pattern":"^q","apply-to":"queues","priority":1,
               "definition":{"max-length":7}}]})";

TEST_F(DefinitionsApiTest, WhatGoesInComesOut) {
  EXPECT_EQ(post("/api/definitions", kSome).status, 204u);
  const Answer whole = get("/api/definitions?download=d.json");
  EXPECT_EQ(header_of(whole, "content-disposition"), "attachment; filename=d.json");
  EXPECT_EQ(json_of(whole).at("queues").as_array().size(), 1u);
  const json::value own = body_of("/api/definitions/v");
  EXPECT_EQ(own.at("original_vhost_name"), "v");
  EXPECT_FALSE(own.at("queues").as_array()[0].as_object().contains("vhost"));
  EXPECT_EQ(own.at("bindings").as_array().size(), 1u);
  EXPECT_FALSE(own.as_object().contains("users"));
  EXPECT_EQ(put("/api/vhosts/w").status, 201u);
  EXPECT_EQ(post("/api/definitions/w", json::serialize(own)).status, 204u);
  EXPECT_EQ(get("/api/queues/w/q").status, 200u);
  EXPECT_EQ(post("/api/definitions", whole.body).status, 204u);
}

TEST_F(DefinitionsApiTest, ImportIsAllOrNothing) {
  const Answer answer = post("/api/definitions", R"({"vhosts":[{"name":"v"}],
    "policies":[{"vhost":"v","name":"bad","pattern":"x","definition":{"bogus":1}}]})");
  EXPECT_EQ(answer.status, 400u);
  EXPECT_EQ(get("/api/vhosts/v").status, 404u);
}

TEST_F(DefinitionsApiTest, DryRunTellsAndDoesNothing) {
  const Answer preview = post("/api/definitions?dry_run=true", kSome);
  EXPECT_EQ(preview.status, 200u);
  const json::value first = json_of(preview).at("differences").as_array()[0];
  EXPECT_EQ(first.at("change"), "add");
  EXPECT_EQ(first.at("what"), "vhost");
  EXPECT_EQ(post("/api/definitions?dry_run=yes", kSome).status, 400u) << "rather than to import";
  EXPECT_EQ(get("/api/vhosts/v").status, 404u);
  const Answer bad =
      post("/api/definitions?dry_run=true", R"({"queues":[{"name":"q","vhost":"nosuch"}]})");
  EXPECT_EQ(json_of(bad).at("refused"),
            "Please create virtual host \"nosuch\" prior to importing definitions.");
}

TEST_F(DefinitionsApiTest, DocumentThatIsNoneIsRefused) {
  EXPECT_EQ(reason_of(post("/api/definitions", "{")), "failed_to_parse_json");
  const json::value wrong = json_of(
      post("/api/definitions", R"({"users":"x","queues":[{"name":5,"vhost":"/"},{"vhost":"/"}]})"));
  EXPECT_EQ(wrong.at("reason"), "/users: must be an array");
  ASSERT_EQ(wrong.at("errors").as_array().size(), 3u) << wrong;
  EXPECT_EQ(wrong.at("errors").at(1).at("pointer"), "/queues/0/name");
  EXPECT_EQ(wrong.at("errors").at(2).at("reason"), "/queues/1/name: is missing");
  EXPECT_EQ(reason_of(get("/api/definitions/nosuch")), "vhost_not_found");
  EXPECT_EQ(get("/api/definitions/nosuch").status, 400u);
  EXPECT_EQ(post("/api/definitions/nosuch", "{}").status, 404u);
}

TEST_F(DefinitionsApiTest, FormUploadsAFile) {
  headers_ = {{"content-type", "multipart/form-data; boundary=X"}};
  EXPECT_EQ(post("/api/definitions",
                 "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"d.json\"\r\n"
                 "\r\n{\"vhosts\":[{\"name\":\"v\"}]}\r\n--X--\r\n")
                .status,
            204u);
  headers_.clear();
  EXPECT_EQ(get("/api/vhosts/v").status, 200u);
  for (std::string body : {"", "--X--", "--X\r\n", "--X\r\n\r\n\r\n", "--Y\r\n\r\nx\r\n--Y--"}) {
    headers_ = {{"content-type", "multipart/form-data; boundary=X"}};
    EXPECT_EQ(post("/api/definitions", body).status, 400u) << body;
  }
}

TEST_F(DefinitionsApiTest, ClusterHasAName) {
  EXPECT_EQ(body_of("/api/cluster-name").at("name"), "rabbit@test");
  EXPECT_EQ(put("/api/cluster-name", R"({"name":"mine"})").status, 204u);
  EXPECT_EQ(body_of("/api/cluster-name").at("name"), "mine");
  EXPECT_EQ(reason_of(put("/api/cluster-name", "{}")), "[{key_missing,name}]");
}

TEST_F(DefinitionsApiTest, HealthChecksTellWhatIsWrong) {
  EXPECT_EQ(get("/api/health/checks/alarms").status, 200u);
  alarms_.memory = true;
  const Answer answer = get("/api/health/checks/local-alarms");
  EXPECT_EQ(answer.status, 503u);
  EXPECT_EQ(json_of(answer).at("status"), "failed");
  listeners_ = {{"amqp", "::", 5672}, {"https", "::", 15671, services().wall_time()}};
  EXPECT_EQ(get("/api/health/checks/port-listener/5672").status, 200u);
  EXPECT_EQ(get("/api/health/checks/port-listener/1").status, 503u);
  EXPECT_EQ(get("/api/health/checks/port-listener/x").status, 400u);
  EXPECT_EQ(get("/api/health/checks/protocol-listener/amqp091,https").status, 200u);
  EXPECT_EQ(get("/api/health/checks/protocol-listener/amqp,mqtt").status, 503u);
  EXPECT_EQ(get("/api/health/checks/certificate-expiration/1/weeks").status, 503u);
  EXPECT_EQ(get("/api/health/checks/certificate-expiration/1/bogus").status, 400u);
  EXPECT_EQ(get("/api/health/checks/ready-to-serve-clients").status, 200u);
}

}  // namespace
}  // namespace coney::management
