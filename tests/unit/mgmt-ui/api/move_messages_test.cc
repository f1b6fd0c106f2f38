#include <deque>

#include "tests/unit/mgmt-ui/api/api_fixture.h"

// Moving messages elsewhere. The source is a list in memory here, what it is asked is done to it.

namespace coney::management {
namespace {

namespace json = boost::json;

MessageRef message(std::string_view key, std::string_view body) {
  amqp::PropertyList list;
  list.delivery_mode = 2;
  list.priority = 3;
  list.expiration = "60000";
  std::string header;
  amqp::encode_content_header(header, body.size(), list);
  MessageBuilder builder("ex", key, header, body.size(), true);
  builder.append(body);
  return builder.finish();
}

class MoveApiTest : public ApiTest {
 protected:
  MoveApiTest() {
    for (const char* queue : {"q", "to"}) {
      EXPECT_EQ(put(std::string("/api/queues/%2F/") + queue, R"({"durable":true})").status, 201u);
    }
    answer_queue_ = [this](const QueueCall& call) { return answer_of(call); };
  }

  QueueAnswer answer_of(const QueueCall& call) {
    if (source_gone_) return {.status = QueueStatus::kGone};
    if (std::holds_alternative<HoldCall>(call)) {
      if (std::exchange(held_, true)) return {.status = QueueStatus::kInUse};
      return {.messages = 77};
    }
    if (const auto* let_go = std::get_if<LetGoCall>(&call)) {
      EXPECT_EQ(let_go->hold, 77u);
      EXPECT_TRUE(std::exchange(held_, false));
    }
    const auto* remove = std::get_if<RemoveCall>(&call);
    if (!remove) return {};
    EXPECT_TRUE(held_);
    return {.messages = static_cast<std::uint64_t>(
                std::erase_if(messages_, [&](const BrowsedMessage& each) {
                  return std::ranges::any_of(remove->messages, [&](const ReadyMessage& gone) {
                    return gone.position == each.place.position;
                  });
                }))};
  }
  void browse(QueueId, BrowseCall call, ThenSlice then) override {
    if (source_gone_) return then({.gone = true});
    EXPECT_TRUE(held_ || dry_run_);
    BrowseSlice slice;
    for (const BrowsedMessage& each : messages_) {
      if (call.from && call.from->level == 0 && each.place.position < call.from->position) continue;
      if (slice.messages.size() == std::min(call.most, most_)) {
        slice.next = each.place;
        break;
      }
      slice.messages.push_back(each);
    }
    then(std::move(slice));
  }
  void add(std::string_view key, std::string_view body) {
    messages_.push_back({.place = {0, next_++}, .message = message(key, body)});
  }
  json::value move(const std::string& body, const std::string& query = "") {
    const Answer answer = post("/api/coney/queues/%2F/q/move?" + query, body);
    EXPECT_EQ(answer.status, 200u) << answer.body;
    EXPECT_FALSE(held_) << "others may use the queue again";
    return json_of(answer);
  }
  Answer refused(const std::string& body, const std::string& query = "") {
    return post("/api/coney/queues/%2F/q/move?" + query, body);
  }
  std::string left() const {
    std::string text;
    for (const BrowsedMessage& each : messages_) text.append(each.message->body()) += ' ';
    return text;
  }
  std::string arrived() const {
    std::string text;
    for (const Published& each : published_) text.append(each.message->body()) += ' ';
    return text;
  }

  std::vector<BrowsedMessage> messages_;
  QueuePosition next_ = 0;
  std::uint32_t most_ = 2;  // in a slice
  bool held_ = false, dry_run_ = false, source_gone_ = false;
};

constexpr auto kToQueue = R"({"destination_queue":"to"})";

TEST_F(MoveApiTest, AllOfAQueueGoesToAnotherInOrderAndUnchanged) {
  for (const char* body : {"a", "b", "c", "d", "e"}) add("k", body);
  const std::vector<BrowsedMessage> before = messages_;
  EXPECT_EQ(move(kToQueue),
            json::parse(R"({"matched":5,"bytes":5,"moved":5,"unroutable":0,"rejected":0,
                            "left_meanwhile":0,"scanned":5,"scan_limited":false,"next":null,
                            "stopped":null})"));
  EXPECT_EQ(arrived(), "a b c d e ");
  EXPECT_EQ(left(), "");
  EXPECT_EQ(published_[4].message->header(), before[4].message->header());
  EXPECT_EQ(published_[4].message->routing_key(), "k");
}

TEST_F(MoveApiTest, SomeOfItGoesAndTheCursorGoesOnThere) {
  for (const char* body : {"a", "b", "ab", "c", "b2"}) add("k", body);
  const json::value first = move(R"({"destination_queue":"to","count":2})", "body=b");
  EXPECT_EQ(arrived(), "b ab ");
  EXPECT_EQ(first.at("next"), "0-3");
  EXPECT_EQ(move(kToQueue, "body=b&from=0-3").at("moved"), 1);
  EXPECT_EQ(arrived(), "b ab b2 ");
  EXPECT_EQ(left(), "a c ");
  EXPECT_EQ(move(kToQueue, "scan=1").at("next"), "0-3");
}

TEST_F(MoveApiTest, DryRunChangesNothing) {
  dry_run_ = true;
  for (const char* body : {"a", "b", "c"}) add("k", body);
  EXPECT_EQ(move(R"({"destination_queue":"to","dry_run":true})").at("moved"), 3);
  EXPECT_TRUE(asked_.empty());
  EXPECT_TRUE(published_.empty());
}

TEST_F(MoveApiTest, WhatIsRefusedStaysAndEndsIt) {
  for (const char* body : {"a", "b", "c", "d", "e"}) add("k", body);
  std::uint64_t room = 3;
  take_published_ = [&](QueueId, std::uint64_t count) {
    const std::uint64_t taken = std::min(room, count);
    room -= taken;
    return PublishAnswer{.taken = taken};
  };
  const json::value moved = move(kToQueue);
  EXPECT_EQ(moved.at("moved"), 3);
  EXPECT_EQ(moved.at("rejected"), 1);
  EXPECT_EQ(moved.at("stopped"), "rejected");
  EXPECT_EQ(moved.at("next"), "0-3");
  EXPECT_EQ(arrived(), "a b c ");
  EXPECT_EQ(left(), "d e ");
}

TEST_F(MoveApiTest, DestinationThatGoesLosesNothing) {
  for (const char* body : {"a", "b", "c", "d"}) add("k", body);
  bool first = true;
  take_published_ = [&](QueueId, std::uint64_t count) {
    return std::exchange(first, false) ? PublishAnswer{.taken = count} : PublishAnswer{true};
  };
  EXPECT_EQ(move(kToQueue).at("stopped"), "destination_gone");
  EXPECT_EQ(left(), "c d ");
  first = true;
  take_published_ = [&](QueueId, std::uint64_t count) {
    execute_now(DeleteQueue{"/", "to", {}});
    return PublishAnswer{.taken = count};
  };
  most_ = 1;
  EXPECT_EQ(move(kToQueue).at("stopped"), "destination_gone");
  EXPECT_EQ(left(), "d ");
}

TEST_F(MoveApiTest, SourceThatGoesEndsIt) {
  for (const char* body : {"a", "b", "c", "d"}) add("k", body);
  take_published_ = [&](QueueId, std::uint64_t count) {
    source_gone_ = true;
    return PublishAnswer{.taken = count};
  };
  const Answer answer = refused(kToQueue);
  EXPECT_EQ(json_of(answer).at("stopped"), "source_gone");
  EXPECT_EQ(json_of(answer).at("left_meanwhile"), 2);
  EXPECT_EQ(refused(kToQueue).status, 404u) << "it is gone from the start";
}

TEST_F(MoveApiTest, OneMoveOfAQueueAtATime) {
  add("k", "a");
  held_ = true;
  EXPECT_EQ(refused(kToQueue).status, 409u);
  EXPECT_EQ(left(), "a ");
}

TEST_F(MoveApiTest, AnExchangeRoutesEachByItsOwnKeyOrOneForAll) {
  for (const char* queue : {"a", "b"}) put(std::string("/api/queues/%2F/") + queue, "{}");
  add("a", "1");
  add("nowhere", "2");
  add("b", "3");
  add("q", "4");
  const json::value moved = move(R"({"exchange":"amq.default"})");
  EXPECT_EQ(moved.at("moved"), 2);
  EXPECT_EQ(moved.at("unroutable"), 2) << "nor does one come back";
  EXPECT_EQ(left(), "2 4 ");
  EXPECT_EQ(published_[0].message->exchange(), "");
  EXPECT_EQ(published_[0].message->routing_key(), "a");
  EXPECT_EQ(move(R"({"exchange":"amq.default","routing_key":"b"})").at("moved"), 2);
  EXPECT_EQ(published_[3].message->routing_key(), "b");
  EXPECT_EQ(published_[3].message->body(), "4");
}

TEST_F(MoveApiTest, AlarmsHoldItUp) {
  add("k", "a");
  alarms_.disk = true;
  EXPECT_EQ(move(kToQueue).at("stopped"), "alarm");
  EXPECT_EQ(left(), "a ");
}

TEST_F(MoveApiTest, WhatIsWrongIsTold) {
  EXPECT_EQ(refused("{}").status, 400u);
  EXPECT_EQ(refused(R"({"destination_queue":"to","exchange":"x"})").status, 400u);
  EXPECT_EQ(refused(R"({"destination_queue":"q"})").status, 400u) << "itself";
  EXPECT_EQ(refused(R"({"destination_queue":"to","count":0})").status, 400u);
  EXPECT_EQ(refused(kToQueue, "direction=backward").status, 400u);
  EXPECT_EQ(reason_of(refused(R"({"destination_queue":"none"})")), "queue_not_found");
  EXPECT_EQ(reason_of(refused(R"({"exchange":"none"})")), "exchange_not_found");
  EXPECT_EQ(post("/api/coney/queues/%2F/none/move", kToQueue).status, 404u);
  put("/api/queues/%2F/s", R"({"durable":true,"arguments":{"x-queue-type":"stream"}})");
  EXPECT_EQ(post("/api/coney/queues/%2F/s/move", kToQueue).status, 400u);
  EXPECT_TRUE(asked_.empty());
}

TEST_F(MoveApiTest, SourceMustBeReadableAndConfigurableAndTheDestinationWritable) {
  add("k", "a");
  add_user("other", {"management"});
  as("other");
  struct {
    const char *configure, *write, *read;
  } const kLacking[] = {{"^$", "to", "q"}, {"q", "^$", "q"}, {"q", "to", "^$"}};
  for (const auto& each : kLacking) {
    execute_now(SetPermissions{{"other", "/", each.configure, each.write, each.read}});
    EXPECT_EQ(refused(kToQueue).status, 401u) << each.configure << each.write << each.read;
  }
  execute_now(SetPermissions{{"other", "/", "q", "to", "q"}});
  EXPECT_EQ(move(kToQueue).at("moved"), 1);
}

}  // namespace
}  // namespace coney::management
