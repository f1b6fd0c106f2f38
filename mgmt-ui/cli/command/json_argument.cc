#include "mgmt-ui/cli/command/json_argument.h"

#include <fmt/format.h>

namespace coney::cli {

Result<boost::json::value> parse_json_argument(std::string_view text) {
  boost::system::error_code failed;
  boost::json::value value = boost::json::parse(text, failed);
  if (!failed) return value;
  return error(ExitCode::kUnavailable, fmt::format("Could not parse JSON document: "
                                                   "{{error,{{failed_to_decode_json,<<\"{}\">>}}}}",
                                                   text));
}

}  // namespace coney::cli
