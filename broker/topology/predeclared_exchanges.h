#pragma once
// The exchanges that every vhost has; they are never in the database. The default one comes with
// the vhost itself.

#include <string>
#include <string_view>
#include <vector>

#include "persistence/definitions/records.h"

namespace coney {

std::vector<ExchangeRecord> predeclared_exchanges(const std::string& vhost);
bool is_predeclared_exchange(std::string_view name);

}  // namespace coney
