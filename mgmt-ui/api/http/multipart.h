#pragma once
// The file that a form uploads (multipart/form-data, RFC 7578).

#include <optional>
#include <string_view>

#include "mgmt-ui/api/http/request.h"

namespace coney::management {

// The first part that has a file name, else the first part; the body as it is when it is no form.
// None: the form is malformed or empty. A view into the request.
std::optional<std::string_view> uploaded_file(const Request& request);

}  // namespace coney::management
