#include "tests/unit/mgmt-ui/api/api_fixture.h"

// Publish, get and purge.

namespace coney::management {
namespace {

namespace json = boost::json;

class MessagesApiTest : public ApiTest {
 protected:
  MessagesApiTest() { EXPECT_EQ(put("/api/queues/%2F/q", "{}").status, 201u); }

  Answer publish(const std::string& body, const std::string& exchange = "amq.default") {
    return post("/api/exchanges/%2F/" + exchange + "/publish", body);
  }
  Answer get_two(const std::string& mode, const std::string& more = "") {
    return post("/api/queues/%2F/q/get",
                R"({"count":2,"encoding":"auto","ackmode":")" + mode + "\"" + more + "}");
  }
  // The queue has the messages that were published so far.
  void give_back_what_was_published() {
    answer_queue_ = [this](const QueueCall&) {
      if (given_ == published_.size()) return QueueAnswer{};
      const MessageRef message = published_[given_++].message;
      QueueAnswer answer;
      answer.delivery = QueueDelivery{
          .message = message, .position = static_cast<QueuePosition>(given_), .ready_left = 7};
      return answer;
    };
  }
  std::size_t given_ = 0;
};

constexpr auto kHello = R"({"properties":{"delivery_mode":2,"headers":{"h":1},"priority":3},
  "routing_key":"q","payload":"hello","payload_encoding":"string"})";

TEST_F(MessagesApiTest, WhatIsPublishedIsGot) {
  EXPECT_EQ(publish(kHello).body, R"({"routed":true})");
  ASSERT_EQ(published_.size(), 1u);
  EXPECT_TRUE(published_[0].message->persistent());
  give_back_what_was_published();
  EXPECT_EQ(json_of(get_two("ack_requeue_false")), json::parse(R"([{"payload_bytes":5,
    "redelivered":false,"exchange":"","routing_key":"q","message_count":7,"properties":
    {"delivery_mode":2,"headers":{"h":1},"priority":3},"payload":"hello",
    "payload_encoding":"string"}])"));
  const auto& settled = std::get<SettleMail>(posted_.back());
  EXPECT_EQ(settled.first, 1u);
  EXPECT_EQ(settled.settlement, Settlement::kAcknowledge);
}

TEST_F(MessagesApiTest, BytesThatAreNoTextAreBase64) {
  EXPECT_EQ(publish(R"({"properties":{},"routing_key":"q","payload":"/+8=",
                        "payload_encoding":"base64"})")
                .status,
            200u);
  EXPECT_EQ(published_[0].message->body(), "\xff\xef");
  give_back_what_was_published();
  const json::value got = json_of(get_two("reject_requeue_true"));
  EXPECT_EQ(got.as_array()[0].at("payload"), "/+8=");
  EXPECT_EQ(got.as_array()[0].at("payload_encoding"), "base64");
  EXPECT_EQ(got.as_array()[0].at("properties"), json::array());
}

TEST_F(MessagesApiTest, BodyIsCutOff) {
  publish(kHello);
  give_back_what_was_published();
  const json::value got = json_of(get_two("ack_requeue_true", R"(,"truncate":2)"));
  EXPECT_EQ(got.as_array()[0].at("payload"), "he");
  EXPECT_EQ(got.as_array()[0].at("payload_bytes"), 5);
}

TEST_F(MessagesApiTest, WhatAQueueRefusesIsNotRouted) {
  take_published_ = [](QueueId, std::uint64_t) { return PublishAnswer{}; };
  EXPECT_EQ(publish(kHello).body, R"({"routed":false})");
}

TEST_F(MessagesApiTest, FaultsOfAMessageAreTold) {
  EXPECT_EQ(reason_of(publish(R"({"routing_key":"q"})")),
            "[{key_missing,properties},{key_missing,payload},{key_missing,payload_encoding}]");
  EXPECT_EQ(reason_of(publish(R"({"properties":{"delivery_mode":"2","type":5},"routing_key":"q",
                                  "payload":"","payload_encoding":"string"})")),
            json::parse(R"(["not_string","type"])"));
  EXPECT_EQ(reason_of(publish(R"({"properties":{"expiration":"abc"},"routing_key":"q",
                                  "payload":"","payload_encoding":"string"})")),
            "406 PRECONDITION_FAILED - invalid expiration 'abc': no_integer");
  EXPECT_EQ(reason_of(publish(kHello, "nosuch")), "exchange_not_found");
  EXPECT_EQ(publish(R"({"properties":{},"routing_key":"nowhere","payload":"",
                        "payload_encoding":"string"})")
                .body,
            R"({"routed":false})");
  EXPECT_EQ(published_.size(), 0u);
}

TEST_F(MessagesApiTest, FaultsOfAGetAreTold) {
  EXPECT_EQ(reason_of(get_two("bogus")),
            "Invalid ackmode value: bogus. Valid values are: ack_requeue_true, ack_requeue_false, "
            "reject_requeue_true, reject_requeue_false");
  EXPECT_EQ(reason_of(post("/api/queues/%2F/q/get", "{}")),
            "[{key_missing,count},{key_missing,ackmode},{key_missing,encoding}]");
  EXPECT_EQ(reason_of(post("/api/queues/%2F/nosuch/get", "{}")), "queue_not_found");
}

TEST_F(MessagesApiTest, PurgeIsTheQueues) {
  EXPECT_EQ(remove("/api/queues/%2F/q/contents").status, 204u);
  EXPECT_TRUE(std::holds_alternative<PurgeCall>(asked_.back()));
  EXPECT_EQ(remove("/api/queues/%2F/nosuch/contents").status, 404u);
}

TEST_F(MessagesApiTest, CopiesGoTheirOwnWays) {
  put("/api/queues/%2F/copy", "{}");
  EXPECT_EQ(publish(R"({"properties":{"headers":{"BCC":["copy"]}},"routing_key":"q","payload":"",
                        "payload_encoding":"string"})")
                .status,
            200u);
  ASSERT_EQ(published_.size(), 2u);
  EXPECT_EQ(published_[0].message->header().find("BCC"), std::string::npos);
}

}  // namespace
}  // namespace coney::management
