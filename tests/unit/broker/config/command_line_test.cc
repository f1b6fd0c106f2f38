#include "broker/config/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "broker/config/config_document.h"

namespace coney {
namespace {

using testing::HasSubstr;

CommandLine parse(std::vector<const char*> arguments, Environment environment = {}) {
  arguments.insert(arguments.begin(), "coney");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data(), environment);
}

TEST(CommandLine, RunsWithoutArguments) {
  const CommandLine result = parse({});
  EXPECT_TRUE(result.run);
  EXPECT_EQ(result.output, "");
}

TEST(CommandLine, FlagsWinOverTheEnvironment) {
  const CommandLine result =
      parse({"--data-dir", "/flag", "--set", "heartbeat=5", "--set", "shards=2"},
            {{"CONEY_DATA_DIR", "/variable"}, {"CONEY_HEARTBEAT", "6"}});
  EXPECT_TRUE(result.run);
  EXPECT_EQ(result.loaded.config.data_dir, "/flag");
  EXPECT_EQ(result.loaded.config.heartbeat.count(), 5);
  EXPECT_EQ(result.loaded.config.shards, 2u);
}

TEST(CommandLine, CheckConfigReportsAndDoesNotRun) {
  const CommandLine good = parse({"--check-config"});
  EXPECT_FALSE(good.run);
  EXPECT_EQ(good.exit_code, 0);
  EXPECT_EQ(good.output, "the configuration is valid\n");
  const CommandLine bad = parse({"--check-config", "--set", "heartbeat=x"});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.output, HasSubstr("error: command line: heartbeat: 'x' is not valid"));
}

TEST(CommandLine, CheckConfigReadsTheFilesThatAreNamed) {
  const CommandLine result =
      parse({"--check-config", "--set", "load_definitions=/nonexistent/d", "--set",
             "listeners.ssl.1=5671", "--set", "ssl_options.certfile=/nonexistent/c"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.output,
            "error: load_definitions: /nonexistent/d: No such file or directory\n"
            "error: ssl_options.certfile: /nonexistent/c: No such file or directory\n"
            "the configuration is not valid\n");
}

TEST(CommandLine, WrongConfigurationDoesNotRun) {
  const CommandLine result = parse({"--set", "nothing=1"});
  EXPECT_FALSE(result.run);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("unknown key 'nothing'"));
}

TEST(CommandLine, CheckingADirectoryNeedsNoConfiguration) {
  const CommandLine result = parse({"--fsck", "/data", "--set", "nothing=1"});
  EXPECT_FALSE(result.run);
  EXPECT_EQ(result.checked, "/data");
  EXPECT_EQ(result.output, "");
  EXPECT_EQ(parse({"--fsck"}).exit_code, 2);
  EXPECT_EQ(parse({"--fsck", "/data", "--check-config"}).exit_code, 2);
}

TEST(CommandLine, ExportTakesTheNamesFromTheConfiguration) {
  const CommandLine result =
      parse({"--export-definitions", "/data", "--set", "cluster_name=rabbit@a"});
  EXPECT_FALSE(result.run);
  EXPECT_EQ(result.exported, "/data");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output, "");
  EXPECT_EQ(result.loaded.config.cluster_name, "rabbit@a");
  const CommandLine wrong = parse({"--export-definitions", "/data", "--set", "nothing=1"});
  EXPECT_EQ(wrong.exported, std::nullopt);
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_EQ(parse({"--export-definitions"}).exit_code, 2);
  EXPECT_FALSE(parse({"--export-definitions", ""}).run);
  EXPECT_EQ(parse({"--export-definitions", "/data", "--check-config"}).exit_code, 2);
}

TEST(CommandLine, WrongFlagsAreExplained) {
  const CommandLine result = parse({"--frobnicate"});
  EXPECT_FALSE(result.run);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, HasSubstr("--frobnicate"));
}

TEST(CommandLine, HelpListsFlagsAndKeys) {
  const CommandLine result = parse({"--help"});
  EXPECT_FALSE(result.run);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("--check-config"));
  EXPECT_THAT(result.output, HasSubstr("max_message_size (default: 134217728)"));
}

TEST(CommandLine, VersionNamesTheProgram) {
  EXPECT_EQ(parse({"--version"}).output, std::string("coney ") + CONEY_VERSION + "\n");
}

TEST(ConfigDocument, FileInTheRepositoryIsCurrent) {
  std::ifstream file(std::string(CONEY_SOURCE_DIR) + "/docs/configuration.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == configuration_markdown())
      << "write it anew: coney --config-reference > docs/configuration.md";
}

TEST(CommandLine, PackagedConfigurationIsValidWithoutWarnings) {
  const std::string file = std::string(CONEY_SOURCE_DIR) + "/packaging/coney.conf";
  const CommandLine result = parse({"--config", file.c_str()});
  EXPECT_TRUE(result.run) << result.output;
  EXPECT_THAT(result.loaded.warnings, testing::IsEmpty());
  EXPECT_EQ(result.loaded.config.data_dir, "/var/lib/coney");
}

TEST(CommandLine, ManualNamesEveryFlag) {
  std::ifstream file(std::string(CONEY_SOURCE_DIR) + "/packaging/coney.1");
  std::ostringstream text;
  text << file.rdbuf();
  for (const char* flag : {"config", "data-dir", "set", "check-config", "help", "version",
                           "config-reference", "export-definitions", "fsck"}) {
    std::string escaped = std::string("\\-\\-") + flag;
    for (size_t dash = 4; (dash = escaped.find('-', dash)) != escaped.npos; dash += 2) {
      escaped.insert(dash, "\\");
    }
    EXPECT_THAT(text.str(), HasSubstr(escaped));
  }
}

}  // namespace
}  // namespace coney
