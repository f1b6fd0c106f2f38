#pragma once
// SASL mechanisms of connection.start-ok and secure-ok (spec 1.4.2.2) as RabbitMQ reads them. Pure:
// what comes out is whom to log in, who that is and whether the password is right is decided
// elsewhere. Views in a step live as long as the program.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace coney {

enum class SaslMechanism : std::uint8_t { kPlain, kAmqplain, kExternal, kAnonymous, kRabbitCrDemo };

// The name as in connection.start and auth_mechanisms; letter case counts.
std::string_view to_string(SaslMechanism mechanism);
std::optional<SaslMechanism> sasl_mechanism_from(std::string_view name);

struct PasswordLogin {
  std::string username;
  std::string password;
  bool operator==(const PasswordLogin&) const = default;
};
// The user that the client's TLS certificate names, without a password.
struct CertificateLogin {
  bool operator==(const CertificateLogin&) const = default;
};
// The user of anonymous_login_user; whatever the client said is ignored.
struct AnonymousLogin {
  bool operator==(const AnonymousLogin&) const = default;
};
// Send connection.secure with this text and give its response to respond() again.
struct SaslChallenge {
  std::string_view text;
  bool operator==(const SaslChallenge&) const = default;
};
// The response breaks the mechanism's syntax: 501 SYNTAX_ERROR with this text (RabbitMQ answers
// nothing and resets the connection three seconds later). Never quotes the response.
struct SaslMalformed {
  std::string_view text;
  bool operator==(const SaslMalformed&) const = default;
};

using SaslStep =
    std::variant<PasswordLogin, CertificateLogin, AnonymousLogin, SaslChallenge, SaslMalformed>;

// One login attempt.
class SaslExchange {
 public:
  explicit SaslExchange(SaslMechanism mechanism) : mechanism_(mechanism) {}

  SaslMechanism mechanism() const { return mechanism_; }
  // `response`: of start-ok, then of secure-ok for as long as the step is a challenge.
  SaslStep respond(std::string_view response);

 private:
  SaslStep respond_to_demo(std::string_view response);

  SaslMechanism mechanism_;
  std::optional<std::string> demo_username_;
};

// Reply text of connection.close 403 when the login fails, behind "ACCESS_REFUSED - ". Clients that
// announce the capability authentication_failure_close get it, others a closed socket.
std::string login_refused_text(SaslMechanism mechanism);
// Reply text for a mechanism that is not offered, behind "COMMAND_INVALID - ".
std::string unknown_mechanism_text(std::string_view name);

}  // namespace coney
