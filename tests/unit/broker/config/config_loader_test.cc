#include "broker/config/config_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "broker/config/config_key.h"

namespace coney {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

LoadedConfig load(std::string_view text, Environment environment = {},
                  std::vector<std::string> overrides = {}) {
  return load_config_text(text, {"coney.conf", std::move(environment), std::move(overrides)});
}

// The configuration from a text that has to be without errors.
Config valid(std::string_view text, Environment environment = {},
             std::vector<std::string> overrides = {}) {
  LoadedConfig loaded = load(text, std::move(environment), std::move(overrides));
  for (const Diagnostic& error : loaded.errors) ADD_FAILURE() << to_string(error);
  return loaded.config;
}

std::string only_error(std::string_view text) {
  const LoadedConfig loaded = load(text);
  EXPECT_THAT(loaded.errors, SizeIs(1));
  return loaded.errors.empty() ? "" : to_string(loaded.errors[0]);
}

std::string only_warning(std::string_view text, Environment environment = {}) {
  const LoadedConfig loaded = load(text, std::move(environment));
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_THAT(loaded.warnings, SizeIs(1));
  return loaded.warnings.empty() ? "" : to_string(loaded.warnings[0]);
}

std::string last_warning(std::string_view text) {
  const LoadedConfig loaded = load(text);
  return loaded.warnings.empty() ? "" : to_string(loaded.warnings.back());
}

// --- the table -----------------------------------------------------------------------------------

TEST(ConfigTable, FallbacksAreTheDefaultsOfTheStruct) {
  const Config defaults = valid("");
  for (const ConfigKey& row : config_keys()) {
    const auto value = parse_value(row.value, row.fallback);
    const bool list = row.key.find('$') != row.key.npos;
    if (row.fallback.empty() || list || !value || row.key == "data_dir" || row.key == "log.dir" ||
        row.key == "nodename" || row.key == "cluster_name") {
      continue;
    }
    const Config config = valid("", {}, {std::string(row.key) + "=" + std::string(row.fallback)});
    const bool said_level = row.key == "log.default.level";
    EXPECT_EQ(config == defaults, !said_level) << row.key;
  }
}

TEST(ConfigTable, ListDefaultsAreTheDefaultsOfTheStruct) {
  const Config defaults = valid("");
  EXPECT_EQ(defaults, valid("listeners.tcp.default = 5672"));
  EXPECT_EQ(defaults, valid("auth_mechanisms.1 = PLAIN\nauth_mechanisms.2 = AMQPLAIN"));
  EXPECT_EQ(defaults, valid("ssl_options.versions.1 = tlsv1.3\nssl_options.versions.2 = tlsv1.2"));
  EXPECT_EQ(defaults, valid("loopback_users.guest = true"));
  EXPECT_EQ(defaults, valid("default_user_tags.administrator = true"));
}

TEST(ConfigTable, EveryRowIsComplete) {
  for (const ConfigKey& row : config_keys()) {
    EXPECT_NE(row.set, nullptr) << row.key;
    EXPECT_FALSE(row.help.empty()) << row.key;
    EXPECT_EQ(row.value.type == ValueType::kChoice, !row.value.choices.empty()) << row.key;
  }
}

TEST(ConfigTable, EveryRowIsFoundByItsOwnKeyAndVariable) {
  for (const ConfigKey& row : config_keys()) {
    const auto match = find_key(row.key);
    ASSERT_TRUE(match) << row.key;
    EXPECT_EQ(match->row, &row) << row.key;
    std::string variable(row.key);
    for (char& c : variable) c = c == '.' ? '_' : static_cast<char>(std::toupper(c));
    std::erase(variable, '$');
    const auto matches = find_environment_key(variable);
    ASSERT_THAT(matches, SizeIs(1)) << variable;
    EXPECT_EQ(matches[0].row, &row) << variable;
  }
}

TEST(ConfigTable, NoKeyIsBothUnderstoodAndWithoutEffect) {
  for (const std::string_view key : known_keys_without_effect()) {
    if (key.find('$') != key.npos || key.find('*') != key.npos) continue;
    const auto match = find_key(key);
    ASSERT_TRUE(match) << key;
    EXPECT_EQ(match->row, nullptr) << key;
  }
}

// --- the file ------------------------------------------------------------------------------------

TEST(ConfFile, CommentsBlankLinesAndSpacesAreSkipped) {
  EXPECT_EQ(
      valid("# heading\n\n  heartbeat = 30 # seconds\r\n\tframe_max=8192\n").heartbeat.count(), 30);
}

TEST(ConfFile, SingleQuotesKeepHashAndBlanks) {
  EXPECT_EQ(valid("default_pass = ' a#b ' # why not\n").defaults.password, " a#b ");
}

TEST(ConfFile, DoubleQuotesArePartOfTheValueWithAWarning) {
  EXPECT_THAT(only_warning("default_user = \"bob\""), HasSubstr("coney.conf:1: default_user"));
  EXPECT_EQ(load("default_user = \"bob\"").config.defaults.user, "\"bob\"");
}

TEST(ConfFile, DollarNamesTheEnvironmentOrAnEarlierKey) {
  EXPECT_EQ(valid("default_pass = a$(SEED)b", {{"SEED", "x"}}).defaults.password, "axb");
  EXPECT_EQ(valid("default_user = eve\ndefault_pass = $(default_user)").defaults.password, "eve");
  EXPECT_THAT(only_error("default_pass = $(SEED)"), HasSubstr("$(SEED) is not set"));
}

TEST(ConfFile, LaterLineWinsWithAWarning) {
  EXPECT_EQ(valid("heartbeat = 1\nheartbeat = 2").heartbeat.count(), 2);
  EXPECT_EQ(only_warning("heartbeat = 1\nheartbeat = 2"),
            "coney.conf:2: heartbeat replaces the value from line 1");
}

TEST(ConfFile, EscapedDotBelongsToTheName) {
  EXPECT_THAT(valid("loopback_users.a\\.b = true").loopback_users, ElementsAre("guest", "a.b"));
}

TEST(ConfFile, MalformedLinesAreErrorsWithTheirLine) {
  EXPECT_EQ(only_error("\nheartbeat\n"), "coney.conf:2: expected: key = value");
  EXPECT_EQ(only_error("heartbeat ="), "coney.conf:1: heartbeat: the value is missing");
  EXPECT_THAT(only_error("default_pass = 'x"), HasSubstr("the closing quote is missing"));
  EXPECT_THAT(only_error("default_pass = 'x' y"), HasSubstr("text after the closing quote"));
  EXPECT_THAT(only_error("a b = 1"), HasSubstr("'a b' is not a key"));
}

// --- what is wrong is said at once ---------------------------------------------------------------

TEST(ConfigLoader, UnknownKeyIsAnErrorWithASuggestion) {
  EXPECT_EQ(only_error("frame_maxx = 1"),
            "coney.conf:1: unknown key 'frame_maxx'; did you mean 'frame_max'?");
  EXPECT_EQ(only_error("zzz.yyy = 1"), "coney.conf:1: unknown key 'zzz.yyy'");
}

TEST(ConfigLoader, KnownKeyWithoutEffectIsAWarning) {
  EXPECT_EQ(only_warning("hipe_compile = true"),
            "coney.conf:1: hipe_compile: known from RabbitMQ, has no effect in Coney");
  EXPECT_THAT(only_warning("management.tcp.compress = true"), HasSubstr("management.tcp.compress"));
  EXPECT_THAT(only_warning("cluster_formation.classic_config.nodes.1 = rabbit@a"),
              HasSubstr("no effect"));
  EXPECT_THAT(only_warning("log.connection.file = c.log"), HasSubstr("no effect"));
}

TEST(ConfigLoader, BadValueSaysWhatIsAccepted) {
  EXPECT_EQ(only_error("heartbeat = soon"),
            "coney.conf:1: heartbeat: 'soon' is not valid, expected an integer from 0 to 65535");
  EXPECT_THAT(only_error("frame_max = 4095"), HasSubstr("0 or a number of bytes from 4096"));
  EXPECT_THAT(only_error("ssl_options.verify = yes"), HasSubstr("verify_none or verify_peer"));
  EXPECT_THAT(only_error("log.console.level = loud"), HasSubstr("debug, info"));
}

TEST(ConfigLoader, AllErrorsAreReportedAtOnce) {
  EXPECT_THAT(load("heartbeat = x\nnothing\nfoo = 1\nlog.console = maybe",
                   {{"CONEY_FRAME_MAX", "1"}}, {"bar=1"})
                  .errors,
              SizeIs(6));
}

TEST(ConfigLoader, SecretsAreNeverRepeated) {
  const LoadedConfig loaded = load("default_pass = encrypted:c2VjcmV0");
  ASSERT_THAT(loaded.errors, SizeIs(1));
  EXPECT_EQ(to_string(loaded.errors[0]),
            "coney.conf:1: default_pass: encrypted values are not supported");
}

// --- precedence ----------------------------------------------------------------------------------

TEST(ConfigLoader, EnvironmentWinsOverTheFileAndFlagsOverBoth) {
  const Environment environment = {{"CONEY_HEARTBEAT", "2"}, {"CONEY_CHANNEL_MAX", "2"}};
  const Config config =
      valid("heartbeat = 1\nchannel_max = 1\nshards = 1", environment, {"channel_max=3"});
  EXPECT_EQ(config.heartbeat.count(), 2);
  EXPECT_EQ(config.channel_max, 3);
  EXPECT_EQ(config.shards, 1u);
}

TEST(ConfigLoader, EnvironmentNamesKeysWithWildcards) {
  const Config config = valid("", {{"CONEY_LISTENERS_TCP_DEFAULT", "5673"},
                                   {"CONEY_LOG_CONNECTION_LEVEL", "debug"},
                                   {"CONEY_LOG_CONSOLE_LEVEL", "error"},
                                   {"CONEY_LOOPBACK_USERS_GUEST", "false"},
                                   {"CONEY_DATA_DIR", "/d"},
                                   {"CONEY_DEFAULT_USER", "eve"},
                                   {"CONEY_DEFAULT_USER_TAGS_MONITORING", "true"}});
  EXPECT_THAT(config.tcp_listeners, ElementsAre(Listener{"default", "", 5673}));
  EXPECT_EQ(config.log.category_level[static_cast<size_t>(log::Category::kConnection)],
            log::Level::kDebug);
  EXPECT_EQ(config.log.console_level, log::Level::kError);
  EXPECT_THAT(config.loopback_users, IsEmpty());
  EXPECT_EQ(config.data_dir, "/d");
  EXPECT_EQ(config.defaults.user, "eve");
  EXPECT_THAT(config.defaults.tags, ElementsAre("monitoring"));
}

TEST(ConfigLoader, UnknownVariableIsAWarning) {
  EXPECT_EQ(only_warning("", {{"CONEY_FROB", "1"}, {"PATH", "/bin"}, {"CONEY_CONFIG", "x"}}),
            "CONEY_FROB: no key has this name, the variable is ignored");
}

TEST(ConfigLoader, OverrideNeedsAKeyAndAValue) {
  EXPECT_THAT(load("", {}, {"heartbeat"}).errors, SizeIs(1));
  EXPECT_THAT(load("", {}, {"=1"}).errors, SizeIs(1));
  EXPECT_THAT(load("", {}, {"heartbeat="}).errors, SizeIs(1));
}

// --- meaning -------------------------------------------------------------------------------------

TEST(ConfigLoader, ListenersTakePortsAndAddresses) {
  const Config config = valid(
      "listeners.tcp.1 = 5673\nlisteners.tcp.2 = 127.0.0.1:5674\nlisteners.tcp.3 = [::1]:5675\n"
      "listeners.tcp.10 = ::1:5676\n");
  EXPECT_THAT(config.tcp_listeners,
              ElementsAre(Listener{"1", "", 5673}, Listener{"2", "127.0.0.1", 5674},
                          Listener{"3", "::1", 5675}, Listener{"10", "::1", 5676}));
  EXPECT_THAT(only_error("listeners.tcp.1 = example.org:5672"), HasSubstr("literal IP address"));
  EXPECT_THAT(only_error("listeners.tcp.1 = 70000"), HasSubstr("expected a port"));
  EXPECT_THAT(only_error("listeners.tcp.1 = :5672"), HasSubstr("expected a port"));
}

TEST(ConfigLoader, NoneRemovesAllTcpListeners) {
  EXPECT_THAT(valid("listeners.tcp = none\nlisteners.tcp.a = 1").tcp_listeners, IsEmpty());
}

TEST(ConfigLoader, TlsListenerNeedsItsCertificates) {
  EXPECT_THAT(load("listeners.ssl.1 = 5671\nssl_options.verify = verify_peer").errors, SizeIs(2));
  const Config config = valid(
      "listeners.ssl.1 = 5671\nssl_options.certfile = /c\nssl_options.keyfile = /k\n"
      "ssl_options.verify = verify_peer\nssl_options.cacertfile = /a\n"
      "ssl_options.ciphers.2 = B\nssl_options.ciphers.1 = A");
  EXPECT_EQ(config.tls.verify, TlsConfig::Verify::kPeer);
  EXPECT_THAT(config.tls.ciphers, ElementsAre("A", "B"));
  EXPECT_THAT(config.tls_listeners, ElementsAre(Listener{"1", "", 5671}));
}

TEST(ConfigLoader, BytesHaveRabbitMqUnits) {
  EXPECT_EQ(valid("frame_max = 128k").frame_max, 131'072u);
  EXPECT_EQ(valid("frame_max = 128KB").frame_max, 128'000u);
  EXPECT_EQ(valid("frame_max = 1MiB").frame_max, 1u << 20);
  EXPECT_EQ(valid("vm_memory_high_watermark.absolute = 2GB").memory_high_watermark.absolute,
            2'000'000'000u);
  EXPECT_EQ(valid("disk_free_limit.absolute = 50mb").disk_free_limit.absolute, 50'000'000u);
  EXPECT_THAT(only_error("frame_max = 9999999999999999999G"), HasSubstr("expected"));
  EXPECT_THAT(only_error("frame_max = 3 furlongs"), HasSubstr("expected"));
}

TEST(ConfigLoader, LimitsAreAbsoluteOrRelative) {
  EXPECT_EQ(valid("disk_free_limit.relative = 2.0").disk_free_limit,
            (ResourceLimit{std::nullopt, 2.0}));
  EXPECT_EQ(valid("vm_memory_high_watermark.absolute = 1G").memory_high_watermark,
            (ResourceLimit{1u << 30, std::nullopt}));
  EXPECT_THAT(last_warning(
                  "vm_memory_high_watermark.absolute = 1\nvm_memory_high_watermark.relative = 0.5"),
              HasSubstr("absolute wins"));
}

TEST(ConfigLoader, FiftyMegabytesOfTheDiskStayFree) {
  EXPECT_EQ(valid("").disk_free_limit, (ResourceLimit{50'000'000, std::nullopt}));
}

TEST(ConfigLoader, DurabilityIsOfTheNodeOrOfAVhost) {
  EXPECT_EQ(valid("").durability_of("/"), Durability::kFsync);
  const Config config = valid(
      "durability = write\n"
      "durability.vhost./ = none\n"
      "durability.vhost.a\\.b = fsync\n",
      {{"CONEY_DURABILITY_VHOST_STAGING", "none"}});
  EXPECT_EQ(config.durability, Durability::kWrite);
  EXPECT_EQ(config.durability_of("/"), Durability::kNone);
  EXPECT_EQ(config.durability_of("a.b"), Durability::kFsync);
  EXPECT_EQ(config.durability_of("staging"), Durability::kNone);
  EXPECT_EQ(config.durability_of("a"), Durability::kWrite);
  EXPECT_THAT(only_error("durability = disk"), HasSubstr("fsync, write or none"));
  EXPECT_THAT(only_error("durability.vhost./ = 1"), HasSubstr("fsync, write or none"));
}

TEST(ConfigLoader, InfinityIsNoLimit) {
  EXPECT_EQ(valid("connection_max = 5").connection_max, 5u);
  EXPECT_EQ(valid("connection_max = infinity").connection_max, std::nullopt);
  EXPECT_EQ(valid("handshake_timeout = infinity").handshake_timeout.count(), 0);
  EXPECT_EQ(valid("consumer_timeout = infinity").consumer_timeout, std::nullopt);
}

TEST(ConfigLoader, GuestStaysALoopbackUserUntilSaidOtherwise) {
  EXPECT_THAT(valid("loopback_users.eve = true").loopback_users, ElementsAre("guest", "eve"));
  EXPECT_THAT(valid("loopback_users.guest = false").loopback_users, IsEmpty());
  EXPECT_THAT(valid("loopback_users = none").loopback_users, IsEmpty());
}

TEST(ConfigLoader, MechanismsAreOfferedInNumberOrder) {
  EXPECT_THAT(valid("auth_mechanisms.10 = PLAIN\nauth_mechanisms.2 = EXTERNAL").auth_mechanisms,
              ElementsAre("EXTERNAL", "PLAIN"));
  EXPECT_THAT(only_error("auth_mechanisms.1 = GSSAPI"), HasSubstr("PLAIN, AMQPLAIN"));
}

TEST(ConfigLoader, TrustedSourcesAreNetworks) {
  const Config config = valid("proxy_protocol.trusted_sources = 10.0.0.0/8, ::1,192.168.1.7");
  ASSERT_THAT(config.proxy_trusted_sources, SizeIs(3));
  EXPECT_EQ(config.proxy_trusted_sources[0], (Network{{10, 0, 0, 0}, 8}));
  EXPECT_EQ(config.proxy_trusted_sources[1].prefix_bits, 128);
  EXPECT_EQ(config.proxy_trusted_sources[2].prefix_bits, 32);
  EXPECT_THAT(valid("proxy_protocol.trusted_sources = none").proxy_trusted_sources, IsEmpty());
  EXPECT_THAT(only_error("proxy_protocol.trusted_sources = 10.0.0.0/33"), HasSubstr("networks"));
  EXPECT_THAT(only_error("proxy_protocol.trusted_sources = 10.0.0.0,"), HasSubstr("networks"));
}

TEST(ConfigLoader, RelativeLogFileIsInTheLogDirectory) {
  EXPECT_EQ(valid("log.file = a.log\ndata_dir = /d").log.file, "/d/log/a.log");
  EXPECT_EQ(valid("log.file = a.log\nlog.dir = /l").log.file, "/l/a.log");
  EXPECT_EQ(valid("log.file = /x/a.log\nlog.dir = /l").log.file, "/x/a.log");
  EXPECT_EQ(valid("log.file = false").log.file, "");
}

TEST(ConfigLoader, NodeIsNamedAfterTheHostUnlessSet) {
  EXPECT_THAT(valid("").node_name, testing::StartsWith("rabbit@"));
  EXPECT_EQ(valid("nodename = rabbit@a").cluster_name, "rabbit@a");
}

TEST(ConfigLoader, PatternsHaveToCompile) {
  EXPECT_EQ(valid("default_permissions.read = ^a.*$").defaults.read, "^a.*$");
  EXPECT_THAT(only_error("default_permissions.read = (("), HasSubstr("regular expression"));
}

// --- files ---------------------------------------------------------------------------------------

class ConfigFiles : public testing::Test {
 protected:
  ConfigFiles() : directory_(testing::TempDir() + "coney_config_files") {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  ~ConfigFiles() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& name, std::string_view text) {
    std::ofstream(directory_ + "/" + name) << text;
    return directory_ + "/" + name;
  }

  std::string directory_;
};

TEST_F(ConfigFiles, FileIsReadByPathOrByVariable) {
  const std::string file = write("coney.conf", "heartbeat = 7");
  EXPECT_EQ(load_config({file, {}, {}}).config.heartbeat.count(), 7);
  EXPECT_EQ(load_config({"", {{"CONEY_CONFIG", file}}, {}}).config.heartbeat.count(), 7);
}

TEST_F(ConfigFiles, DirectoryIsReadInNameOrder) {
  write("20-b.conf", "heartbeat = 20");
  write("10-a.conf", "heartbeat = 10\nshards = 1");
  write("30-c.txt", "heartbeat = 30");
  const LoadedConfig loaded = load_config({directory_, {}, {}});
  EXPECT_EQ(loaded.config.heartbeat.count(), 20);
  EXPECT_EQ(loaded.config.shards, 1u);
}

TEST_F(ConfigFiles, MissingFileIsAnError) {
  const LoadedConfig loaded = load_config({directory_ + "/absent.conf", {}, {}});
  ASSERT_THAT(loaded.errors, SizeIs(1));
  EXPECT_EQ(loaded.errors[0].where, directory_ + "/absent.conf");
}

// --- anything ------------------------------------------------------------------------------------

TEST(ConfigLoader, RandomBytesGiveDiagnosticsAndNothingElse) {
  std::mt19937 random(20'240'601);
  std::vector<std::string> pieces = {
      "\n", " = ", "$(", ")", "'", "\"", "#", ".",     "\\",   "\\.",      "::1",
      "/",  "999", "-1", "G", ",", "[",  "]", "false", "none", "infinity", std::string(1, '\0')};
  for (const ConfigKey& row : config_keys()) pieces.emplace_back(row.key);
  for (int round = 0; round < 3'000; ++round) {
    std::string text;
    for (auto length = random() % 40; length > 0; --length) {
      if (random() % 4 == 0) {
        text += static_cast<char>(random());
      } else {
        text += pieces[random() % pieces.size()];
      }
    }
    const LoadedConfig loaded = load(text, {{"CONEY_" + text, text}}, {text});
    EXPECT_EQ(loaded.ok(), loaded.errors.empty());
    EXPECT_FALSE(loaded.config.node_name.empty());
  }
}

}  // namespace
}  // namespace coney
