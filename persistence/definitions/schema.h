#pragma once
// The tables of the definitions database. PRAGMA user_version counts the migrations that a file
// has been through, PRAGMA application_id tells that it is ours. A migration that has been released
// is never edited: a change of the schema is one more line at the end of the list.

#include <span>

#include "persistence/definitions/sqlite.h"
#include "persistence/storage_error.h"

namespace coney {

// SQL of each step; step n takes a file from version n to n + 1.
std::span<const char* const> definition_migrations();

// Brings the file to the last version, each step in a transaction of its own. A file of a newer
// version, of another program, or not a database at all is left untouched.
StorageResult<void> migrate(sqlite::Database& database, std::span<const char* const> migrations);

}  // namespace coney
