#include "broker/auth/topic_pattern.h"

#include <utility>

namespace coney {
namespace {

constexpr std::string_view kClientId = "{client_id}";

std::optional<PermissionPattern> compile(std::string_view expression) {
  auto pattern = PermissionPattern::compile(expression);
  if (!pattern) return std::nullopt;
  return std::move(*pattern);
}

}  // namespace

// All variables are replaced in one go, so that a value that looks like a variable stays as it is:
// the original expression is kept together with what is known.
TopicPattern::TopicPattern(std::string_view expression, TopicVariables known)
    : username_(known.username), vhost_(known.vhost) {
  known.client_id.reset();
  pattern_ = compile(expand_topic_pattern(expression, known));
  if (expression.find(kClientId) != std::string_view::npos) per_client_ = expression;
}

bool TopicPattern::matches(std::string_view routing_key,
                           std::optional<std::string_view> client_id) const {
  const Compiled& pattern = client_id && !per_client_.empty() ? for_client(*client_id) : pattern_;
  return pattern && pattern->matches(routing_key);
}

const TopicPattern::Compiled& TopicPattern::for_client(std::string_view client_id) const {
  const std::string id(client_id);
  if (auto found = clients_.find(id); found != clients_.end()) return found->second;
  if (clients_.size() == kClientsKept) clients_.clear();
  Compiled made = compile(expand_topic_pattern(per_client_, {username_, vhost_, client_id}));
  return clients_.emplace(id, std::move(made)).first->second;
}

}  // namespace coney
