#include "broker/server/memory_monitor.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

// Of mimalloc, which only the broker's program is linked with, and not in every build.
extern "C" void mi_collect(bool force) noexcept __attribute__((weak));

namespace coney {
namespace {

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// "max" and a missing file are no limit.
std::uint64_t limit_in(const std::string& path) {
  std::uint64_t bytes = 0;
  return std::ifstream(path) >> bytes ? bytes : kNoLimit;
}

// The limits of a group and of all groups around it hold. In a container the path may be one of the
// host, of which only the root can be seen.
std::uint64_t lowest_limit(const std::string& root, std::string group, const std::string& file) {
  std::uint64_t lowest = kNoLimit;
  for (;;) {
    lowest = std::min(lowest, limit_in(root + group + "/" + file));
    if (group.empty()) return lowest;
    const std::size_t slash = group.rfind('/');
    group.erase(slash == std::string::npos ? 0 : slash);
  }
}

bool names_memory(const std::string& controllers) {
  return ("," + controllers + ",").find(",memory,") != std::string::npos;
}

// Lines are "id:controllers:path"; version 2 has no controllers there.
std::uint64_t control_group_limit(const std::string& root) {
  std::uint64_t lowest = kNoLimit;
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) {
      lowest = std::min(lowest, lowest_limit(root + "/sys/fs/cgroup", path, "memory.max"));
    } else if (names_memory(controllers)) {
      lowest = std::min(
          lowest, lowest_limit(root + "/sys/fs/cgroup/memory", path, "memory.limit_in_bytes"));
    }
  }
  return lowest;
}

std::uint64_t page_size() {
  return static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

std::uint64_t memory_limit(const ResourceLimit& watermark, std::uint64_t memory) {
  if (watermark.absolute) return *watermark.absolute;
  if (!watermark.relative) return kNoLimit;
  // Rounding to double may carry the product just over `memory`.
  const double share = std::clamp(*watermark.relative, 0.0, 1.0);
  return share == 1.0 ? memory : static_cast<std::uint64_t>(static_cast<double>(memory) * share);
}

std::uint64_t available_memory(const std::filesystem::path& root) {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const std::uint64_t machine =
      pages > 0 ? static_cast<std::uint64_t>(pages) * page_size() : kNoLimit;
  return std::min(machine, control_group_limit(root == "/" ? "" : root.string()));
}

std::uint64_t resident_memory() {
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  std::ifstream statm("/proc/self/statm");
  return statm >> size >> resident ? resident * page_size() : 0;
}

void release_free_memory() {
  if (mi_collect) {
    mi_collect(true);
  } else {
    malloc_trim(0);
  }
}

}  // namespace coney
