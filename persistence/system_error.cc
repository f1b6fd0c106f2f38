#include "persistence/system_error.h"

#include <cerrno>
#include <cstring>

namespace coney {
namespace {

StorageErrorCode classify(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EROFS:
    case ELOOP:
    case EMFILE:
    case ENFILE:
    case ENAMETOOLONG:
      return StorageErrorCode::kCannotOpen;
    case ENOSPC:
    case EDQUOT:
      return StorageErrorCode::kNoSpace;
    default:
      return StorageErrorCode::kIo;
  }
}

}  // namespace

StorageError system_error(int error, std::string_view doing, const std::filesystem::path& path) {
  return {classify(error), std::string(doing) + " " + path.string() + ": " + std::strerror(error)};
}

}  // namespace coney
