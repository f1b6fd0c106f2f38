#pragma once
// Regular expressions of permissions and topic permissions, on RE2: linear time and bounded memory
// whatever the user writes. RabbitMQ's rules: the expression is searched for anywhere in the name
// (^ and $ anchor it), bytes are characters, and the empty expression matches the empty name only.
// Unlike PCRE, RE2 has no look-around and no back-references, compile() says so; and $ does not
// match before a line feed that ends the name.
// Immutable; copies share the compiled expression, any thread may match.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "broker/auth/auth_error.h"

namespace re2 {
class RE2;
}

namespace coney {

class PermissionPattern {
 public:
  // Matches nothing but the empty name.
  PermissionPattern() = default;
  static AuthResult<PermissionPattern> compile(std::string_view expression);

  bool matches(std::string_view name) const;

 private:
  enum class Kind { kEmptyName, kEverything, kExpression };

  Kind kind_ = Kind::kEmptyName;
  std::shared_ptr<const re2::RE2> expression_;
};

// Under which name permissions of an exchange are checked: the default exchange as "amq.default".
std::string_view permission_name_of_exchange(std::string_view exchange);

// What {username}, {vhost} and {client_id} in a topic permission stand for. One that is not set
// stays in the expression as it is.
struct TopicVariables {
  std::string_view username;
  std::string_view vhost;
  std::optional<std::string_view> client_id;
};

// The expression with each variable replaced by its value, quoted so that it matches itself.
std::string expand_topic_pattern(std::string_view expression, const TopicVariables& variables);

}  // namespace coney
