#pragma once
// Who may come in: basic credentials or the cookie of a login, checked against the directory as the
// broker checks them over AMQP (password hashes in constant time, users who may come from the own
// machine only). Addresses that fail too often wait. Used by the management's thread.

#include <chrono>
#include <string>
#include <variant>

#include "mgmt-ui/api/access/caller.h"
#include "mgmt-ui/api/access/failed_logins.h"
#include "mgmt-ui/api/access/login_sessions.h"
#include "mgmt-ui/api/directory/directory.h"
#include "mgmt-ui/api/http/answer.h"
#include "mgmt-ui/api/http/request.h"

namespace coney {
struct Config;
}

namespace coney::management {

inline constexpr std::string_view kSessionCookie = "coney_session";

class Services;

class Gate {
 public:
  using Clock = std::chrono::steady_clock;
  Gate(const Directory& directory, const Services& services)
      : directory_(directory), services_(services) {}

  // The caller, who has some tag of the management; or why not, as RabbitMQ says it.
  std::variant<Caller, Answer> check(const Request& request, Clock::time_point now);
  // The same for a name and a password.
  std::variant<Caller, Answer> check(const std::string& user, const std::string& password,
                                     const Peer& peer, Clock::time_point now);

  // The value of Set-Cookie. REQUIRES: the user has just come through check().
  std::string open_session(const std::string& user, bool secure, Clock::time_point now);
  // The same, for a browser to forget.
  std::string close_session(const Request& request);

  // Over HTTP, since the start or the last reset.
  struct Attempts {
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;
  };
  const Attempts& attempts() const { return attempts_; }
  void reset_attempts() { attempts_ = {}; }

 private:
  std::variant<Caller, Answer> check_basic(const Request& request, std::string_view credentials,
                                           Clock::time_point now);
  std::variant<Caller, Answer> admit(const User& user);
  const User* user_of_session(const Request& request, Clock::time_point now);
  Answer refuse(const Peer& peer, Clock::time_point now);

  const Directory& directory_;
  const Services& services_;
  FailedLogins failed_;
  LoginSessions sessions_;
  Attempts attempts_;
};

// Does the request come from a page of another site? Browsers send such requests with the user's
// credentials, whoever wrote the page.
bool is_cross_site(const Request& request, const Config& config);

}  // namespace coney::management
