#include "mgmt-ui/api/routing/route_table.h"

#include <algorithm>

namespace coney::management {
namespace {

std::vector<std::string_view> split(std::string_view pattern) {
  std::vector<std::string_view> segments;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    segments.push_back(pattern.substr(0, end));
    pattern.remove_prefix(end);
  }
  return segments;
}

bool is_name(std::string_view segment) {
  return segment.starts_with('{');
}

bool matches(const Route& route, const std::vector<std::string>& path) {
  return std::ranges::equal(route.pattern, path, [](std::string_view pattern, const auto& given) {
    return is_name(pattern) || pattern == given;
  });
}

// The one with a literal where the other has a name comes first.
bool is_closer(const Route& a, const Route& b) {
  return std::ranges::lexicographical_compare(
      a.pattern, b.pattern,
      [](std::string_view x, std::string_view y) { return is_name(x) < is_name(y); });
}

struct NamedMethod {
  Method method;
  std::string_view name;
};
constexpr NamedMethod kMethods[] = {{Method::kGet, "GET"},
                                    {Method::kPut, "PUT"},
                                    {Method::kPost, "POST"},
                                    {Method::kDelete, "DELETE"}};

}  // namespace

const Operation* Route::find(Method method) const {
  if (method == Method::kHead && !answers_head) return nullptr;
  const Method wanted = method == Method::kHead ? Method::kGet : method;
  auto found = std::ranges::find(operations, wanted, &Operation::method);
  return found == operations.end() ? nullptr : &*found;
}

std::string Route::allow() const {
  std::string methods;
  if (find(Method::kHead)) methods += "HEAD, ";
  for (const NamedMethod& known : kMethods) {
    if (find(known.method)) methods.append(known.name).append(", ");
  }
  return methods + "OPTIONS";
}

void RouteTable::add(std::string_view pattern, std::initializer_list<Operation> operations) {
  routes_.push_back({split(pattern), operations});
}

void RouteTable::add_without_head(std::string_view pattern,
                                  std::initializer_list<Operation> operations) {
  routes_.push_back({split(pattern), operations, false});
}

const Route* RouteTable::find(const std::vector<std::string>& path) const {
  const Route* best = nullptr;
  for (const Route& route : routes_) {
    if (matches(route, path) && (!best || is_closer(route, *best))) best = &route;
  }
  return best;
}

}  // namespace coney::management
