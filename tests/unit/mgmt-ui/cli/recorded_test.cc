// Plays what RabbitMQ's tools have answered, from recorded/: "$" is a command, "|" a line of its
// output, "!" one of its errors, "=" its exit code.

#include <fstream>

#include "tests/unit/mgmt-ui/cli/cli_fixture.h"

namespace coney::cli {
namespace {

struct Recorded {
  std::string command, output, errors;
  int code = 0;
};

std::string text_of(const std::string& line) {
  return (line.size() > 2 ? line.substr(2) : std::string()) + "\n";
}

std::vector<Recorded> read(const std::string& name) {
  std::ifstream file(std::string(CONEY_SOURCE_DIR) + "/tests/unit/mgmt-ui/cli/recorded/" + name);
  std::vector<Recorded> all;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("$ ")) all.push_back({.command = line.substr(2)});
    if (line.starts_with("|")) all.back().output += text_of(line);
    if (line.starts_with("!")) all.back().errors += text_of(line);
    if (line.starts_with("= ")) all.back().code = std::stoi(line.substr(2));
  }
  return all;
}

class RecordedTest : public CliTest {
 protected:
  void play(const std::string& name) {
    const std::vector<Recorded> all = read(name);
    ASSERT_FALSE(all.empty());
    for (const Recorded& recorded : all) {
      const Ran ran = run(recorded.command);
      EXPECT_EQ(ran.output, recorded.output) << recorded.command << "\n" << ran.errors;
      EXPECT_EQ(ran.errors, recorded.errors) << recorded.command;
      EXPECT_EQ(static_cast<int>(ran.code), recorded.code) << recorded.command;
    }
  }
  void do_all(std::initializer_list<const char*> lines) {
    for (const char* line : lines) output_of(line);
  }
};

TEST_F(RecordedTest, AdministrationIsCarriedOutAndReportedAsRabbitmqDoes) {
  output_of("rabbitmqctl add_vhost golden");
  EXPECT_EQ(put("/api/exchanges/golden/g.topic", R"({"type":"topic"})").status, 201u);
  play("administration.txt");
}

TEST_F(RecordedTest, WrongCommandLinesAreRefusedAsRabbitmqDoes) {
  play("usage.txt");
}

TEST_F(RecordedTest, ListsLookAsRabbitmqs) {
  do_all({"rabbitmqctl add_vhost golden --tags one,two", "rabbitmqctl add_vhost empty",
          "rabbitmqctl add_user mgr mgr", "rabbitmqctl set_user_tags mgr management",
          "rabbitmqctl add_user plain plain", "rabbitmqctl set_permissions -p golden mgr .* .* .*",
          "rabbitmqctl set_permissions -p golden plain .* .* .*",
          "rabbitmqctl set_topic_permissions -p golden mgr amq.topic ^a .*",
          "rabbitmqctl set_policy -p golden gpol ^gq\\.classic$ "
          "{\"max-length\":100000,\"overflow\":\"reject-publish\"} --priority 5 --apply-to queues",
          "rabbitmqctl set_operator_policy -p golden gop ^gq\\. {\"max-length\":50000} --priority "
          "1 --apply-to queues",
          "rabbitmqctl set_parameter -p golden federation-upstream gup "
          "{\"expires\":3600000,\"uri\":\"amqp://localhost:1\"}",
          "rabbitmqctl set_vhost_limits -p golden {\"max-connections\":1000,\"max-queues\":1000}",
          "rabbitmqctl set_user_limits mgr {\"max-channels\":500,\"max-connections\":50}",
          "rabbitmqctl set_global_parameter gparam {\"k\":[1,2,{\"x\":\"y\"}]}"});
  ASSERT_EQ(
      run_words({"rabbitmqctl", "update_vhost_metadata", "golden", "--description", "golden vhost"})
          .code,
      ExitCode::kOk);
  play("listings.txt");
}

}  // namespace
}  // namespace coney::cli
