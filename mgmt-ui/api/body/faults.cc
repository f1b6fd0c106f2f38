#include "mgmt-ui/api/body/faults.h"

namespace coney::management {

void Faults::report(std::string pointer, boost::json::value reason) {
  faults_.push_back({std::move(pointer), std::move(reason)});
}

void Faults::report_missing(std::string_view key) {
  if (!missing_.empty()) missing_ += ',';
  missing_ += "{key_missing," + std::string(key) + "}";
  report(json_pointer(key), boost::json::string("the key is missing"));
}

boost::json::value Faults::reason() const {
  if (!missing_.empty()) return boost::json::string("[" + missing_ + "]");
  return faults_.empty() ? boost::json::value() : faults_.front().reason;
}

std::string json_pointer(std::string_view key) {
  std::string pointer = "/";
  for (char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

}  // namespace coney::management
