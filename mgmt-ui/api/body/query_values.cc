#include "mgmt-ui/api/body/query_values.h"

#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <string>

namespace coney::management {

std::uint64_t read_number(const Request& request, std::string_view name, std::uint64_t usual,
                          std::uint64_t least, std::uint64_t most, Faults& faults) {
  const auto text = request.parameter(name);
  if (!text) return usual;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error == std::errc() && end == text->data() + text->size() && number >= least &&
      number <= most) {
    return number;
  }
  const std::string wanted = "not a number from " + std::to_string(least) + " to ";
  faults.report(json_pointer(name), boost::json::string(wanted + std::to_string(most)));
  return usual;
}

bool read_flag(const Request& request, std::string_view name, bool usual, Faults& faults) {
  const auto text = request.parameter(name);
  if (!text) return usual;
  if (text != "true" && text != "false") faults.report(json_pointer(name), "is true or false");
  return text == "true";
}

}  // namespace coney::management
