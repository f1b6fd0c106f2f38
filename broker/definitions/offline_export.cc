#include "broker/definitions/offline_export.h"

#include "persistence/data_directory.h"
#include "persistence/definitions/definition_store.h"

namespace coney {

StorageResult<std::string> export_data_directory(const std::filesystem::path& directory,
                                                 const DefinitionsExportHeader& header) {
  auto paths = DataDirectory::inspect(directory);
  if (!paths) return paths.error();
  auto stored = DefinitionStore::read(paths->definitions_path());
  if (!stored) return stored.error();
  return export_definitions(stored->definitions, header) + "\n";
}

}  // namespace coney
