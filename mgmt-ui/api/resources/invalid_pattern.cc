#include "mgmt-ui/api/resources/invalid_pattern.h"

namespace coney::management {

namespace json = boost::json;

json::array character_list(std::string_view text) {
  json::array codes;
  for (char c : text) codes.push_back(static_cast<unsigned char>(c));
  return codes;
}

Answer invalid_pattern(const json::value& expression, const Refusal& refusal) {
  json::array where{character_list(refusal.text), refusal.position};
  return bad_request(json::array{"invalid_regexp", expression, std::move(where)});
}

}  // namespace coney::management
