#pragma once
// How much space the disk has left; what the disk alarm (alarms.h) compares. Any thread.

#include <cstdint>
#include <filesystem>
#include <optional>

#include "broker/config/config.h"

namespace coney {

// The free bytes that `limit` asks for when `memory` bytes of memory may be used. The absolute
// value wins; 0 when neither is set.
std::uint64_t disk_limit(const ResourceLimit& limit, std::uint64_t memory);

// Bytes that this process may still write to the file system of `directory`; none when the system
// does not tell.
std::optional<std::uint64_t> free_disk_space(const std::filesystem::path& directory);

}  // namespace coney
