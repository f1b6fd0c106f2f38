#include "broker/auth/sasl.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "amqp/table.h"

namespace coney {
namespace {

using namespace std::string_literals;

SaslStep respond(SaslMechanism mechanism, std::string_view response) {
  return SaslExchange(mechanism).respond(response);
}

bool is_malformed(const SaslStep& step) {
  return std::holds_alternative<SaslMalformed>(step);
}

std::string amqplain(const amqp::Table& table) {
  std::string bytes;
  amqp::encode_table(bytes, table);
  return bytes.substr(4);
}

TEST(SaslPlain, YieldsUsernameAndPassword) {
  EXPECT_EQ(respond(SaslMechanism::kPlain, "\0guest\0secret"s),
            SaslStep(PasswordLogin{"guest", "secret"}));
  EXPECT_EQ(respond(SaslMechanism::kPlain, "\0guest\0"s), SaslStep(PasswordLogin{"guest", ""}));
  EXPECT_EQ(respond(SaslMechanism::kPlain, "\0\0"s), SaslStep(PasswordLogin{"", ""}));
}

TEST(SaslPlain, EverythingElseIsMalformed) {
  for (const std::string& response : {""s, "guest"s, "\0"s, "\0guest"s, "someone\0guest\0guest"s,
                                      "\0guest\0guest\0x"s, "\0guest\0guest\0"s}) {
    EXPECT_TRUE(is_malformed(respond(SaslMechanism::kPlain, response)));
  }
}

TEST(SaslAmqplain, YieldsUsernameAndPassword) {
  EXPECT_EQ(respond(SaslMechanism::kAmqplain, "\5LOGINS\0\0\0\5guest\10PASSWORDS\0\0\0\6secret"s),
            SaslStep(PasswordLogin{"guest", "secret"}));
  std::string reversed = amqplain({{"x", amqp::Value::int32(1)},
                                   {"PASSWORD", amqp::Value::text("p")},
                                   {"LOGIN", amqp::Value::text("u")}});
  EXPECT_EQ(respond(SaslMechanism::kAmqplain, reversed), SaslStep(PasswordLogin{"u", "p"}));
}

TEST(SaslAmqplain, MissingOrMistypedFieldsAreMalformed) {
  using amqp::Value;
  for (const amqp::Table& table :
       {amqp::Table{},
        {{"LOGIN", Value::text("guest")}},
        {{"PASSWORD", Value::text("guest")}},
        {{"login", Value::text("g")}, {"password", Value::text("g")}},
        {{"LOGIN", Value::text("g")}, {"PASSWORD", Value::int32(1)}},
        {{"LOGIN", Value::void_value()}, {"PASSWORD", Value::text("g")}}}) {
    EXPECT_TRUE(is_malformed(respond(SaslMechanism::kAmqplain, amqplain(table))));
  }
  EXPECT_TRUE(is_malformed(respond(SaslMechanism::kAmqplain, "\5LOGINS\0\0\0\5gue"s)));
  EXPECT_TRUE(is_malformed(respond(SaslMechanism::kAmqplain, "\5LOGIN?"s)));
}

TEST(SaslExternal, AsksForTheCertificate) {
  EXPECT_EQ(respond(SaslMechanism::kExternal, ""), SaslStep(CertificateLogin{}));
  EXPECT_EQ(respond(SaslMechanism::kExternal, "ignored"), SaslStep(CertificateLogin{}));
}

TEST(SaslAnonymous, IgnoresTheResponse) {
  EXPECT_EQ(respond(SaslMechanism::kAnonymous, ""), SaslStep(AnonymousLogin{}));
  EXPECT_EQ(respond(SaslMechanism::kAnonymous, "trace"), SaslStep(AnonymousLogin{}));
}

TEST(SaslRabbitCrDemo, ChallengesForThePassword) {
  SaslExchange exchange(SaslMechanism::kRabbitCrDemo);
  EXPECT_EQ(exchange.respond("guest"), SaslStep(SaslChallenge{"Please tell me your password"}));
  EXPECT_EQ(exchange.respond("My password is secret"), SaslStep(PasswordLogin{"guest", "secret"}));
}

TEST(SaslRabbitCrDemo, OtherAnswersAreMalformed) {
  for (const char* answer : {"", "secret", "My password is", "my password is secret"}) {
    SaslExchange exchange(SaslMechanism::kRabbitCrDemo);
    exchange.respond("guest");
    EXPECT_TRUE(is_malformed(exchange.respond(answer))) << answer;
  }
}

TEST(SaslMalformedText, NeverQuotesTheResponse) {
  for (auto mechanism : {SaslMechanism::kPlain, SaslMechanism::kAmqplain}) {
    SaslStep step = respond(mechanism, "topsecret");
    ASSERT_TRUE(is_malformed(step));
    EXPECT_EQ(std::get<SaslMalformed>(step).text.find("topsecret"), std::string::npos);
  }
}

TEST(SaslMechanismName, IsThatOfTheProtocol) {
  for (std::string_view name : {"PLAIN", "AMQPLAIN", "EXTERNAL", "ANONYMOUS", "RABBIT-CR-DEMO"}) {
    auto mechanism = sasl_mechanism_from(name);
    ASSERT_TRUE(mechanism) << name;
    EXPECT_EQ(to_string(*mechanism), name);
  }
  EXPECT_FALSE(sasl_mechanism_from("plain"));
  EXPECT_FALSE(sasl_mechanism_from("FOO"));
  EXPECT_FALSE(sasl_mechanism_from(""));
}

TEST(SaslText, RefusalIsRabbitMqs) {
  EXPECT_EQ(login_refused_text(SaslMechanism::kPlain),
            "Login was refused using authentication mechanism PLAIN. For details see the broker "
            "logfile.");
}

TEST(SaslText, UnknownMechanismIsQuotedInPart) {
  EXPECT_EQ(unknown_mechanism_text("FOO"), "unknown authentication mechanism 'FOO'");
  EXPECT_LT(unknown_mechanism_text(std::string(10000, 'x')).size(), 100u);
}

// Any bytes give one of the steps; only well-formed ones a login.
TEST(SaslProperty, RandomResponsesAreTakenOrMalformed) {
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string response(random() % 40, '\0');
    for (char& c : response) c = "\0\0\5LOGINSPASSWORD\10\1\xff"[random() % 20];
    auto nuls = std::count(response.begin(), response.end(), '\0');
    bool plain = response.starts_with('\0') && nuls == 2;
    EXPECT_EQ(is_malformed(respond(SaslMechanism::kPlain, response)), !plain);
    respond(SaslMechanism::kAmqplain, response);
  }
}

}  // namespace
}  // namespace coney
