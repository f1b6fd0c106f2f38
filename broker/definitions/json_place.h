#pragma once
// Where in a JSON document a reader is, and the first thing that was wrong there. Places form a
// list on the stack, each points to the one around it; no text is made until an error needs it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coney {

struct JsonError {
  std::string pointer;  // RFC 6901: "/queues/3/name"; empty: the whole document
  std::string message;
};

class JsonPlace {
 public:
  JsonPlace() = default;
  JsonPlace(const JsonPlace& around, std::string_view key) : around_(&around), key_(key) {}
  JsonPlace(const JsonPlace& around, std::size_t index) : around_(&around), index_(index) {}

  std::string pointer() const;

 private:
  const JsonPlace* around_ = nullptr;
  std::string_view key_;
  std::optional<std::size_t> index_;
};

class JsonErrors {
 public:
  void report(const JsonPlace& place, std::string message);
  bool any() const { return first_.has_value(); }
  const JsonError& first() const { return *first_; }

 private:
  std::optional<JsonError> first_;
};

}  // namespace coney
