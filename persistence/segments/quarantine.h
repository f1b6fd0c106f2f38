#pragma once
// quarantine/: what was found damaged, byte by byte, for whoever wants to look into it.

#include <string_view>

#include "persistence/data_directory.h"
#include "persistence/file/file.h"
#include "persistence/segments/segment_file.h"
#include "persistence/storage_error.h"

namespace coney {

// Bytes of a segment file, from `offset`, as quarantine/NUMBER.seg-OFFSET. Synced. Any thread.
StorageResult<void> quarantine_segment_bytes(FileSystem& files, const DataDirectoryPaths& paths,
                                             SegmentNumber segment, std::uint64_t offset,
                                             std::string_view bytes);

}  // namespace coney
