#pragma once
// Which handler answers which path and method. Patterns are literal segments and {names}:
// "/api/queues/{vhost}/{name}/bindings"; a literal wins over a name. Filled once at the start.

#include <initializer_list>
#include <map>
#include <string_view>
#include <vector>

#include "mgmt-ui/api/routing/call.h"

namespace coney::management {

inline constexpr std::size_t kSmallBody = std::size_t{1} << 20;

struct Operation {
  Method method;
  Need need;
  Handler handler;
  std::size_t max_body = kSmallBody;  // bytes
  bool any_type = false;              // answers whatever the client says that it accepts
};

// {vhost} in a pattern: for whom may not see the vhost it does not exist.
struct Route {
  std::vector<std::string_view> pattern;
  std::vector<Operation> operations;
  bool answers_head = true;  // GET without its body

  const Operation* find(Method method) const;  // HEAD as GET
  std::string allow() const;                   // "HEAD, GET, PUT, DELETE, OPTIONS"
};

inline Operation get(Need need, Handler handler) {
  return {Method::kGet, need, handler};
}
inline Operation put(Need need, Handler handler, std::size_t max_body = kSmallBody) {
  return {Method::kPut, need, handler, max_body};
}
inline Operation post(Need need, Handler handler, std::size_t max_body = kSmallBody) {
  return {Method::kPost, need, handler, max_body};
}
inline Operation del(Need need, Handler handler) {
  return {Method::kDelete, need, handler};
}

class RouteTable {
 public:
  // `pattern` lives as long as the program.
  void add(std::string_view pattern, std::initializer_list<Operation> operations);
  // As RabbitMQ's few endpoints that do not answer HEAD.
  void add_without_head(std::string_view pattern, std::initializer_list<Operation> operations);

  // Null: no pattern fits.
  const Route* find(const std::vector<std::string>& path) const;
  const std::vector<Route>& all() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

}  // namespace coney::management
