#pragma once
// What a process finds in a file that another one has written need not be on the disk, nor get
// there with the next sync: when a sync has failed the operating system may go on to show pages
// that it will never write. Who wants to rely on what was found writes it again.

#include <cstdint>

#include "persistence/file/file.h"

namespace coney {

// The same bytes to the same place, [from, end), and a sync of the file. Where the disk is full and
// has no room for that either (one that never writes in place) it is left at the sync. Errors: kIo.
StorageResult<void> write_again(File& file, std::uint64_t from, std::uint64_t end);

}  // namespace coney
