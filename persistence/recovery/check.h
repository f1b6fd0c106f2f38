#pragma once
// `coney --fsck DIR`: what a data directory holds and what is damaged in it, found out by reading
// all of it. Changes nothing. Not while a broker uses the directory.

#include <filesystem>
#include <string>

#include "persistence/file/file.h"
#include "persistence/storage_error.h"

namespace coney {

struct CheckReport {
  bool sound = true;  // nothing that was promised is damaged or missing; a torn tail is no damage
  std::string text;   // lines for a person
};

// Errors: kLocked; kCannotOpen, kCorrupt or kNewerVersion of what the rest cannot be understood
// without: the directory, its definitions, a file of a newer format; kIo.
StorageResult<CheckReport> check_data_directory(FileSystem& files,
                                                const std::filesystem::path& directory);

}  // namespace coney
