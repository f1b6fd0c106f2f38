#pragma once
// A node between stop_app and start_app: its process is there and keeps the data directory for
// itself, nothing serves clients, and the local door answers what can be asked of it: its state,
// start_app, reset, stop. Used by the main thread.

#include <memory>
#include <string>

#include "broker/config/config.h"

namespace coney::management {

class LocalDoor;

class StoppedNode {
 public:
  // `start_failure`: why the last start has failed; empty: it was stopped. All outlive it.
  StoppedNode(const Config& config, LocalDoor& door, std::string start_failure);
  ~StoppedNode();  // gives the data directory back

  enum class Next { kStart, kEnd };
  // Until somebody starts it, or SIGTERM or SIGINT ends the process.
  // REQUIRES: block_signals() was called.
  Next wait();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace coney::management
