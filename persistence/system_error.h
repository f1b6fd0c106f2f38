#pragma once
// An error number of the operating system as a StorageError.

#include <filesystem>
#include <string_view>

#include "persistence/storage_error.h"

namespace coney {

// "<doing> <path>: <what the system says>". kCannotOpen for what has to do with names and rights,
// kNoSpace for a full disk or quota, else kIo.
StorageError system_error(int error, std::string_view doing, const std::filesystem::path& path);

}  // namespace coney
