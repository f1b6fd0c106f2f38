#include "broker/auth/sasl.h"

#include <array>
#include <utility>

#include "amqp/table.h"

namespace coney {
namespace {

struct Name {
  SaslMechanism mechanism;
  std::string_view name;
};

constexpr std::array kNames = {
    Name{SaslMechanism::kPlain, "PLAIN"},
    Name{SaslMechanism::kAmqplain, "AMQPLAIN"},
    Name{SaslMechanism::kExternal, "EXTERNAL"},
    Name{SaslMechanism::kAnonymous, "ANONYMOUS"},
    Name{SaslMechanism::kRabbitCrDemo, "RABBIT-CR-DEMO"},
};

constexpr std::string_view kDemoChallenge = "Please tell me your password";
constexpr std::string_view kDemoAnswer = "My password is ";
constexpr std::size_t kMaxMechanismText = 32;

// RFC 4616 without an authorization identity, which RabbitMQ does not take.
SaslStep parse_plain(std::string_view response) {
  SaslMalformed malformed{"response to PLAIN is not NUL username NUL password"};
  if (!response.starts_with('\0')) return malformed;
  response.remove_prefix(1);
  std::size_t end = response.find('\0');
  if (end == std::string_view::npos) return malformed;
  std::string_view password = response.substr(end + 1);
  if (password.find('\0') != std::string_view::npos) return malformed;
  return PasswordLogin{std::string(response.substr(0, end)), std::string(password)};
}

// A field table without its length, with LOGIN and PASSWORD as long strings.
SaslStep parse_amqplain(std::string_view response) {
  auto table = amqp::decode_table(response);
  if (!table) return SaslMalformed{"response to AMQPLAIN is not a field table"};
  const amqp::Value* login = table->find("LOGIN");
  const amqp::Value* password = table->find("PASSWORD");
  if (!login || !login->as_string() || !password || !password->as_string()) {
    return SaslMalformed{"response to AMQPLAIN lacks LOGIN or PASSWORD"};
  }
  return PasswordLogin{*login->as_string(), *password->as_string()};
}

}  // namespace

std::string_view to_string(SaslMechanism mechanism) {
  for (const Name& known : kNames) {
    if (known.mechanism == mechanism) return known.name;
  }
  return "";
}

std::optional<SaslMechanism> sasl_mechanism_from(std::string_view name) {
  for (const Name& known : kNames) {
    if (known.name == name) return known.mechanism;
  }
  return std::nullopt;
}

SaslStep SaslExchange::respond(std::string_view response) {
  switch (mechanism_) {
    case SaslMechanism::kPlain:
      return parse_plain(response);
    case SaslMechanism::kAmqplain:
      return parse_amqplain(response);
    case SaslMechanism::kExternal:
      return CertificateLogin{};
    case SaslMechanism::kAnonymous:
      return AnonymousLogin{};
    case SaslMechanism::kRabbitCrDemo:
      return respond_to_demo(response);
  }
  return SaslMalformed{"no such mechanism"};
}

SaslStep SaslExchange::respond_to_demo(std::string_view response) {
  if (!demo_username_) {
    demo_username_ = response;
    return SaslChallenge{kDemoChallenge};
  }
  if (!response.starts_with(kDemoAnswer)) {
    return SaslMalformed{"response to RABBIT-CR-DEMO does not tell the password"};
  }
  response.remove_prefix(kDemoAnswer.size());
  return PasswordLogin{std::exchange(demo_username_, std::nullopt).value(), std::string(response)};
}

std::string login_refused_text(SaslMechanism mechanism) {
  return "Login was refused using authentication mechanism " + std::string(to_string(mechanism)) +
         ". For details see the broker logfile.";
}

std::string unknown_mechanism_text(std::string_view name) {
  return "unknown authentication mechanism '" + std::string(name.substr(0, kMaxMechanismText)) +
         "'";
}

}  // namespace coney
