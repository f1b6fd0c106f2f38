#pragma once
// `coney --export-definitions DIR`: the definitions of a data directory without a running broker.

#include <filesystem>
#include <string>

#include "broker/definitions/definitions_export.h"
#include "persistence/storage_error.h"

namespace coney {

// The JSON of export_definitions() with a line end. It is what the directory holds at one moment:
// nothing is locked or changed, so a broker may be running in it; of an older version's directory,
// too. Transient exchanges and queues are not on disk and thus not in it. Errors: those of
// DataDirectory::inspect() and DefinitionStore::read().
StorageResult<std::string> export_data_directory(const std::filesystem::path& directory,
                                                 const DefinitionsExportHeader& header);

}  // namespace coney
