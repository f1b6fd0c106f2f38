#pragma once
// Answers with a file of the dashboard: the form that the client takes, a validator, and headers
// that keep the page to itself. Names of files below assets/ change with their content, so that
// they are kept for good; the page is asked for again each time.

#include "mgmt-ui/api/assets/embedded_assets.h"
#include "mgmt-ui/api/http/answer.h"
#include "mgmt-ui/api/http/request.h"

namespace coney::management {

// Null: there is none of that path.
const Asset* find_asset(std::span<const Asset> assets, std::string_view path);
// 200, or 304 when the client has it.
Answer asset_answer(const Request& request, const Asset& asset);

}  // namespace coney::management
