#include "persistence/segments/quarantine.h"

#include <string>

#include "persistence/segments/segment_format.h"

namespace coney {

StorageResult<void> quarantine_segment_bytes(FileSystem& files, const DataDirectoryPaths& paths,
                                             SegmentNumber segment, std::uint64_t offset,
                                             std::string_view bytes) {
  const std::filesystem::path directory = paths.quarantine_path();
  if (auto made = files.make_directory(directory); !made) return made;
  const std::string name = segment_name(segment) + "-" + std::to_string(offset);
  auto file = files.open(directory / name, OpenMode::kCreate);
  if (!file) return file.error();
  if (auto cut = (*file)->truncate(0); !cut) return cut;
  if (auto written = (*file)->write_at(0, bytes); !written) return written;
  if (auto synced = (*file)->sync(); !synced) return synced;
  return files.sync_directory(directory);
}

}  // namespace coney
