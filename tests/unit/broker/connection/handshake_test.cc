#include "broker/connection/handshake.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "amqp/frame.h"
#include "amqp/methods.h"
#include "amqp/table.h"
#include "broker/auth/password_hash.h"
#include "broker/config/config.h"
#include "broker/config/live_settings.h"
#include "broker/connection/connection.h"
#include "broker/connection/connection_limits.h"
#include "broker/topology/catalog.h"
#include "broker/transport/peer_identity.h"

namespace coney {
namespace {

using namespace std::string_literals;
using amqp::Value;
using Next = HandshakeOutcome::Next;

constexpr std::string_view kHeader09{"AMQP\x01\x01\0\x09", 8};
constexpr const char* kRefused =
    "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the "
    "broker logfile.";

UserRecord user_record(const std::string& name, const std::string& password) {
  UserRecord record;
  record.name = name;
  if (!password.empty()) {
    record.password_hash = *hash_password(password, PasswordHashing::kSha256, {1, 2, 3, 4});
  }
  return record;
}

VhostRecord vhost_record(const std::string& name) {
  VhostRecord record;
  record.name = name;
  return record;
}

void put(Catalog& catalog, const UserRecord& record) {
  catalog.apply(UserPut{std::make_shared<const UserRecord>(record)});
}

void put(Catalog& catalog, const VhostRecord& record) {
  catalog.apply(VhostPut{std::make_shared<const VhostRecord>(record)});
}

void permit(Catalog& catalog, const std::string& user, const std::string& vhost) {
  catalog.apply(PermissionPut{
      std::make_shared<const PermissionRecord>(PermissionRecord{user, vhost, ".*", ".*", ".*"})});
}

amqp::Table with_capabilities(std::initializer_list<amqp::Table::Entry> capabilities) {
  return {{"capabilities", Value::table(amqp::Table(capabilities))}};
}

const amqp::Table& expects_close() {
  static const amqp::Table table =
      with_capabilities({{"authentication_failure_close", Value::boolean(true)}});
  return table;
}

class HandshakeTest : public testing::Test {
 protected:
  HandshakeTest() {
    put(catalog_, vhost_record("/"));
    put(catalog_, user_record("guest", "guest"));
    put(catalog_, user_record("noperm", "noperm"));
    put(catalog_, user_record("nologin", ""));
    permit(catalog_, "guest", "/");
    permit(catalog_, "nologin", "/");
    identity_.client = *SocketAddress::parse("127.0.0.1", 50'000);
    identity_.name = "test";
    begin();
  }

  // A new handshake with what config_, peer_ and the rest are now.
  void begin() {
    const SocketAddress client = identity_.client;
    identity_ = ConnectionIdentity{};
    identity_.client = client;
    live_.write(LiveValues(config_));
    handshake_.emplace(
        Handshake::Environment{config_, catalog_, limits_, live_, peer_, "rabbit@here"}, identity_);
  }

  const HandshakeOutcome& header(std::string_view bytes = amqp::kProtocolHeader) {
    out_.clear();
    live_.write(LiveValues(config_));
    return outcome_ = handshake_->on_protocol_header(bytes, out_);
  }

  template <typename Method>
  const HandshakeOutcome& send(const Method& method, ChannelNumber channel = 0) {
    std::string payload;
    amqp::encode_method(payload, method);
    return send_payload(payload, channel);
  }

  const HandshakeOutcome& send_payload(std::string_view payload, ChannelNumber channel = 0) {
    out_.clear();
    return outcome_ = handshake_->on_method(channel, payload, out_);
  }

  const HandshakeOutcome& start_ok(std::string_view mechanism, std::string_view response,
                                   const amqp::Table& properties = expects_close()) {
    std::string encoded;
    amqp::encode_table(encoded, properties);
    amqp::ConnectionStartOk method;
    method.client_properties = std::string_view(encoded).substr(4);
    method.mechanism = mechanism;
    method.response = response;
    method.locale = "en_US";
    return send(method);
  }

  const HandshakeOutcome& tune_ok(std::uint16_t channel_max, std::uint32_t frame_max,
                                  std::uint16_t heartbeat) {
    return send(amqp::ConnectionTuneOk{channel_max, frame_max, heartbeat});
  }

  const HandshakeOutcome& open(std::string_view vhost) {
    amqp::ConnectionOpen method;
    method.virtual_host = vhost;
    return send(method);
  }

  void log_in(const std::string& user = "guest") {
    header();
    ASSERT_EQ(start_ok("PLAIN", "\0"s + user + "\0"s + user).next, Next::kMore);
  }

  const HandshakeOutcome& open_as(const std::string& user, std::string_view vhost) {
    begin();
    log_in(user);
    tune_ok(2'047, 131'072, 0);
    return open(vhost);
  }

  // The one frame in out_, decoded; the views live as long as out_.
  template <typename Method>
  Method sent() const {
    const amqp::FrameRead read = amqp::read_frame(out_, UINT32_MAX);
    EXPECT_EQ(read.status, amqp::FrameStatus::kFrame);
    EXPECT_EQ(read.consumed, out_.size()) << "one frame";
    EXPECT_EQ(read.frame.type, static_cast<std::uint8_t>(amqp::FrameType::kMethod));
    EXPECT_EQ(read.frame.channel, 0);
    amqp::Decoder decoder(read.frame.payload);
    EXPECT_EQ((amqp::MethodId{decoder.u16(), decoder.u16()}), Method::kMethod.id);
    const auto method = amqp::decode_arguments<Method>(decoder.rest());
    EXPECT_TRUE(method.has_value());
    return method ? *method : Method{};
  }

  void expect_close(ReplyCode code, const std::string& text, amqp::MethodId method) const {
    EXPECT_EQ(outcome_.next, Next::kCloseWithError);
    EXPECT_EQ(outcome_.error.code, code);
    EXPECT_EQ(reply_text(outcome_.error), text);
    EXPECT_EQ(outcome_.method, method);
    EXPECT_TRUE(outcome_.error.closes_connection);
    EXPECT_EQ(out_, "");
  }

  Config config_;
  LiveSettings live_{config_};
  Catalog catalog_;
  ConnectionLimits limits_;
  const PeerIdentity* peer_ = nullptr;
  ConnectionIdentity identity_;
  std::optional<Handshake> handshake_;
  HandshakeOutcome outcome_;
  std::string out_;
};

// ---- header and start ----

TEST_F(HandshakeTest, HeadersOf091And09GetStart) {
  for (std::string_view bytes : {amqp::kProtocolHeader, kHeader09}) {
    begin();
    EXPECT_EQ(header(bytes).next, Next::kMore);
    const auto start = sent<amqp::ConnectionStart>();
    EXPECT_EQ(start.version_major, 0);
    EXPECT_EQ(start.version_minor, 9);
    EXPECT_EQ(start.mechanisms, "PLAIN AMQPLAIN");
    EXPECT_EQ(start.locales, "en_US");
  }
}

TEST_F(HandshakeTest, OtherHeadersGetOursAndAreDropped) {
  for (const std::string& bytes :
       {"AMQP\1\1\10\0"s, "AMQP\0\1\0\0"s, "AMQP\3\1\0\0"s, "AMQP\0\0\11\2"s, "AMQP\0\1\1\0"s,
        "\x16\3\1\2\0\1\0\1"s, "GET / HT"s}) {
    begin();
    EXPECT_EQ(header(bytes).next, Next::kDrop);
    EXPECT_EQ(out_, amqp::kProtocolHeader);
    EXPECT_NE(outcome_.reason, "");
  }
}

TEST_F(HandshakeTest, ServerPropertiesNameProductAndCapabilities) {
  config_.server_product = "Product";
  config_.server_version = "9.8.7";
  header();
  const auto properties = amqp::decode_table(sent<amqp::ConnectionStart>().server_properties);
  ASSERT_TRUE(properties);
  EXPECT_EQ(*properties->find("product"), Value::text("Product"));
  EXPECT_EQ(*properties->find("version"), Value::text("9.8.7"));
  EXPECT_EQ(*properties->find("cluster_name"), Value::text("rabbit@here"));
  EXPECT_EQ(*properties->find("platform"), Value::text("Coney"));
  EXPECT_NE(properties->find("information")->as_string()->find("Coney"), std::string::npos);
  std::vector<std::string> names;
  for (const auto& [name, value] : *properties->find("capabilities")->as_table()) {
    EXPECT_EQ(value, Value::boolean(true));
    names.push_back(name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{
                       "publisher_confirms", "exchange_exchange_bindings", "basic.nack",
                       "consumer_cancel_notify", "connection.blocked", "consumer_priorities",
                       "authentication_failure_close", "per_consumer_qos", "direct_reply_to"}));
}

TEST_F(HandshakeTest, MechanismsAreOfferedInTheConfiguredOrder) {
  config_.auth_mechanisms = {"RABBIT-CR-DEMO", "ANONYMOUS", "EXTERNAL", "PLAIN"};
  header();
  EXPECT_EQ(sent<amqp::ConnectionStart>().mechanisms, "RABBIT-CR-DEMO ANONYMOUS PLAIN");
}

// ---- the whole way ----

TEST_F(HandshakeTest, OpensAndFillsTheIdentity) {
  header();
  EXPECT_EQ(
      start_ok("PLAIN", "\0guest\0guest"s,
               {{"product", Value::text("client")},
                {"capabilities", Value::table({{"connection.blocked", Value::boolean(true)},
                                               {"consumer_cancel_notify", Value::boolean(true)}})}})
          .next,
      Next::kMore);
  const auto tune = sent<amqp::ConnectionTune>();
  EXPECT_EQ(tune.channel_max, 2'047);
  EXPECT_EQ(tune.frame_max, 131'072u);
  EXPECT_EQ(tune.heartbeat, 60);
  EXPECT_EQ(tune_ok(100, 8'192, 30).next, Next::kMore);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(open("/").next, Next::kOpen);
  EXPECT_EQ(sent<amqp::ConnectionOpenOk>().reserved_1, "");
  EXPECT_EQ(identity_.user, "guest");
  EXPECT_EQ(identity_.vhost, "/");
  EXPECT_EQ(identity_.channel_max, 100);
  EXPECT_EQ(identity_.frame_max, 8'192u);
  EXPECT_EQ(identity_.heartbeat, 30);
  EXPECT_TRUE(identity_.connection_blocked);
  EXPECT_TRUE(identity_.consumer_cancel_notify);
  EXPECT_FALSE(identity_.authentication_failure_close);
  EXPECT_EQ(*identity_.client_properties->find("product"), Value::text("client"));
}

TEST_F(HandshakeTest, InsistBitAndLocaleAreIgnored) {
  header();
  amqp::ConnectionStartOk method;
  method.mechanism = "PLAIN";
  const std::string response = "\0guest\0guest"s;
  method.response = response;
  method.locale = "xx_XX";
  EXPECT_EQ(send(method).next, Next::kMore);
  tune_ok(2'047, 131'072, 0);
  amqp::ConnectionOpen insistent;
  insistent.virtual_host = "/";
  insistent.reserved_1 = "x";
  insistent.reserved_2 = true;
  EXPECT_EQ(send(insistent).next, Next::kOpen);
}

TEST_F(HandshakeTest, CapabilitiesMayBeAnything) {
  header();
  EXPECT_EQ(start_ok("PLAIN", "\0guest\0guest"s, {{"capabilities", Value::text("x")}}).next,
            Next::kMore);
  begin();
  header();
  EXPECT_EQ(start_ok("PLAIN", "\0guest\0guest"s,
                     with_capabilities({{"consumer_cancel_notify", Value::text("yes")},
                                        {"connection.blocked", Value::boolean(false)}}))
                .next,
            Next::kMore);
  EXPECT_FALSE(identity_.consumer_cancel_notify);
  EXPECT_FALSE(identity_.connection_blocked);
}

// ---- login ----

TEST_F(HandshakeTest, RefusedLoginsGetAccessRefused) {
  for (const std::string& response :
       {"\0guest\0wrong"s, "\0nobody\0x"s, "\0nologin\0x"s, "\0guest\0"s, "\0\0"s}) {
    begin();
    header();
    start_ok("PLAIN", response);
    expect_close(ReplyCode::kAccessRefused, kRefused, {});
  }
}

TEST_F(HandshakeTest, RefusedLoginIsDroppedWhenTheClientExpectsNoClose) {
  for (const amqp::Table& properties :
       {amqp::Table{},
        with_capabilities({{"authentication_failure_close", Value::boolean(false)}})}) {
    begin();
    header();
    EXPECT_EQ(start_ok("PLAIN", "\0guest\0secret"s, properties).next, Next::kDrop);
    EXPECT_EQ(out_, "");
    EXPECT_NE(outcome_.reason, "");
    EXPECT_EQ(outcome_.reason.find("secret"), std::string::npos);
  }
}

TEST_F(HandshakeTest, MalformedResponsesGetSyntaxError) {
  for (const std::string& response :
       {"someone\0guest\0guest"s, "guest"s, ""s, "\0guest\0guest\0x"s}) {
    begin();
    header();
    start_ok("PLAIN", response);
    expect_close(ReplyCode::kSyntaxError,
                 "SYNTAX_ERROR - response to PLAIN is not NUL username NUL password", {10, 11});
  }
  begin();
  header();
  start_ok("AMQPLAIN", "\5LOGINS\0\0\0\5guest"s);
  expect_close(ReplyCode::kSyntaxError,
               "SYNTAX_ERROR - response to AMQPLAIN lacks LOGIN or PASSWORD", {10, 11});
}

TEST_F(HandshakeTest, MechanismsThatAreNotOfferedAreCommandInvalid) {
  for (const std::string& name : {"FOO"s, ""s, "EXTERNAL"s, "ANONYMOUS"s, "plain"s}) {
    begin();
    header();
    start_ok(name, "\0guest\0guest"s);
    expect_close(ReplyCode::kCommandInvalid,
                 "COMMAND_INVALID - unknown authentication mechanism '" + name + "'", {10, 11});
  }
}

TEST_F(HandshakeTest, AmqplainLogsIn) {
  header();
  EXPECT_EQ(start_ok("AMQPLAIN", "\5LOGINS\0\0\0\5guest\10PASSWORDS\0\0\0\5guest"s).next,
            Next::kMore);
  EXPECT_EQ(identity_.user, "guest");
}

TEST_F(HandshakeTest, ChallengeIsAnsweredBySecureOk) {
  config_.auth_mechanisms = {"RABBIT-CR-DEMO"};
  for (const bool right : {true, false}) {
    begin();
    header();
    EXPECT_EQ(start_ok("RABBIT-CR-DEMO", "guest").next, Next::kMore);
    EXPECT_EQ(sent<amqp::ConnectionSecure>().challenge, "Please tell me your password");
    send(amqp::ConnectionSecureOk{right ? "My password is guest" : "My password is wrong"});
    EXPECT_EQ(outcome_.next, right ? Next::kMore : Next::kCloseWithError);
    if (right) {
      EXPECT_EQ(sent<amqp::ConnectionTune>().heartbeat, 60);
    }
  }
  begin();
  header();
  start_ok("RABBIT-CR-DEMO", "guest");
  send(amqp::ConnectionSecureOk{"no"});
  expect_close(ReplyCode::kSyntaxError,
               "SYNTAX_ERROR - response to RABBIT-CR-DEMO does not tell the password", {10, 21});
}

TEST_F(HandshakeTest, AnonymousIsTheConfiguredUser) {
  config_.auth_mechanisms = {"ANONYMOUS"};
  begin();
  header();
  EXPECT_EQ(start_ok("ANONYMOUS", "trace").next, Next::kCloseWithError);
  config_.anonymous_user = "noperm";
  begin();
  header();
  EXPECT_EQ(start_ok("ANONYMOUS", "trace").next, Next::kMore);
  EXPECT_EQ(identity_.user, "noperm");
  config_.anonymous_user = "nobody";
  begin();
  header();
  EXPECT_EQ(start_ok("ANONYMOUS", "").next, Next::kCloseWithError);
}

TEST_F(HandshakeTest, ExternalIsTheNameInTheVerifiedCertificate) {
  PeerIdentity peer;
  peer.has_certificate = true;
  peer.subject = "CN=noperm,O=Example";
  peer.common_name = "noperm";
  peer_ = &peer;
  put(catalog_, user_record(peer.subject, ""));
  config_.auth_mechanisms = {"EXTERNAL", "PLAIN"};
  config_.tls.verify = TlsConfig::Verify::kPeer;
  begin();
  header();
  EXPECT_EQ(sent<amqp::ConnectionStart>().mechanisms, "EXTERNAL PLAIN");
  EXPECT_EQ(start_ok("EXTERNAL", "").next, Next::kMore);
  EXPECT_EQ(identity_.user, "CN=noperm,O=Example");

  config_.certificate_name = CertificateName::kCommonName;
  begin();
  header();
  EXPECT_EQ(start_ok("EXTERNAL", "").next, Next::kMore);
  EXPECT_EQ(identity_.user, "noperm");

  peer.common_name = "";
  begin();
  header();
  EXPECT_EQ(start_ok("EXTERNAL", "").next, Next::kCloseWithError);
  EXPECT_EQ(outcome_.error.code, ReplyCode::kAccessRefused);
}

TEST_F(HandshakeTest, CertificateThatNobodyVerifiedLogsNobodyIn) {
  PeerIdentity peer;
  peer.has_certificate = true;
  peer.subject = peer.common_name = "guest";
  peer_ = &peer;
  config_.auth_mechanisms = {"EXTERNAL", "PLAIN"};
  config_.tls.verify = TlsConfig::Verify::kNone;
  begin();
  header();
  EXPECT_EQ(sent<amqp::ConnectionStart>().mechanisms, "PLAIN");
  start_ok("EXTERNAL", "");
  expect_close(ReplyCode::kCommandInvalid,
               "COMMAND_INVALID - unknown authentication mechanism 'EXTERNAL'", {10, 11});
}

TEST_F(HandshakeTest, LoopbackUsersAreRefusedFromElsewhere) {
  identity_.client = *SocketAddress::parse("192.0.2.1", 50'000);
  begin();
  header();
  start_ok("PLAIN", "\0guest\0guest"s);
  expect_close(ReplyCode::kAccessRefused, kRefused, {});
  begin();
  header();
  EXPECT_EQ(start_ok("PLAIN", "\0noperm\0noperm"s).next, Next::kMore);
  config_.loopback_users.clear();
  begin();
  header();
  EXPECT_EQ(start_ok("PLAIN", "\0guest\0guest"s).next, Next::kMore);
}

// ---- tune ----

TEST_F(HandshakeTest, FrameMaxMayBe4096ToTheOffered) {
  for (const std::uint32_t frame_max : {4'096u, 131'071u, 131'072u}) {
    begin();
    log_in();
    EXPECT_EQ(tune_ok(2'047, frame_max, 0).next, Next::kMore);
    EXPECT_EQ(handshake_->max_payload(), frame_max);
  }
}

TEST_F(HandshakeTest, TuneOkOutOfRangeIsNotAllowed) {
  struct Case {
    std::uint16_t channel_max;
    std::uint32_t frame_max;
    const char* text;
  };
  for (const Case& wrong : {
           Case{2'047, 1, "frame_max = 1 is lower than the minimum allowed value (4096)"},
           Case{2'047, 4'095, "frame_max = 4095 is lower than the minimum allowed value (4096)"},
           Case{2'047, 0, "frame_max = 0 is higher than the maximum allowed value (131072)"},
           Case{2'047, 131'073,
                "frame_max = 131073 is higher than the maximum allowed value (131072)"},
           Case{2'047, 4'294'967'295,
                "frame_max = 4294967295 is higher than the maximum allowed value (131072)"},
           Case{0, 131'072, "channel_max = 0 is higher than the maximum allowed value (2047)"},
           Case{2'048, 131'072,
                "channel_max = 2048 is higher than the maximum allowed value (2047)"},
       }) {
    begin();
    log_in();
    tune_ok(wrong.channel_max, wrong.frame_max, 0);
    expect_close(ReplyCode::kNotAllowed, "NOT_ALLOWED - negotiated "s + wrong.text, {10, 31});
  }
}

TEST_F(HandshakeTest, WithoutLimitsEverythingIsAllowed) {
  config_.frame_max = 0;
  config_.channel_max = 0;
  begin();
  log_in();
  EXPECT_EQ(sent<amqp::ConnectionTune>().frame_max, 0u);
  EXPECT_EQ(tune_ok(0, 0, 65'535).next, Next::kMore);
  EXPECT_EQ(identity_.frame_max, 0u);
  EXPECT_EQ(identity_.channel_max, 65'535);
  EXPECT_EQ(identity_.heartbeat, 65'535);
  EXPECT_EQ(handshake_->max_payload(), UINT32_MAX);
}

TEST_F(HandshakeTest, FramesAreSmallUntilTuned) {
  EXPECT_EQ(handshake_->max_payload(), config_.initial_frame_max);
  log_in();
  EXPECT_EQ(handshake_->max_payload(), config_.initial_frame_max);
  tune_ok(1, 131'072, 0);
  EXPECT_EQ(handshake_->max_payload(), 131'072u);
}

// ---- open ----

TEST_F(HandshakeTest, VhostMustExistAndBePermitted) {
  open_as("guest", "nosuch");
  expect_close(ReplyCode::kNotAllowed, "NOT_ALLOWED - vhost nosuch not found", {10, 40});
  open_as("noperm", "/");
  expect_close(ReplyCode::kNotAllowed,
               "NOT_ALLOWED - access to vhost '/' refused for user 'noperm'", {10, 40});
}

TEST_F(HandshakeTest, UserLimitIsHeld) {
  UserRecord limited = user_record("one", "one");
  limited.max_connections = 1;
  put(catalog_, limited);
  permit(catalog_, "one", "/");
  EXPECT_EQ(open_as("one", "/").next, Next::kOpen);
  const ConnectionIdentity first = identity_;
  open_as("one", "/");
  expect_close(ReplyCode::kNotAllowed,
               "NOT_ALLOWED - connection refused for user 'one': user connection limit (1) is "
               "reached",
               {10, 40});
  Handshake::release_counts(limits_, first);
  EXPECT_EQ(open_as("one", "/").next, Next::kOpen);
}

TEST_F(HandshakeTest, VhostLimitIsHeld) {
  VhostRecord full = vhost_record("full");
  full.max_connections = 0;
  put(catalog_, full);
  permit(catalog_, "guest", "full");
  open_as("guest", "full");
  expect_close(ReplyCode::kNotAllowed,
               "NOT_ALLOWED - access to vhost 'full' refused for user 'guest': vhost connection "
               "limit (0) is reached",
               {10, 40});
}

TEST_F(HandshakeTest, NodeLimitIsHeld) {
  config_.connection_max = 1;
  EXPECT_EQ(open_as("guest", "/").next, Next::kOpen);
  open_as("guest", "/");
  expect_close(ReplyCode::kNotAllowed,
               "NOT_ALLOWED - connection refused: node connection limit (1) is reached", {10, 40});
}

TEST_F(HandshakeTest, RefusedOpenCountsForNothing) {
  config_.connection_max = 1;
  VhostRecord small = vhost_record("small");
  small.max_connections = 1;
  put(catalog_, small);
  UserRecord none = user_record("none", "none");
  none.max_connections = 0;
  put(catalog_, none);
  permit(catalog_, "none", "small");
  permit(catalog_, "guest", "small");
  open_as("noperm", "small");
  open_as("none", "small");
  open_as("guest", "nosuch");
  EXPECT_EQ(open_as("guest", "small").next, Next::kOpen);
}

// ---- order and form ----

TEST_F(HandshakeTest, MethodsOutOfOrderAreChannelErrors) {
  const std::string unexpected = "CHANNEL_ERROR - unexpected method in connection state ";
  begin();
  header();
  tune_ok(2'047, 131'072, 0);
  expect_close(ReplyCode::kChannelError, unexpected + "starting", {10, 31});
  begin();
  header();
  open("/");
  expect_close(ReplyCode::kChannelError, unexpected + "starting", {10, 40});
  begin();
  log_in();
  open("/");
  expect_close(ReplyCode::kChannelError, unexpected + "tuning", {10, 40});
  begin();
  log_in();
  start_ok("PLAIN", "\0guest\0guest"s);
  expect_close(ReplyCode::kChannelError, unexpected + "tuning", {10, 11});
  config_.auth_mechanisms = {"RABBIT-CR-DEMO"};
  begin();
  header();
  start_ok("RABBIT-CR-DEMO", "guest");
  tune_ok(2'047, 131'072, 0);
  expect_close(ReplyCode::kChannelError, unexpected + "securing", {10, 31});
}

TEST_F(HandshakeTest, OnlyOpenIsExpectedAfterTuneOk) {
  const std::string text = "CHANNEL_ERROR - unexpected method in connection state opening";
  const auto tuned = [&] {
    begin();
    log_in();
    tune_ok(2'047, 131'072, 0);
  };
  tuned();
  tune_ok(2'047, 131'072, 0);
  expect_close(ReplyCode::kChannelError, text, {10, 31});
  tuned();
  send(amqp::ConnectionClose{200, "x", 0, 0});
  expect_close(ReplyCode::kChannelError, text, {10, 50});
  tuned();
  send(amqp::ConnectionUpdateSecret{"guest", "why"});
  expect_close(ReplyCode::kChannelError, text, {10, 70});
  tuned();
  send_payload("\0\x63\0\x63"s);
  expect_close(ReplyCode::kChannelError, text, {99, 99});
}

TEST_F(HandshakeTest, OtherChannelsAreUnexpectedFrames) {
  header();
  send(amqp::ChannelOpen{}, 1);
  expect_close(ReplyCode::kUnexpectedFrame,
               "UNEXPECTED_FRAME - method frame on channel 1 in connection state starting",
               {20, 10});
}

TEST_F(HandshakeTest, UnreadableMethodsAreFrameErrors) {
  header();
  send_payload("\0\x0a"s);
  expect_close(ReplyCode::kFrameError, "FRAME_ERROR - type 1, all octets = <<0,10>>: unknown_frame",
               {});
  begin();
  header();
  send_payload("\0\x0a\0\x0b\0\0"s);
  expect_close(ReplyCode::kFrameError, "FRAME_ERROR - cannot decode connection.start-ok", {10, 11});
  begin();
  log_in();
  tune_ok(2'047, 131'072, 0);
  open("\xff");
  expect_close(ReplyCode::kFrameError, "FRAME_ERROR - Malformed UTF-8 in shortstr", {});
}

TEST_F(HandshakeTest, MalformedClientPropertiesAreASyntaxError) {
  header();
  amqp::ConnectionStartOk method;
  const std::string properties = "\1kz\0"s;
  const std::string response = "\0guest\0guest"s;
  method.client_properties = properties;
  method.mechanism = "PLAIN";
  method.response = response;
  send(method);
  EXPECT_EQ(outcome_.next, Next::kCloseWithError);
  EXPECT_EQ(outcome_.error.code, ReplyCode::kSyntaxError);
  EXPECT_EQ(outcome_.method, (amqp::MethodId{10, 11}));
}

TEST_F(HandshakeTest, BrokenBytesNeverOpenOrCrash) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::string start_ok_payload;
  const std::string response = "\0guest\0wrong"s;
  amqp::ConnectionStartOk method;
  method.mechanism = "PLAIN";
  method.response = response;
  amqp::encode_method(start_ok_payload, method);
  for (int i = 0; i != 2'000; ++i) {
    begin();
    header();
    std::string payload = start_ok_payload.substr(0, random() % (start_ok_payload.size() + 1));
    for (int flips = static_cast<int>(random() % 4); flips != 0 && !payload.empty(); --flips) {
      payload[random() % payload.size()] = static_cast<char>(random());
    }
    ASSERT_NE(send_payload(payload).next, Next::kOpen);
    ASSERT_LE(reply_text(outcome_.error).size(), 255u);
  }
}

}  // namespace
}  // namespace coney
