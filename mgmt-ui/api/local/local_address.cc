#include "mgmt-ui/api/local/local_address.h"

#include <fcntl.h>

#include <algorithm>

namespace coney::management {

LocalAddress::LocalAddress(std::string_view text, FileDescriptor directory)
    : directory_(std::move(directory)) {
  address_.sun_family = AF_UNIX;
  std::ranges::copy(text, address_.sun_path);
}

std::optional<LocalAddress> LocalAddress::make(const std::string& path) {
  if (path.size() < sizeof(sockaddr_un::sun_path)) return LocalAddress(path, FileDescriptor());
  const std::size_t slash = path.rfind('/') + 1;
  FileDescriptor directory(::open(path.substr(0, slash).c_str(), O_PATH | O_CLOEXEC));
  if (!directory) return std::nullopt;
  const std::string text =
      "/proc/self/fd/" + std::to_string(directory.get()) + "/" + path.substr(slash);
  return LocalAddress(text, std::move(directory));
}

}  // namespace coney::management
