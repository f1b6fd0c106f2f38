#pragma once
// The rows of the definitions database, read back into records, and how tables and lists stand in
// a column.

#include <string>
#include <vector>

#include "amqp/table.h"
#include "persistence/definitions/definition_store.h"
#include "persistence/definitions/sqlite.h"

namespace coney {

std::string encode_column(const amqp::Table& table);
std::string encode_column(const std::vector<std::string>& tags);

// Every table, by primary key. A row that contradicts the format is an error.
StorageResult<StoredDefinitions> read_all_rows(sqlite::Database& database);

}  // namespace coney
