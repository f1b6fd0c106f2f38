#pragma once
// Logins by cookie: a random token stands for a user until it expires. Kept in memory alone;
// bounded; used by one thread.

#include <chrono>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace coney::management {

class LoginSessions {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kMaxSessions = 10'000;  // the oldest goes

  // `password_hash`: the session ends when the user's is another.
  std::string open(std::string user, std::string password_hash, Clock::time_point until);
  struct Session {
    std::string user;
    std::string password_hash;
    Clock::time_point until;
  };
  // Null: there is none, or not any more.
  const Session* find(const std::string& token, Clock::time_point now);
  void close(const std::string& token);

 private:
  std::list<std::pair<std::string, Session>> sessions_;  // the newest in front
  std::unordered_map<std::string, std::list<std::pair<std::string, Session>>::iterator> by_token_;
};

}  // namespace coney::management
