#pragma once
// A table in a frame of the terminal's line drawing characters, as RabbitMQ draws it. Pure.

#include <iosfwd>

#include "mgmt-ui/cli/output/outcome.h"

namespace coney::cli {

// Nothing for a table without rows.
void print_pretty_table(const Table& table, std::ostream& out);

}  // namespace coney::cli
