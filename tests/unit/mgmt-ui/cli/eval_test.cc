#include "tests/unit/mgmt-ui/cli/cli_fixture.h"

// What test rigs send with `eval`, and the commands that set limits of a running node.

namespace coney::cli {
namespace {

class EvalTest : public CliTest {
 protected:
  std::string eval(const std::string& expression) {
    const Ran ran = run_words({"rabbitmqctl", "eval", expression});
    EXPECT_EQ(ran.code, ExitCode::kOk) << expression << ": " << ran.errors;
    return ran.output;
  }
  Ran refused(const std::string& expression) {
    Ran ran = run_words({"rabbitmqctl", "eval", expression});
    EXPECT_NE(ran.code, ExitCode::kOk) << expression;
    EXPECT_EQ(ran.output, "") << expression;
    return ran;
  }
};

TEST_F(EvalTest, ChannelMaxIsSet) {
  EXPECT_EQ(eval("application:get_env(rabbit, channel_max)."), "{ok,2047}\n");
  EXPECT_EQ(eval("application:set_env(rabbit, channel_max, 17)."), "ok\n");
  EXPECT_EQ(services().live_settings().channel_max, 17);
  EXPECT_EQ(eval("application:get_env(rabbit, channel_max)."), "{ok,17}\n");
  EXPECT_EQ(eval("application:get_env(rabbit, channel_max, 5)."), "17\n");
}

TEST_F(EvalTest, LoopbackUsersAreReadAndSet) {
  EXPECT_EQ(eval("application:get_env(rabbit, loopback_users)."), "{ok,[<<\"guest\">>]}\n");
  EXPECT_EQ(eval("application:set_env(rabbit, loopback_users, [])."), "ok\n");
  EXPECT_EQ(eval("application:get_env(rabbit, loopback_users)."), "{ok,[]}\n");
  eval("application:set_env(rabbit, loopback_users, [<<\"a\">>, <<\"b c\">>]).");
  EXPECT_EQ(services().live_settings().loopback_users, (std::vector<std::string>{"a", "b c"}));
}

TEST_F(EvalTest, LoopbackUsersHoldForTheHttpApiToo) {
  peer_ = {"192.0.2.1"};
  EXPECT_EQ(get("/api/whoami").status, 401u);
  LiveValues values = services().live_settings();
  values.loopback_users.clear();
  services().change_settings(values);
  EXPECT_EQ(get("/api/whoami").status, 200u);
}

TEST_F(EvalTest, ConsumerTimeoutIsSetWithItsTick) {
  EXPECT_EQ(eval("application:set_env(rabbit, consumer_timeout, 3000), "
                 "application:set_env(rabbit, channel_tick_interval, 2000)."),
            "ok\n");
  EXPECT_EQ(services().live_settings().consumer_timeout, std::chrono::milliseconds(3000));
  eval("application:set_env(rabbit, consumer_timeout, undefined).");
  EXPECT_EQ(services().live_settings().consumer_timeout, std::nullopt);
  EXPECT_EQ(eval("application:get_env(rabbit, consumer_timeout)."), "{ok,undefined}\n");
}

TEST_F(EvalTest, AlarmsAreRaisedAndTakenBack) {
  EXPECT_EQ(eval("rabbit_alarm:get_alarms()."), "[]\n");
  EXPECT_EQ(eval("rabbit_alarm:set_alarm({{resource_limit, memory, node()}, []})."), "ok\n");
  EXPECT_TRUE(alarms_.memory);
  EXPECT_FALSE(alarms_.disk);
  EXPECT_EQ(eval("rabbit_alarm:get_alarms()."), "[{{resource_limit,memory,rabbit@test},[]}]\n");
  const Ran check = run("rabbitmq-diagnostics check_alarms");
  EXPECT_EQ(check.code, ExitCode::kUnavailable);
  EXPECT_NE(check.errors.find("Memory alarm on node rabbit@test"), std::string::npos);
  EXPECT_EQ(get("/api/health/checks/alarms").status, 503u);

  EXPECT_EQ(eval("rabbit_alarm:set_alarm({{resource_limit, disk, node()}, []})"), "ok\n");
  EXPECT_TRUE(alarms_.disk);
  eval("rabbit_alarm:clear_alarm({resource_limit, memory, node()}).");
  eval("rabbit_alarm:clear_alarm({resource_limit, disk, node()}).");
  EXPECT_EQ(run("rabbitmq-diagnostics check_alarms").code, ExitCode::kOk);
}

TEST_F(EvalTest, NumbersAreAdded) {
  EXPECT_EQ(eval("1+1."), "2\n");
  EXPECT_EQ(eval("1, 2, 7 - 10."), "-3\n");
  refused("9223372036854775807 + 1.");
  refused("ok + 1.");
}

TEST_F(EvalTest, AnythingElseIsRefusedAndDoesNothing) {
  const Ran ran = refused("application:set_env(rabbit, channel_max, 5), os:cmd(\"true\").");
  EXPECT_EQ(ran.code, ExitCode::kUnavailable);
  EXPECT_NE(ran.errors.find("os:cmd(\"true\") is not there"), std::string::npos) << ran.errors;
  EXPECT_EQ(services().live_settings().channel_max, 2047);
  refused("application:get_env(rabbit, tcp_listeners).");
  refused("application:get_env(kernel, channel_max).");
  refused("application:set_env(rabbit, channel_max, many).");
  refused("application:set_env(rabbit, channel_max, 70000).");
  refused("application:set_env(rabbit, loopback_users, [1]).");
  refused("rabbit_alarm:set_alarm({{resource_limit, cpu, node()}, []}).");
  EXPECT_EQ(refused("X = 1.").code, ExitCode::kUsage);
}

TEST_F(EvalTest, LimitsOfMemoryAndDiskAreSet) {
  EXPECT_EQ(run("rabbitmqctl set_vm_memory_high_watermark 0.5").output,
            "Setting memory threshold on rabbit@test to 0.5 ...\n");
  EXPECT_EQ(services().live_settings().memory_high_watermark, (ResourceLimit{std::nullopt, 0.5}));
  EXPECT_EQ(run("rabbitmqctl set_vm_memory_high_watermark absolute 2GB").output,
            "Setting memory threshold on rabbit@test to 2GB bytes ...\n");
  EXPECT_EQ(services().live_settings().memory_high_watermark,
            (ResourceLimit{2'000'000'000, std::nullopt}));
  EXPECT_EQ(run("rabbitmqctl set_disk_free_limit 60MB").output,
            "Setting disk free limit on rabbit@test to 60MB bytes ...\n");
  EXPECT_EQ(services().live_settings().disk_free_limit, (ResourceLimit{60'000'000, std::nullopt}));
  EXPECT_EQ(run("rabbitmqctl set_disk_free_limit mem_relative 1.5").code, ExitCode::kOk);
  EXPECT_EQ(services().live_settings().disk_free_limit, (ResourceLimit{std::nullopt, 1.5}));
  EXPECT_EQ(eval("application:get_env(rabbit, disk_free_limit)."), "{ok,{mem_relative,1.5}}\n");
}

TEST_F(EvalTest, WrongLimitsAreRefused) {
  for (const std::string words :
       {"set_vm_memory_high_watermark much", "set_vm_memory_high_watermark absolute",
        "set_vm_memory_high_watermark absolute 5XB", "set_vm_memory_high_watermark 0.5 0.6",
        "set_disk_free_limit much", "set_disk_free_limit mem_relative",
        "set_disk_free_limit mem_relative x", "set_disk_free_limit 1GB 2GB"}) {
    EXPECT_EQ(run("rabbitmqctl " + words).code, ExitCode::kUsage) << words;
  }
  EXPECT_EQ(run("rabbitmqctl set_vm_memory_high_watermark 1.5").code, ExitCode::kDataError);
  EXPECT_FALSE(live_.has_value());
}

TEST_F(EvalTest, TheApiSaysAllThatIsWrongWithSettings) {
  const auto faults = json_of(put("/api/coney/settings",
                                  R"({"channel_max": -1, "vm_memory_high_watermark": 0.5,
                                      "disk_free_limit": {"absolute": -5}})"));
  const std::string text = boost::json::serialize(faults);
  for (const char* place : {"/channel_max", "/vm_memory_high_watermark", "/disk_free_limit"}) {
    EXPECT_NE(text.find(place), std::string::npos) << text;
  }
  EXPECT_FALSE(live_.has_value());
}

}  // namespace
}  // namespace coney::cli
