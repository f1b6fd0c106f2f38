#include "amqp/methods.h"

#include <algorithm>
#include <vector>

namespace amqp {
namespace {

std::vector<MethodInfo> sorted_methods() {
  std::vector<MethodInfo> methods;
  for_each_method([&]<typename Method>() { methods.push_back(Method::kMethod); });
  std::sort(methods.begin(), methods.end(),
            [](const MethodInfo& a, const MethodInfo& b) { return a.id.packed() < b.id.packed(); });
  return methods;
}

}  // namespace

const MethodInfo* find_method(MethodId id) {
  static const std::vector<MethodInfo> methods = sorted_methods();
  auto found = std::lower_bound(
      methods.begin(), methods.end(), id.packed(),
      [](const MethodInfo& info, std::uint32_t packed) { return info.id.packed() < packed; });
  return found != methods.end() && found->id == id ? &*found : nullptr;
}

}  // namespace amqp
