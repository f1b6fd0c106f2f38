#include "broker/log/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "broker/log/log_line.h"
#include "broker/log/log_output.h"

namespace coney::log {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr auto kTime = std::chrono::system_clock::time_point(std::chrono::microseconds(1'000'001));

std::string line(std::string_view text, Format format = Format::kPlaintext) {
  return format_line({kTime, Level::kNotice, Category::kQueue, text}, format);
}

TEST(LogLine, PlaintextHasTimeLevelAndCategory) {
  EXPECT_EQ(line("it's full"), "1970-01-01 00:00:01.000001+00:00 [notice] <queue> it's full\n");
}

TEST(LogLine, JsonIsOneObject) {
  EXPECT_EQ(line("a \"b\" \\", Format::kJson),
            "{\"time\":\"1970-01-01 00:00:01.000001+00:00\",\"level\":\"notice\","
            "\"category\":\"queue\",\"msg\":\"a \\\"b\\\" \\\\\"}\n");
}

TEST(LogLine, ControlCharactersCannotForgeALine) {
  EXPECT_THAT(line("a\nb\x1b[0m"), HasSubstr("a\\nb\\x1b[0m\n"));
  EXPECT_THAT(line("a\nb\x01", Format::kJson), HasSubstr("a\\nb\\u0001"));
}

TEST(LogLine, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_THAT(line("\xc3\xa4\xff\xc3"), HasSubstr("\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd\n"));
  EXPECT_THAT(line("\xed\xa0\x80"), Not(HasSubstr("\xed")));
  EXPECT_THAT(line("\xf0\x9f\x90\x87"), HasSubstr("\xf0\x9f\x90\x87"));
}

class LogFile : public testing::Test {
 protected:
  LogFile() : directory_(testing::TempDir() + "coney_log_test") {
    std::filesystem::remove_all(directory_);
    config_.console = false;
    config_.file = directory_ + "/deep/coney.log";
  }
  ~LogFile() override {
    stop();
    std::filesystem::remove_all(directory_);
  }

  void set_level(Category category, Level level) {
    config_.category_level[static_cast<size_t>(category)] = level;
  }

  std::string text(const std::string& path) const {
    std::ifstream file(path);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
  }

  std::string stopped_text() {
    stop();
    return text(config_.file);
  }

  std::string directory_;
  LogConfig config_;
};

TEST_F(LogFile, NothingIsLoggedBeforeStartAndAfterStop) {
  error(Category::kDefault, "too early");
  ASSERT_EQ(start(config_), std::nullopt);
  info(Category::kDefault, "in {}", "time");
  stop();
  error(Category::kDefault, "too late");
  EXPECT_THAT(stopped_text(), MatchesRegex("[^\n]*\\[info\\] <default> in time\n"));
}

TEST_F(LogFile, CategoryWithoutALevelHasTheDefaultLevel) {
  set_level(Category::kDefault, Level::kWarning);
  set_level(Category::kChannel, Level::kDebug);
  set_level(Category::kQueue, Level::kNone);
  ASSERT_EQ(start(config_), std::nullopt);
  EXPECT_FALSE(enabled(Category::kConnection, Level::kNotice));
  EXPECT_TRUE(enabled(Category::kConnection, Level::kWarning));
  EXPECT_TRUE(enabled(Category::kChannel, Level::kDebug));
  EXPECT_FALSE(enabled(Category::kQueue, Level::kEmergency));
}

TEST_F(LogFile, OutputsLevelIsAFloor) {
  config_.file_level = Level::kError;
  set_level(Category::kChannel, Level::kDebug);
  ASSERT_EQ(start(config_), std::nullopt);
  warning(Category::kChannel, "low");
  error(Category::kChannel, "high");
  EXPECT_THAT(stopped_text(), MatchesRegex("[^\n]*high\n"));
}

TEST_F(LogFile, LinesOfManyThreadsStayWhole) {
  ASSERT_EQ(start(config_), std::nullopt);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      for (int j = 0; j < 100; ++j) info(Category::kDefault, "from {} line {}.", i, j);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::istringstream lines(stopped_text());
  int count = 0;
  for (std::string one; std::getline(lines, one); ++count) {
    EXPECT_THAT(one, MatchesRegex(".*\\[info\\] <default> from . line [0-9]+\\."));
  }
  EXPECT_EQ(count, 400);
}

TEST_F(LogFile, ReopenFollowsARotation) {
  ASSERT_EQ(start(config_), std::nullopt);
  info(Category::kDefault, "old");
  stop();
  ASSERT_EQ(start(config_), std::nullopt);
  std::filesystem::rename(config_.file, config_.file + ".1");
  ASSERT_EQ(reopen(), std::nullopt);
  info(Category::kDefault, "new");
  EXPECT_THAT(stopped_text(), HasSubstr("new"));
  EXPECT_THAT(text(config_.file + ".1"), HasSubstr("old"));
}

TEST_F(LogFile, FailedReopenKeepsTheOpenFile) {
  ASSERT_EQ(start(config_), std::nullopt);
  std::filesystem::rename(config_.file, config_.file + ".1");
  std::filesystem::create_directory(config_.file);
  EXPECT_NE(reopen(), std::nullopt);
  info(Category::kDefault, "still here");
  stop();
  EXPECT_THAT(text(config_.file + ".1"), HasSubstr("still here"));
}

TEST_F(LogFile, FileThatCannotBeOpenedIsReported) {
  config_.file = "/dev/null/coney.log";
  const auto wrong = start(config_);
  ASSERT_TRUE(wrong);
  EXPECT_THAT(*wrong, HasSubstr("/dev/null/coney.log"));
  error(Category::kDefault, "goes nowhere");
  EXPECT_EQ(lost(), 0u);
}

TEST_F(LogFile, FullDiskLosesLinesAndNothingElse) {
  config_.file = "/dev/full";
  ASSERT_EQ(start(config_), std::nullopt);
  for (int i = 0; i < 10; ++i) error(Category::kDefault, "line {}", i);
  while (lost() < 10) std::this_thread::yield();
  EXPECT_EQ(lost(), 10u);
}

// A file size limit stands for a disk that fills up and is emptied again.
TEST(LogOutput, SaysHowManyLinesAreMissingAndKeepsLinesApart) {
  const std::string path = testing::TempDir() + "coney_log_output";
  std::filesystem::remove(path);
  LogOutput output(path);
  ASSERT_EQ(output.open(), std::nullopt);
  const auto notice = [](uint64_t missing) { return std::to_string(missing) + " missing\n"; };

  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit limited{8, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &limited);
  EXPECT_TRUE(output.write("first\n", notice));
  EXPECT_FALSE(output.write("second\n", notice));
  EXPECT_FALSE(output.write("third\n", notice));
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, previous);
  EXPECT_TRUE(output.write("fourth\n", notice));

  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), "first\nse\n2 missing\nfourth\n");
  std::filesystem::remove(path);
}

TEST(LogOutput, PipeThatNobodyReadsLosesLinesUntilItIsRead) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  ASSERT_EQ(::fcntl(ends[1], F_SETPIPE_SZ, 8'192), 8'192);
  LogOutput output(ends[1]);
  const auto notice = [](uint64_t missing) { return std::to_string(missing) + " missing\n"; };
  const auto read_all = [&] {
    std::string text(16'384, ' ');
    text.resize(static_cast<size_t>(::read(ends[0], text.data(), text.size())));
    return text;
  };
  const std::string line = std::string(999, 'x') + "\n";
  std::string written;
  while (output.write(line, notice)) written += line;
  for (int i = 0; i < 10'000; ++i) EXPECT_FALSE(output.write(line, notice));
  EXPECT_FALSE(written.empty());
  EXPECT_EQ(read_all(), written);
  EXPECT_TRUE(output.write("next\n", notice));
  EXPECT_EQ(read_all(), "10001 missing\nnext\n");
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace coney::log
