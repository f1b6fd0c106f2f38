#include "tests/unit/mgmt-ui/api/api_fixture.h"

// The log over HTTP.

namespace coney::management {
namespace {

class LogStreamTest : public ApiTest {
 protected:
  void add(log::Level level, std::string_view text) {
    tail_.add({{}, level, log::Category::kConnection, text});
  }
  std::shared_ptr<EventSubscription> follow_log(LogFilter filter, std::uint64_t backlog) override {
    return feed_.subscribe(std::move(filter), backlog);
  }
  std::shared_ptr<EventSubscription> listen(const std::string& query) {
    const Answer answer = get("/api/coney/log" + query);
    EXPECT_EQ(answer.content_type, "text/event-stream") << answer.body;
    return answer.events;
  }
  static int count(std::string_view in, std::string_view what) {
    int found = 0;
    for (std::size_t at = 0; (at = in.find(what, at)) != in.npos; at += what.size()) ++found;
    return found;
  }

  log::LogTail tail_;
  LogFeed feed_{tail_};
};

TEST_F(LogStreamTest, BacklogComesFirstAndThenWhatIsLogged) {
  add(log::Level::kInfo, "before");
  const auto events = listen("");
  EXPECT_EQ(events->take(),
            "event: log\ndata: {\"number\":1,\"time\":\"1970-01-01T00:00:00.000Z\",\"level\":"
            "\"info\",\"category\":\"connection\",\"message\":\"before\"}\n\n");
  EXPECT_EQ(events->take(), "");
  add(log::Level::kInfo, "after\nit");
  EXPECT_TRUE(feed_.hand_on());
  EXPECT_NE(events->take().find("\"message\":\"after\\nit\""), std::string::npos);
}

TEST_F(LogStreamTest, LevelAndTextChooseLines) {
  const auto warnings = listen("?level=warning");
  const auto about = listen("?level=debug&text=GUEST");
  add(log::Level::kInfo, "user 'guest' came");
  add(log::Level::kError, "trouble");
  feed_.hand_on();
  EXPECT_EQ(count(warnings->take(), "event: log"), 1);
  const std::string found = about->take();
  EXPECT_EQ(count(found, "event: log"), 1);
  EXPECT_EQ(count(found, "guest"), 1);
}

TEST_F(LogStreamTest, BacklogIsAsLongAsAskedFor) {
  for (int n = 0; n != 2000; ++n) add(log::Level::kInfo, "line");
  EXPECT_EQ(count(listen("?backlog=0")->take(), "event: log"), 0);
  EXPECT_EQ(count(listen("?backlog=7")->take(), "event: log"), 7);
  EXPECT_EQ(count(listen("?backlog=1000")->take(), "event: log"), 1000);
  EXPECT_EQ(get("/api/coney/log?backlog=1001&level=loud").status, 400u);
}

TEST_F(LogStreamTest, LinesSoFarEndTheAnswer) {
  add(log::Level::kInfo, "line");
  const Answer answer = get("/api/coney/log?follow=false");
  EXPECT_EQ(count(answer.body, "event: log"), 1);
  EXPECT_FALSE(answer.events);
  EXPECT_EQ(reason_of(get("/api/coney/log?follow=maybe")), "is true or false");
}

TEST_F(LogStreamTest, WhoIsTooSlowIsToldHowManyWereDropped) {
  const auto events = listen("?backlog=0");
  for (int n = 0; n != 1500; ++n) add(log::Level::kInfo, "line");
  feed_.hand_on();
  EXPECT_NE(events->take().find("event: dropped\ndata: {\"count\":500}"), std::string::npos)
      << "the tail has a thousand";
  const std::string large(4000, 'x');
  for (int n = 0; n != 900; ++n) add(log::Level::kInfo, large);
  feed_.hand_on();
  const std::string taken = events->take();
  EXPECT_LT(taken.size(), EventSubscription::kMaxWaiting + 1000);
  EXPECT_EQ(count(taken, "event: dropped"), 1);
}

TEST_F(LogStreamTest, FeedForgetsWhoHasGone) {
  auto events = listen("");
  EXPECT_TRUE(feed_.hand_on());
  events.reset();
  EXPECT_FALSE(feed_.hand_on());
}

TEST_F(LogStreamTest, OnlyAdministratorsReadTheLog) {
  add_user("watcher", {"monitoring"});
  as("watcher");
  EXPECT_EQ(get("/api/coney/log").status, 401u);
}

}  // namespace
}  // namespace coney::management
