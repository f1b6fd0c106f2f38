#include "mgmt-ui/api/events/live_feed.h"

#include "tests/unit/mgmt-ui/api/api_fixture.h"

// Views that stay fresh, over the API and with answers of the test's own.

namespace coney::management {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

class LiveFeedTest : public ApiTest {
 protected:
  std::shared_ptr<EventSubscription> follow_views(LiveRequest request) override {
    return feed_.subscribe(std::move(request));
  }

  std::shared_ptr<EventSubscription> listen(const std::string& query) {
    const Answer answer = get("/api/coney/live" + query);
    EXPECT_EQ(answer.content_type, "text/event-stream") << answer.body;
    return answer.events;
  }
  void pass(milliseconds time) {
    clock_ += time;
    feed_.tick();
  }
  // What a listener was told, one event a line.
  static std::string told(EventSubscription& events) {
    std::string text = events.take(), lines;
    constexpr std::string_view kBefore = "event: view\ndata: ";
    for (std::size_t at = 0; at < text.size();) {
      EXPECT_EQ(text.compare(at, kBefore.size(), kBefore), 0) << text;
      const std::size_t end = text.find("\n\n", at);
      lines += text.substr(at + kBefore.size(), end - at - kBefore.size()) + "\n";
      at = end + 2;
    }
    return lines;
  }
  void declare(const std::string& name) {
    execute_now(DeclareQueue{{.vhost = "/", .name = name, .durable = true}, ShardId{0}, {}});
    feed_.changed();
  }

  static inline LiveFeed::Clock::time_point clock_{};
  LiveFeed feed_{[this](Request request, Respond respond) {
                   ++asked_count_;
                   clock_ += took_;
                   if (answer_) return respond(*answer_);
                   auto admitted = api().admit(std::move(request));
                   if (auto* refusal = std::get_if<Answer>(&admitted)) return respond(*refusal);
                   api().carry_out(std::get<Api::Admitted>(std::move(admitted)), respond);
                 },
                 [] { return clock_; }};
  std::optional<Answer> answer_;  // instead of the API's
  milliseconds took_{0};
  int asked_count_ = 0;
};

TEST_F(LiveFeedTest, WholeAnswersComeFirstAndThenWhatChanges) {
  declare("one");
  const auto events =
      listen("?view=/queues%3Fcolumns%3Dname,durable&view=/vhosts%3Fcolumns%3Dname");
  pass(LiveFeed::kTick);
  EXPECT_EQ(told(*events),
            "{\"view\":0,\"full\":[{\"name\":\"one\",\"durable\":true}]}\n"
            "{\"view\":1,\"full\":[{\"name\":\"/\"}]}\n");
  declare("two");
  pass(LiveFeed::kTick);
  EXPECT_EQ(
      told(*events),
      "{\"view\":0,\"delta\":{\"rows\":[[0,1],{\"row\":{\"name\":\"two\",\"durable\":true}}]}}"
      "\n{\"view\":1}\n");
}

TEST_F(LiveFeedTest, ViewsAreAskedForAtTheIntervalAndWhenSomethingIsDeclared) {
  const auto often = listen("?interval=1&view=/vhosts%3Fcolumns%3Dname");
  const auto never = listen("?interval=0&view=/vhosts%3Fcolumns%3Dname");
  pass(LiveFeed::kTick);
  EXPECT_NE(told(*often), "");
  EXPECT_NE(told(*never), "");
  pass(LiveFeed::kTick);
  EXPECT_EQ(told(*often), "") << "too early";
  pass(seconds(1));
  EXPECT_EQ(told(*often), "{\"view\":0}\n");
  EXPECT_EQ(told(*never), "");
  declare("q");
  pass(LiveFeed::kTick);
  EXPECT_EQ(told(*never), "{\"view\":0}\n");
}

TEST_F(LiveFeedTest, ListThatIsWrittenInPiecesIsTooLong) {
  for (int n = 0; n != 500; ++n) declare(std::string(200, 'q') + std::to_string(n));
  const auto events =
      listen("?view=/queues&view=/queues%3Fpage%3D1%26page_size%3D1%26columns%3Ditem_count");
  pass(LiveFeed::kTick);
  const std::string all = told(*events);
  EXPECT_TRUE(all.starts_with("{\"view\":0,\"status\":413}\n{\"view\":1,\"full\":")) << all;
}

TEST_F(LiveFeedTest, ListenerSeesWhatItMaySeeAtThatMoment) {
  add_user("other", {"management"});
  allow("other", "/");
  as("other");
  const auto events = listen("?view=/queues%3Fcolumns%3Dname&view=/users");
  as_guest();
  declare("q");
  pass(LiveFeed::kTick);
  EXPECT_EQ(told(*events),
            "{\"view\":0,\"full\":[{\"name\":\"q\"}]}\n{\"view\":1,\"status\":401}\n");
  execute_now(ClearPermissions{"other", "/"});
  pass(seconds(1));
  EXPECT_EQ(told(*events), "{\"view\":0,\"delta\":{\"rows\":[]}}\n") << "a status is told once";
  execute_now(DeleteUser{"other"});
  pass(seconds(1));
  EXPECT_EQ(told(*events), "{\"view\":0,\"status\":401}\n");
}

TEST_F(LiveFeedTest, WhoDoesNotReadIsAskedForNothingAndToldInOnePiece) {
  const auto events = listen("?view=/queues%3Fcolumns%3Dname");
  pass(LiveFeed::kTick);
  const int asked = asked_count_;
  for (const char* name : {"a", "b", "c"}) {
    declare(name);
    pass(seconds(1));
  }
  EXPECT_EQ(asked_count_, asked);
  EXPECT_EQ(told(*events), "{\"view\":0,\"full\":[]}\n");
  pass(LiveFeed::kTick);
  EXPECT_EQ(
      told(*events),
      "{\"view\":0,\"delta\":{\"rows\":[{\"row\":{\"name\":\"a\"}},{\"row\":{\"name\":\"b\"}},"
      "{\"row\":{\"name\":\"c\"}}]}}\n");
}

TEST_F(LiveFeedTest, WhatTakesLongIsAskedForLessOften) {
  took_ = milliseconds(300);
  const auto events = listen("?interval=1&view=/vhosts");
  pass(LiveFeed::kTick);
  EXPECT_EQ(asked_count_, 1);
  told(*events);
  declare("q");
  pass(milliseconds(2500));
  EXPECT_EQ(asked_count_, 1) << "it may take a tenth of the time";
  pass(seconds(1));
  EXPECT_EQ(asked_count_, 2);
}

TEST_F(LiveFeedTest, AnswersThatAreTooLargeAreNotKept) {
  const std::string large = "\"" + std::string(LiveFeed::kMaxAnswer, 'x') + "\"";
  answer_ = json_text_answer(large);
  const auto events = listen("?view=/queues");
  pass(LiveFeed::kTick);
  EXPECT_EQ(told(*events), "{\"view\":0,\"status\":413}\n");
  EXPECT_EQ(feed_.kept(), 0u);
}

TEST_F(LiveFeedTest, AllAnswersTogetherHaveALimit) {
  answer_ = json_text_answer("\"" + std::string(LiveFeed::kMaxAnswer - 2, 'x') + "\"");
  std::vector<std::shared_ptr<EventSubscription>> all;
  for (std::size_t n = 0; n != 70; ++n) all.push_back(listen("?view=/queues"));
  pass(LiveFeed::kTick);
  EXPECT_EQ(feed_.kept(), LiveFeed::kMaxKept);
  EXPECT_EQ(told(*all.back()), "{\"view\":0,\"status\":413}\n");
  all.clear();
  EXPECT_EQ(feed_.kept(), 0u);
  EXPECT_FALSE(feed_.tick());
}

TEST_F(LiveFeedTest, WhatIsNoAnswerInJsonIsRefused) {
  const auto events = listen("?view=/events&view=/nothing&view=/%2563oney/live%3Fview%3D/x");
  pass(LiveFeed::kTick);
  EXPECT_EQ(told(*events),
            "{\"view\":0,\"status\":406}\n{\"view\":1,\"status\":404}\n"
            "{\"view\":2,\"status\":406}\n");
}

TEST_F(LiveFeedTest, QueriesThatAreWrongAreRefused) {
  EXPECT_EQ(get("/api/coney/live").status, 400u);
  EXPECT_EQ(get("/api/coney/live?view=queues").status, 400u);
  EXPECT_EQ(get("/api/coney/live?view=/coney/live").status, 400u);
  EXPECT_EQ(get("/api/coney/live?view=/a&interval=-1").status, 400u);
  std::string many = "?view=/a";
  for (std::size_t n = 0; n != LiveFeed::kMaxViews; ++n) many += "&view=/a";
  EXPECT_EQ(get("/api/coney/live" + many).status, 400u);
}

TEST_F(LiveFeedTest, ThereAreNoMoreListenersThanTheLimit) {
  std::vector<std::shared_ptr<EventSubscription>> all;
  for (std::size_t n = 0; n != LiveFeed::kMaxListeners; ++n) all.push_back(listen("?view=/a"));
  EXPECT_EQ(get("/api/coney/live?view=/a").status, 503u);
  all.pop_back();
  EXPECT_EQ(get("/api/coney/live?view=/a").status, 200u);
}

TEST_F(LiveFeedTest, PrefixOfThePathsHoldsForViews) {
  changeable_config().management.path_prefix = "/below";
  const Answer answer = get("/below/api/coney/live?view=/vhosts%3Fcolumns%3Dname");
  ASSERT_EQ(answer.status, 200u);
  pass(LiveFeed::kTick);
  EXPECT_EQ(told(*answer.events), "{\"view\":0,\"full\":[{\"name\":\"/\"}]}\n");
}

}  // namespace
}  // namespace coney::management
