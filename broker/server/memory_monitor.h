#pragma once
// How much memory the process uses and may use; what the memory alarm (alarms.h) compares. Any
// thread but for release_free_memory().

#include <cstdint>
#include <filesystem>

#include "broker/config/config.h"

namespace coney {

// The bytes that `watermark` stands for when `memory` bytes may be used. The absolute value wins.
std::uint64_t memory_limit(const ResourceLimit& watermark, std::uint64_t memory);

// Bytes of memory this process may use: the machine's, or the lowest limit of its control groups
// (version 1 or 2) and those around them. `root` is where the kernel's proc and sys are looked up.
std::uint64_t available_memory(const std::filesystem::path& root = "/");

// Resident bytes of this process; 0 when the kernel does not tell.
std::uint64_t resident_memory();

// Gives the system back what this thread has freed; the allocator would keep it. Takes
// milliseconds.
void release_free_memory();

}  // namespace coney
