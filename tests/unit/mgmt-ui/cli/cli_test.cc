#include "mgmt-ui/cli/command/command_table.h"
#include "mgmt-ui/cli/node/node_place.h"
#include "tests/unit/mgmt-ui/cli/cli_fixture.h"

namespace coney::cli {
namespace {

TEST_F(CliTest, APasswordMayComeFromTheInput) {
  ASSERT_EQ(run("coneyctl add_user u", "secret\n").code, ExitCode::kOk);
  EXPECT_EQ(run("coneyctl authenticate_user u secret").code, ExitCode::kOk);
  EXPECT_EQ(run("coneyctl authenticate_user u", "other\n").code, ExitCode::kDataError);
  EXPECT_EQ(run("coneyctl add_user v", "").code, ExitCode::kNoInput);
}

TEST_F(CliTest, ChangesOfAUserLeaveTheRestAlone) {
  output_of("coneyctl add_user u secret");
  output_of("coneyctl set_user_tags u monitoring policymaker");
  EXPECT_EQ(output_of("coneyctl authenticate_user u secret"), "Success\n");
  output_of("coneyctl change_password u changed");
  EXPECT_EQ(output_of("coneyctl authenticate_user u changed"), "Success\n");
  EXPECT_NE(output_of("coneyctl list_users").find("u\t[monitoring, policymaker]"),
            std::string::npos);
  output_of("coneyctl clear_password u");
  EXPECT_EQ(run("coneyctl authenticate_user u changed").code, ExitCode::kDataError);
}

TEST_F(CliTest, AHashedPasswordIsTakenAsItIs) {
  const std::string hash = *hash_password("secret", PasswordHashing::kSha256, random_salt());
  output_of("coneyctl add_user u " + hash + " --pre-hashed-password");
  EXPECT_EQ(output_of("coneyctl authenticate_user u secret"), "Success\n");
}

TEST_F(CliTest, NamesAreEncodedOnTheirWay) {
  const std::string name = "a/b c%2F?x=1#\u00e4";
  ASSERT_EQ(run_words({"coneyctl", "add_vhost", name}).code, ExitCode::kOk);
  EXPECT_NE(directory_.find_vhost(name), nullptr);
  ASSERT_EQ(run_words({"coneyctl", "delete_vhost", name}).code, ExitCode::kOk);
  EXPECT_EQ(directory_.find_vhost(name), nullptr);
}

TEST_F(CliTest, TracingOfAVhostThatIsNotThereDoesNotMakeIt) {
  EXPECT_EQ(run("coneyctl trace_on -p nosuch").code, ExitCode::kUnavailable);
  EXPECT_EQ(directory_.find_vhost("nosuch"), nullptr);
  output_of("coneyctl trace_on");
  EXPECT_TRUE(directory_.find_vhost("/")->tracing);
}

TEST_F(CliTest, ALimitThatIsClearedIsGone) {
  output_of("coneyctl set_user_limits guest {\"max-channels\":5,\"max-connections\":6}");
  output_of("coneyctl clear_user_limits guest max-channels");
  EXPECT_EQ(output_of("coneyctl list_user_limits --user guest"), "{\"max-connections\":6}\n");
  output_of("coneyctl clear_user_limits guest all");
  EXPECT_EQ(output_of("coneyctl list_user_limits --user guest"), "{}\n");
}

TEST_F(CliTest, ACommandForAnotherNodeIsNotCarriedOut) {
  const Ran ran = run("coneyctl -n other@test add_vhost v");
  EXPECT_EQ(ran.code, ExitCode::kUnavailable);
  EXPECT_NE(ran.errors.find("The node that answers is 'rabbit@test'"), std::string::npos);
  EXPECT_EQ(directory_.find_vhost("v"), nullptr);
  EXPECT_EQ(run("coneyctl -n rabbit@test add_vhost v").code, ExitCode::kOk);
}

TEST_F(CliTest, WhoMayNotIsTold) {
  peer_ = {"127.0.0.1"};
  as("guest", "wrong");
  EXPECT_EQ(run("coneyctl list_users").code, ExitCode::kNoPermission);
}

TEST_F(CliTest, EveryCommandHasHelpAndRefusesTooManyArguments) {
  for (const CommandGroup& group : command_groups("coneyctl")) {
    for (const Command& command : group.commands) {
      EXPECT_FALSE(command.help.empty()) << command.name;
      EXPECT_EQ(find_command("coneyctl", command.name), &command) << "twice: " << command.name;
      EXPECT_EQ(run("coneyctl help " + std::string(command.name)).code, ExitCode::kOk);
      if (command.max_arguments == kAnyNumber) continue;
      std::vector<std::string> words{"coneyctl", std::string(command.name)};
      words.resize(words.size() + command.max_arguments + 1, "x");
      EXPECT_EQ(run_words(words).code, ExitCode::kUsage) << command.name;
    }
  }
}

TEST(Similarity, IsJaros) {
  EXPECT_DOUBLE_EQ(similarity("same", "same"), 1);
  EXPECT_DOUBLE_EQ(similarity("abc", "xyz"), 0);
  EXPECT_NEAR(similarity("martha", "marhta"), 0.9444, 0.0001);
  EXPECT_NEAR(similarity("dixon", "dicksonx"), 0.7667, 0.0001);
}

TEST(NodeUrl, IsTakenApart) {
  const auto place = parse_url("https://me:p%40ss@[::1]:1567/prefix/");
  ASSERT_TRUE(place);
  EXPECT_TRUE(place->tls);
  EXPECT_EQ(place->host, "::1");
  EXPECT_EQ(place->port, "1567");
  EXPECT_EQ(place->prefix, "/prefix");
  EXPECT_EQ(place->user, "me");
  EXPECT_EQ(place->password, "p@ss");
  EXPECT_EQ(parse_url("http://host")->port, "15672");
  EXPECT_FALSE(parse_url("amqp://host"));
  EXPECT_FALSE(parse_url("http://host:port"));
  EXPECT_FALSE(parse_url("http://"));
}

TEST(NodeName, IsMeantWithOrWithoutItsHost) {
  EXPECT_TRUE(is_meant("rabbit@vm", "rabbit@vm"));
  EXPECT_TRUE(is_meant("rabbit", "rabbit@vm"));
  EXPECT_TRUE(is_meant("rabbit@localhost", "rabbit@vm"));
  EXPECT_TRUE(is_meant("rabbit@vm.example.org", "rabbit@vm"));
  EXPECT_FALSE(is_meant("hare@vm", "rabbit@vm"));
  EXPECT_FALSE(is_meant("rabbit@other", "rabbit@vm"));
}

}  // namespace
}  // namespace coney::cli
