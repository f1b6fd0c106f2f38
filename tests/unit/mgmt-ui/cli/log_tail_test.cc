#include "tests/unit/mgmt-ui/cli/cli_fixture.h"

// log_tail and log_tail_stream in front of a log in memory.

namespace coney::cli {
namespace {

class LogTailTest : public CliTest {
 protected:
  void add(std::string_view text, log::Level level = log::Level::kInfo) {
    const std::chrono::system_clock::time_point at{std::chrono::milliseconds(1'000'123)};
    tail_.add({at, level, log::Category::kConnection, text});
  }
  std::shared_ptr<management::EventSubscription> follow_log(management::LogFilter filter,
                                                            std::uint64_t backlog) override {
    return feed_.subscribe(std::move(filter), backlog);
  }
  static long lines_of(const std::string& text) { return std::ranges::count(text, '\n'); }

  log::LogTail tail_;
  management::LogFeed feed_{tail_};
};

TEST_F(LogTailTest, LinesLookAsInTheLog) {
  add("somebody came", log::Level::kDebug);
  EXPECT_EQ(output_of("coneyctl log_tail"),
            "1970-01-01 00:16:40.123000+00:00 [debug] <connection> somebody came\n");
}

TEST_F(LogTailTest, NothingThatSomebodyLoggedReachesTheTerminalRaw) {
  add("\x1b[2J\nnext");
  EXPECT_EQ(output_of("coneyctl log_tail"),
            "1970-01-01 00:16:40.123000+00:00 [info] <connection> \\x1b[2J\\nnext\n");
}

TEST_F(LogTailTest, FiftyLinesUnlessToldOtherwiseTheNewest) {
  for (int n = 0; n != 80; ++n) add("line " + std::to_string(n));
  const std::string usual = output_of("coneyctl log_tail");
  EXPECT_EQ(lines_of(usual), 50);
  EXPECT_NE(usual.find("line 79\n"), usual.npos);
  EXPECT_EQ(usual.find("line 29\n"), usual.npos);
  EXPECT_EQ(lines_of(output_of("rabbitmq-diagnostics log_tail --number 7")), 7);
  EXPECT_EQ(lines_of(output_of("rabbitmq-diagnostics log_tail -N 8")), 8);
}

TEST_F(LogTailTest, OfTooManyBytesTheNewestLinesAreLeft) {
  for (int n = 0; n != 900; ++n) add("line " + std::to_string(n) + std::string(1000, 'x'));
  const std::string output = output_of("coneyctl log_tail -N 900");
  EXPECT_NE(output.find("line 899x"), output.npos);
  EXPECT_EQ(output.find("line 1x"), output.npos);
  EXPECT_NE(output.find("lines left out)"), output.npos);
}

TEST_F(LogTailTest, NumbersThatAreNoneAreWrongUsage) {
  for (const char* wrong : {"-N 0", "-N 1001", "-N many"}) {
    EXPECT_EQ(run(std::string("coneyctl log_tail ") + wrong).code, ExitCode::kUsage) << wrong;
  }
  EXPECT_EQ(run("coneyctl log_tail_stream -d soon").code, ExitCode::kUsage);
}

TEST_F(LogTailTest, OnlyAdministratorsMay) {
  output_of("coneyctl add_user watcher secret");
  peer_ = {};  // no longer who runs the node
  as("watcher");
  EXPECT_NE(run("coneyctl log_tail_stream -d 1").code, ExitCode::kOk);
  EXPECT_NE(run("coneyctl log_tail").code, ExitCode::kOk);
}

}  // namespace
}  // namespace coney::cli
