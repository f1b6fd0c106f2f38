#include "mgmt-ui/api/access/gate.h"

#include <boost/json.hpp>

#include "broker/auth/loopback.h"
#include "broker/auth/password_hash.h"
#include "broker/config/config.h"
#include "broker/log/log.h"
#include "mgmt-ui/api/http/base64.h"
#include "mgmt-ui/api/services.h"

namespace coney::management {
namespace {

using log::Category;

constexpr std::size_t kMaxCredentials = 4'096;

// Scripts of a page say that they are one: for them a browser is not to ask for the credentials.
Answer no_credentials(const Request& request) {
  Answer answer = empty_answer(401);
  if (request.header("x-requested-with") == "XMLHttpRequest") return answer;
  answer.headers.emplace_back("www-authenticate", "Basic realm=\"RabbitMQ Management\"");
  return answer;
}

Answer wrong_credentials() {
  return error_answer(401, "not_authorized", "Not_Authorized");
}

Answer too_many_failures() {
  Answer answer =
      error_answer(429, "too_many_requests",
                   "Too many logins from this address have failed. Try again in a few seconds.");
  answer.headers.emplace_back("retry-after", "5");
  return answer;
}

std::string cookie_value(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    std::string_view pair = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return std::string(pair.substr(name.size() + 1));
    }
  }
  return {};
}

std::string cookie(std::string_view token, std::string_view attributes) {
  return std::string(kSessionCookie)
      .append("=")
      .append(token)
      .append("; Path=/; HttpOnly; SameSite=Strict")
      .append(attributes);
}

bool starts_with_word(std::string_view text, std::string_view word) {
  if (text.size() <= word.size() || text[word.size()] != ' ') return false;
  return std::ranges::equal(text.substr(0, word.size()), word, {},
                            [](char c) { return std::tolower(static_cast<unsigned char>(c)); });
}

}  // namespace

std::variant<Caller, Answer> Gate::check(const Request& request, Clock::time_point now) {
  if (request.peer.local_user) {
    return Caller{.name = *request.peer.local_user, .tags = {"administrator"}, .is_local = true};
  }
  std::string_view header = request.header("authorization");
  if (starts_with_word(header, "basic")) {
    header.remove_prefix(6);
    return check_basic(request, header, now);
  }
  if (!header.empty()) return refuse(request.peer, now);
  if (const User* user = user_of_session(request, now)) return admit(*user);
  return no_credentials(request);
}

std::variant<Caller, Answer> Gate::check_basic(const Request& request, std::string_view credentials,
                                               Clock::time_point now) {
  if (credentials.size() > kMaxCredentials) credentials = {};
  const auto decoded = decode_base64(credentials);
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) return empty_answer(400);
  return check(decoded->substr(0, colon), decoded->substr(colon + 1), request.peer, now);
}

std::variant<Caller, Answer> Gate::check(const std::string& name, const std::string& password,
                                         const Peer& peer, Clock::time_point now) {
  if (!failed_.may_try(peer.address, now)) return too_many_failures();
  const User* user = directory_.find_user(name);
  // A user who does not exist takes the time of one who does.
  static const std::string kNobody = *hash_password("nobody", PasswordHashing::kSha256, {});
  const std::string& hash = user ? user->record->password_hash : kNobody;
  const PasswordHashing hashing = user ? user->record->hashing : PasswordHashing::kSha256;
  if (!verify_password(password, hash, hashing) || !user) return refuse(peer, now);
  if (!is_allowed_from(name, peer.address, services_.live_settings().loopback_users)) {
    log::warning(Category::kConnection, "HTTP: user '{}' may only log in from this machine", name);
    return refuse(peer, now);
  }
  return admit(*user);
}

Answer Gate::refuse(const Peer& peer, Clock::time_point now) {
  ++attempts_.failed;
  failed_.failed(peer.address, now);
  if (!failed_.may_try(peer.address, now)) {
    log::warning(Category::kConnection, "HTTP: {} has failed to log in too often", peer.address);
  }
  return wrong_credentials();
}

std::variant<Caller, Answer> Gate::admit(const User& user) {
  ++attempts_.succeeded;
  Caller caller{.name = user.record->name, .tags = user.record->tags};
  if (!caller.may_manage()) return not_authorised(refusal_text(Need::kManagement));
  return caller;
}

const User* Gate::user_of_session(const Request& request, Clock::time_point now) {
  const std::string token = cookie_value(request.header("cookie"), kSessionCookie);
  const auto* session = token.empty() ? nullptr : sessions_.find(token, now);
  const User* user = session ? directory_.find_user(session->user) : nullptr;
  return user && user->record->password_hash == session->password_hash ? user : nullptr;
}

std::string Gate::open_session(const std::string& name, bool secure, Clock::time_point now) {
  const auto lifetime = services_.config().management.login_session_timeout;
  const User* user = directory_.find_user(name);
  const std::string token =
      sessions_.open(name, user ? user->record->password_hash : "", now + lifetime);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(lifetime).count();
  return cookie(token, "; Max-Age=" + std::to_string(seconds) + (secure ? "; Secure" : ""));
}

std::string Gate::close_session(const Request& request) {
  sessions_.close(cookie_value(request.header("cookie"), kSessionCookie));
  return cookie("", "; Max-Age=0");
}

bool is_cross_site(const Request& request, const Config& config) {
  std::string_view origin = request.header("origin");
  if (origin.empty()) return request.header("sec-fetch-site") == "cross-site";
  const auto& allowed = config.management.cors_origins;
  if (std::ranges::find(allowed, origin) != allowed.end()) return false;
  if (std::ranges::find(allowed, "*") != allowed.end()) return false;
  const std::size_t scheme = origin.find("://");
  if (scheme != origin.npos) origin.remove_prefix(scheme + 3);
  return origin != request.header("host") && origin != request.header("x-forwarded-host");
}

}  // namespace coney::management
