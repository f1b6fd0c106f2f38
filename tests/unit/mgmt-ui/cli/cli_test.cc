#include "broker/auth/password_hash.h"
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
  for (const std::string program : {"coneyctl", "rabbitmq-plugins"}) {
    for (const CommandGroup& group : command_groups(program)) {
      for (const Command& command : group.commands) {
        EXPECT_FALSE(command.help.empty()) << command.name;
        EXPECT_EQ(find_command(program, command.name), &command) << "twice: " << command.name;
        EXPECT_EQ(run(program + " help " + std::string(command.name)).code, ExitCode::kOk);
        if (command.max_arguments == kAnyNumber) continue;
        std::vector<std::string> words{program, std::string(command.name)};
        words.resize(words.size() + command.max_arguments + 1, "x");
        EXPECT_EQ(run_words(words).code, ExitCode::kUsage) << command.name;
      }
    }
  }
}

TEST_F(CliTest, WhatThePluginsDoIsBuiltIn) {
  EXPECT_EQ(run("rabbitmq-plugins enable rabbitmq_management").code, ExitCode::kOk);
  EXPECT_EQ(run("rabbitmq-plugins is_enabled rabbitmq_management").code, ExitCode::kOk);
  EXPECT_EQ(run("rabbitmq-plugins is_enabled rabbitmq_mqtt").code, ExitCode::kUnavailable);
  EXPECT_EQ(run("rabbitmq-plugins enable rabbitmq_mqtt").code, ExitCode::kUnavailable);
  EXPECT_EQ(run("coneyctl is_enabled rabbitmq_management").code, ExitCode::kUsage);
}

TEST_F(CliTest, DefinitionsGoOutAndIn) {
  output_of("coneyctl add_vhost kept");
  const std::string definitions = output_of("coneyctl export_definitions -");
  EXPECT_NE(definitions.find("\"kept\""), std::string::npos);
  output_of("coneyctl delete_vhost kept");
  ASSERT_EQ(run("coneyctl import_definitions", definitions).code, ExitCode::kOk);
  EXPECT_NE(directory_.find_vhost("kept"), nullptr);
  EXPECT_EQ(run("coneyctl import_definitions", "{\"users\": 5}").code, ExitCode::kDataError);
  EXPECT_EQ(run("coneyctl import_definitions /nowhere/x.json").code, ExitCode::kNoInput);
}

TEST_F(CliTest, ANodeThatDoesNotAnswerIsToldFirst) {
  std::istringstream in;
  std::ostringstream out, err;
  const std::vector<std::string> words{"status", "--data-dir", "/nowhere"};
  EXPECT_EQ(cli::run("coneyctl", words, {.input = in, .output = out, .errors = err}),
            ExitCode::kUnavailable);
  EXPECT_EQ(out.str(), "");
  EXPECT_NE(err.str().find("No broker answers at /nowhere/control.sock"), std::string::npos);
}

TEST_F(CliTest, AQueueThatHasNotBeenCountedIsEmpty) {
  ASSERT_LT(put("/api/queues/%2F/q", R"({"durable": true})").status, 300u);
  EXPECT_EQ(output_of("coneyctl list_queues"), "name\tmessages\nq\t0\n");
  EXPECT_EQ(output_of("coneyctl list_queues name durable"), "name\tdurable\nq\ttrue\n");
}

TEST_F(CliTest, AQueueThatIsNotThereIsTold) {
  EXPECT_EQ(run("coneyctl delete_queue nosuch").code, ExitCode::kUsage);
  EXPECT_EQ(run("coneyctl purge_queue nosuch").code, ExitCode::kDataError);
  EXPECT_EQ(output_of("coneyctl list_queues -p nosuch"), "");
}

TEST_F(CliTest, EveryCommandThatOnlyShowsWorks) {
  for (const char* line : {"status",
                           "cluster_status",
                           "report",
                           "environment",
                           "list_exchanges",
                           "list_bindings",
                           "list_connections",
                           "list_channels",
                           "list_consumers",
                           "list_feature_flags",
                           "list_deprecated_features",
                           "listeners",
                           "alarms",
                           "check_alarms",
                           "check_local_alarms",
                           "check_running",
                           "is_running",
                           "is_booting",
                           "check_virtual_hosts",
                           "memory_breakdown",
                           "check_if_node_is_quorum_critical",
                           "check_certificate_expiration",
                           "server_version",
                           "erlang_version",
                           "log_location",
                           "hash_password secret",
                           "node_health_check",
                           "list_unresponsive_queues",
                           "await_startup"}) {
    for (const char* form : {"", " --formatter json"}) {
      const Ran ran = run("coneyctl " + std::string(line) + form);
      EXPECT_EQ(ran.code, ExitCode::kOk) << line << form << ": " << ran.errors;
      if (*form != 0 && !ran.output.empty()) {
        boost::system::error_code wrong;
        boost::json::parse(ran.output, wrong);
        EXPECT_FALSE(wrong) << line << ": " << ran.output;
      }
    }
  }
}

TEST_F(CliTest, APortThatNobodyListensOnIsTold) {
  listeners_ = {{"amqp", "::", 5672}};
  EXPECT_EQ(run("coneyctl check_port_listener 5672").code, ExitCode::kOk);
  const Ran ran = run("coneyctl check_port_listener 1");
  EXPECT_EQ(ran.code, ExitCode::kUnavailable);
  EXPECT_NE(ran.errors.find("No listener for port 1 is active on node rabbit@test. Found listeners "
                            "that use the following ports: 5672"),
            std::string::npos);
  EXPECT_EQ(run("coneyctl check_protocol_listener amqp").code, ExitCode::kOk);
  EXPECT_EQ(run("coneyctl check_protocol_listener mqtt").code, ExitCode::kUnavailable);
}

TEST_F(CliTest, AnAlarmIsTold) {
  alarms_.memory = true;
  const Ran ran = run("coneyctl check_alarms");
  EXPECT_EQ(ran.code, ExitCode::kUnavailable);
  EXPECT_NE(ran.errors.find("Memory alarm on node rabbit@test"), std::string::npos);
  EXPECT_EQ(run("coneyctl alarms").code, ExitCode::kOk);
}

TEST_F(CliTest, OnlyTheNodeThatIsNamedIsStopped) {
  EXPECT_EQ(post("/api/coney/stop", R"({"node": "other@test"})").status, 400u);
  EXPECT_EQ(post("/api/coney/stop", "{}").status, 400u);
}

TEST_F(CliTest, ALogLevelThatThereIsNotIsRefused) {
  EXPECT_EQ(run("coneyctl set_log_level loud").code, ExitCode::kUsage);
  EXPECT_EQ(post("/api/coney/log-level", R"({"level": "loud"})").status, 400u);
  EXPECT_EQ(run("coneyctl set_log_level warning").code, ExitCode::kOk);
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
