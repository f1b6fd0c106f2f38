#include "mgmt-ui/api/stats/node_stats.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace coney::management {
namespace {

// "name: number" of a file of the kernel's.
template <typename Use>
void read_numbers(const char* path, Use use) {
  std::ifstream file(path);
  std::string name;
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    use(std::string_view(line).substr(0, colon),
        std::strtoull(line.c_str() + colon + 1, nullptr, 10));
  }
}

std::uint64_t open_files() {
  std::error_code error;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error)) {
    ++count;
  }
  return count == 0 ? 0 : count - 1;  // the directory itself
}

// "0.20 0.18 0.12 1/80 11206"
std::uint64_t running_threads() {
  std::ifstream file("/proc/loadavg");
  std::string load;
  for (int n = 0; n != 4; ++n) file >> load;
  return std::strtoull(load.c_str(), nullptr, 10);
}

}  // namespace

NodeSample probe_process() {
  NodeSample sample;
  sample.fd_used = open_files();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) sample.fd_total = limit.rlim_cur;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    sample.context_switches = static_cast<std::uint64_t>(usage.ru_nvcsw + usage.ru_nivcsw);
  }
  read_numbers("/proc/self/status", [&](std::string_view name, std::uint64_t value) {
    if (name == "Threads") sample.threads = value;
  });
  sample.io = io_figures();
  sample.run_queue = running_threads();
  return sample;
}

void NodeStats::record(Second now, const NodeSample& sample) {
  last_ = sample;
  const IoFigures& io = sample.io;
  values_ = {sample.resources.memory_used,
             sample.fd_used,
             sample.sockets_used,
             sample.threads,
             sample.resources.disk_free,
             sample.context_switches,
             io.reads.count,
             io.reads.bytes,
             io.writes.count,
             io.writes.bytes,
             io.syncs.count,
             io.reads.microseconds,
             io.writes.microseconds,
             io.syncs.microseconds};
  history_.record(now, values_);
}

}  // namespace coney::management
