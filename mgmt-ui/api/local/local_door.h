#pragma once
// The way to the broker for those who are on its machine and its own user, or root: a Unix socket
// in the data directory, without a password. The kernel says who is at the other end. It speaks the
// HTTP API and outlives the server behind it: what comes is handed to whoever is there to take it.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "broker/transport/file_descriptor.h"
#include "mgmt-ui/api/http/request.h"

namespace coney::management {

class LocalDoor {
 public:
  // Nothing is opened yet. `path` is the socket's.
  explicit LocalDoor(std::string path);
  ~LocalDoor();  // removes the socket

  const std::string& path() const;

  // Called on the door's thread; must not wait.
  using Receiver = std::function<void(FileDescriptor socket, Peer peer)>;
  // Opens the door unless it is open. Error: a sentence. REQUIRES: no other process has a door
  // there (the data directory is locked).
  std::optional<std::string> open(Receiver receiver);
  // From here on nothing is handed to the receiver; who comes is sent away.
  void release();

 private:
  class Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace coney::management
