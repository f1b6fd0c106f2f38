#include "mgmt-ui/cli/command/pid.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace coney::cli {

std::string pid_of(std::string_view node, std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return fmt::format("<{}.1.{}.{}>", node, hash >> 32, hash & 0xffffffff);
}

bool is_pid(std::string_view text) {
  if (!text.starts_with('<') || !text.ends_with('>')) return false;
  text = text.substr(1, text.size() - 2);
  const std::size_t at = std::min(text.find('@'), text.size());
  return at != text.size() && std::ranges::count(text.substr(at), '.') >= 3;
}

}  // namespace coney::cli
