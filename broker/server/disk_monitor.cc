#include "broker/server/disk_monitor.h"

#include <sys/statvfs.h>

#include <limits>

namespace coney {

std::uint64_t disk_limit(const ResourceLimit& limit, std::uint64_t memory) {
  if (limit.absolute) return *limit.absolute;
  if (!limit.relative || *limit.relative <= 0) return 0;
  // 2^64 is exact as a double, and the least that does not fit.
  constexpr double kTooMuch = 18446744073709551616.0;
  const double bytes = static_cast<double>(memory) * *limit.relative;
  return bytes < kTooMuch ? static_cast<std::uint64_t>(bytes)
                          : std::numeric_limits<std::uint64_t>::max();
}

std::optional<std::uint64_t> free_disk_space(const std::filesystem::path& directory) {
  struct statvfs status {};
  if (::statvfs(directory.c_str(), &status) != 0) return std::nullopt;
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

}  // namespace coney
