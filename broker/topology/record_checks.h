#pragma once
// Records that come from a file or the database, held against what exists.

#include <optional>
#include <string>

#include "broker/topology/catalog.h"

namespace coney {

// The expressions of a permission that are none.
std::optional<std::string> check_patterns(const PermissionRecord& record);
std::optional<std::string> check_patterns(const TopicPermissionRecord& record);

// binding of queue 'q' in vhost '/' to exchange 'x'
std::string binding_text(const BindingRecord& binding);

// Do source and destination exist?
bool has_ends(const Catalog& catalog, const BindingRecord& binding);

}  // namespace coney
