#pragma once
// What a node's storage works with; tests make it small, or give it a disk that fails.

#include <cstdint>

#include "persistence/file/file.h"

namespace coney {

struct StorageOptions {
  FileSystem* files = &real_file_system();  // of the log and the segments
  std::uint64_t log_file_bytes = 32 << 20;
  std::uint64_t segment_bytes = 32 << 20;
  std::uint64_t queue_window = 16 << 20;  // of ready messages that one queue keeps in memory
};

}  // namespace coney
