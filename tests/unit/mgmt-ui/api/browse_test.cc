#include "mgmt-ui/api/browse/browser.h"
#include "mgmt-ui/api/browse/message_cursor.h"
#include "tests/unit/mgmt-ui/api/api_fixture.h"

// Browsing a queue, and deleting what matches. The queue is a list in memory here.

namespace coney::management {
namespace {

namespace json = boost::json;

MessageRef message(std::string_view key, std::string_view body, std::string_view type = "") {
  amqp::PropertyList list;
  list.type = type;
  std::string headers;
  amqp::encode_table(headers, {{"n", amqp::Value::int64(static_cast<std::int64_t>(body.size()))},
                               {"key", amqp::Value::text(std::string(key))}});
  list.headers = std::string_view(headers).substr(4);
  std::string header;
  amqp::encode_content_header(header, body.size(), list);
  MessageBuilder builder("ex", key, header, body.size(), false);
  builder.append(body);
  return builder.finish();
}

class BrowseApiTest : public ApiTest {
 protected:
  BrowseApiTest() { EXPECT_EQ(put("/api/queues/%2F/q", "{}").status, 201u); }

  void add(std::string_view key, std::string_view body, std::optional<std::uint64_t> age = {}) {
    const QueuePosition position = messages_.size();
    messages_.push_back({.place = {0, position}, .message = message(key, body, "t"), .age = age});
  }
  void browse(QueueId, BrowseCall call, ThenSlice then) override {
    ++slices_;
    if (fails_ != 0) {
      --fails_;
      return then({.failed = true, .in_chunk = 3, .next = MessagePlace{0, 2}});
    }
    BrowseSlice slice;
    const auto count = static_cast<QueuePosition>(messages_.size());
    QueuePosition at = call.from ? call.from->position : call.backward ? count : 0;
    while (call.backward ? at != 0 : at < count) {
      if (slice.messages.size() == std::min(call.most, most_)) {
        slice.next = MessagePlace{0, at};
        break;
      }
      slice.messages.push_back(messages_[call.backward ? --at : at++]);
    }
    then(std::move(slice));
  }

  std::string bodies(const std::string& query) {
    std::string text;
    last_ = body_of("/api/coney/queues/%2F/q/browse?" + query);
    for (const json::value& row : last_.at("messages").as_array()) {
      text += std::string(row.at("payload").as_string()) + " ";
    }
    return text;
  }

  std::vector<BrowsedMessage> messages_;
  std::uint32_t most_ = 2;  // in a slice
  int fails_ = 0, slices_ = 0;
  json::value last_;
};

TEST_F(BrowseApiTest, PagesFollowEachOtherInBothDirections) {
  for (const char* body : {"a", "b", "c", "d", "e"}) add("k", body);
  EXPECT_EQ(bodies("limit=3"), "a b c ");
  EXPECT_EQ(last_.at("next"), "0-3");
  EXPECT_EQ(bodies("limit=3&from=0-3"), "d e ");
  EXPECT_TRUE(last_.at("next").is_null());
  EXPECT_EQ(bodies("limit=2&direction=backward&from=0-3"), "c b ");
  EXPECT_EQ(last_.at("next"), "0-1");
  EXPECT_EQ(bodies("limit=5"), "a b c d e ");
  EXPECT_TRUE(last_.at("next").is_null()) << "nothing follows the last one";
}

TEST_F(BrowseApiTest, RowsShowWhatIsKnownOfAMessage) {
  add("key", "hello", 1500);
  messages_[0].facts = {.time = 0, .counts = {2, 3}, .redelivered = true};
  messages_[0].state = MessageState::kUnacked;
  const json::value body = body_of("/api/coney/queues/%2F/q/browse?truncate=4");
  EXPECT_EQ(body.at("messages").at(0), json::parse(R"({"payload_bytes":5,"exchange":"ex",
    "routing_key":"key","properties":{"type":"t","headers":{"n":5,"key":"key"}},"payload":"hell",
    "payload_encoding":"string","payload_truncated":true,"cursor":"0-0","lane":0,"position":0,
    "state":"unacked","redelivered":true,"delivery_count":2,"acquired_count":3,"on_disk":false,
    "age":1.5})"));
  EXPECT_EQ(body.at("scanned"), 1);
}

TEST_F(BrowseApiTest, CutTextStaysText) {
  add("k", "\xC3\xA4\xC3\xB6");
  EXPECT_EQ(bodies("truncate=3"), "\xC3\xA4 ");
  EXPECT_EQ(last_.at("messages").at(0).at("payload_encoding"), "string");
  EXPECT_EQ(bodies("truncate=0"), " ");
}

TEST_F(BrowseApiTest, FiltersByKeyHeaderPropertyAgeAndBody) {
  add("order.new", "alpha", 500);
  add("order.paid", "beta", 5000);
  add("user", "gamma");
  EXPECT_EQ(bodies("routing_key=user"), "gamma ");
  EXPECT_EQ(bodies("routing_key=order"), "") << "the whole key, unless it is an expression";
  EXPECT_EQ(bodies("routing_key=%5Eorder&use_regex=true"), "alpha beta ");
  EXPECT_EQ(bodies("header=n=5"), "alpha gamma ");
  EXPECT_EQ(bodies("header=n=5&header=key=user"), "gamma ");
  EXPECT_EQ(bodies("header=nosuch"), "");
  EXPECT_EQ(bodies("property=type=t"), "alpha beta gamma ");
  EXPECT_EQ(bodies("property=type=u"), "");
  EXPECT_EQ(bodies("body=et"), "beta ");
  EXPECT_EQ(bodies("body=a%24&use_regex=true&exchange=ex"), "alpha beta gamma ");
  EXPECT_EQ(bodies("min_age=1"), "beta ");
  EXPECT_EQ(bodies("max_age=1.5"), "alpha ") << "an unknown age is none";
}

TEST_F(BrowseApiTest, ScanLimitEndsAPageAndTheCursorGoesOn) {
  for (int n = 0; n != 10; ++n) add(n == 9 ? "wanted" : "k", "x");
  EXPECT_EQ(bodies("routing_key=wanted&scan=4"), "");
  EXPECT_EQ(last_.at("scan_limited"), true);
  EXPECT_EQ(last_.at("scanned"), 4);
  EXPECT_EQ(last_.at("next"), "0-4");
  EXPECT_EQ(bodies("routing_key=wanted&scan=6&from=0-4"), "x ");
  EXPECT_TRUE(last_.at("next").is_null());
}

TEST_F(BrowseApiTest, WhatCannotBeReadIsPassedOverAndCounted) {
  for (const char* body : {"a", "b", "c"}) add("k", body);
  fails_ = 1;
  EXPECT_EQ(bodies(""), "a b c ") << "it had only moved";
  fails_ = 2;
  EXPECT_EQ(bodies(""), "c ");
  EXPECT_EQ(last_.at("unreadable"), 3);
}

TEST_F(BrowseApiTest, LargeBodiesAreSearchedInTurns) {
  const std::string large(Browser::kTurnBytes, 'x');
  for (int n = 0; n != 3; ++n) add("k", large);
  most_ = 100;
  EXPECT_EQ(bodies("body=y"), "");
  EXPECT_EQ(slices_, 3) << "one of them a turn";
}

TEST_F(BrowseApiTest, EveryFaultOfTheQueryIsTold) {
  const Answer answer =
      get("/api/coney/queues/%2F/q/browse?limit=0&from=x&scan=no&direction=up&state=new&body=(&"
          "use_regex=true&min_age=-1&encoding=hex&truncate=x");
  EXPECT_EQ(answer.status, 400u);
  EXPECT_EQ(json_of(answer).at("errors").as_array().size(), 9u) << answer.body;
}

TEST_F(BrowseApiTest, OnlyWhoMayReadTheQueueSeesItsMessages) {
  add("k", "secret");
  add_user("other", {"management"});
  as("other");
  EXPECT_EQ(get("/api/coney/queues/%2F/q/browse").status, 404u) << "not even the vhost";
  execute_now(SetPermissions{{"other", "/", ".*", ".*", "^$"}});
  EXPECT_EQ(get("/api/coney/queues/%2F/q/browse").status, 401u);
  as_guest();
  EXPECT_EQ(get("/api/coney/queues/%2F/nosuch/browse").status, 404u);
}

TEST_F(BrowseApiTest, MatchingMessagesAreRemovedOrCounted) {
  for (const char* body : {"a", "b", "ab", "c"}) add("k", body);
  messages_[2].on_disk = true;
  EXPECT_EQ(json_of(remove("/api/coney/queues/%2F/q/messages?body=b&preview=true")),
            json::parse(R"({"matched":2,"bytes":3,"on_disk":1,"scanned":4,"scan_limited":false,
                            "next":null})"));
  EXPECT_EQ(remove("/api/coney/queues/%2F/q/messages?body=b&preview=yes").status, 400u);
  EXPECT_TRUE(asked_.empty());
  answer_queue_ = [](const QueueCall& call) {
    return QueueAnswer{.messages = std::get<RemoveCall>(call).messages.size()};
  };
  const json::value removed = json_of(remove("/api/coney/queues/%2F/q/messages?body=b"));
  EXPECT_EQ(removed.at("removed"), 2) << "what is on disk goes as well";
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_EQ(std::get<RemoveCall>(asked_[0]).messages,
            (std::vector<ReadyMessage>{{1, 1, false}, {2, 2, false}}));
  EXPECT_EQ(remove("/api/coney/queues/%2F/q/messages").status, 400u) << "not everything";
}

TEST_F(BrowseApiTest, QueuesArePausedByWhoMayConfigureThem) {
  EXPECT_EQ(post("/api/coney/queues/%2F/q/pause").status, 204u);
  EXPECT_EQ(post("/api/coney/queues/%2F/q/resume").status, 204u);
  ASSERT_EQ(asked_.size(), 2u);
  EXPECT_TRUE(std::get<PauseCall>(asked_[0]).paused);
  EXPECT_FALSE(std::get<PauseCall>(asked_[1]).paused);
  EXPECT_EQ(post("/api/coney/queues/%2F/nosuch/pause").status, 404u);
  EXPECT_EQ(
      put("/api/queues/%2F/s", R"({"durable":true,"arguments":{"x-queue-type":"stream"}})").status,
      201u);
  EXPECT_EQ(post("/api/coney/queues/%2F/s/pause").status, 400u);
}

TEST(MessageCursor, IsReadAsItIsWritten) {
  EXPECT_EQ(cursor_text({7, 12}), "7-12");
  EXPECT_EQ(parse_cursor("7-12"), (MessagePlace{7, 12}));
  EXPECT_EQ(parse_cursor("12"), (MessagePlace{0, 12}));
  for (const char* text : {"", "-", "7-", "-7", "256-1", "1-2-3", "0-72057594037927936", "0x1"}) {
    EXPECT_EQ(parse_cursor(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace coney::management
