#include "broker/definitions/json_place.h"

#include <algorithm>
#include <utility>

namespace coney {
namespace {

std::string escaped(std::string_view key) {
  std::string out;
  for (char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace

std::string JsonPlace::pointer() const {
  if (!around_) return "";
  return around_->pointer() + "/" + (index_ ? std::to_string(*index_) : escaped(key_));
}

void JsonErrors::report(const JsonPlace& place, std::string message) {
  if (errors_.size() == kMost) return;
  std::string pointer = place.pointer();
  if (std::ranges::find(errors_, pointer, &JsonError::pointer) != errors_.end()) return;
  errors_.push_back({std::move(pointer), std::move(message)});
}

}  // namespace coney
