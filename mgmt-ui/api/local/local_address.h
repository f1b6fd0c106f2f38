#pragma once
// The address of a socket in a directory. The kernel takes 107 bytes; a longer path is reached
// through a descriptor of its directory. Any thread.

#include <sys/socket.h>
#include <sys/un.h>

#include <optional>
#include <string>

#include "broker/transport/file_descriptor.h"

namespace coney::management {

// In the data directory of a broker.
inline constexpr const char* kLocalSocketName = "control.sock";

class LocalAddress {
 public:
  // None: the directory cannot be opened, errno says why.
  static std::optional<LocalAddress> make(const std::string& path);

  // Valid as long as this lives.
  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
  socklen_t size() const { return sizeof address_; }

 private:
  LocalAddress(std::string_view text, FileDescriptor directory);

  sockaddr_un address_{};
  FileDescriptor directory_;
};

}  // namespace coney::management
