#pragma once
// Where in a JSON document a reader is, and what is wrong there. Places form a list on the stack,
// each points to the one around it; no text is made until an error needs it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// In the order in which they were found, the first of each place; those after the first hundred are
// not kept.
class JsonErrors {
 public:
  static constexpr std::size_t kMost = 100;

  void report(const JsonPlace& place, std::string message);
  bool any() const { return !errors_.empty(); }
  // REQUIRES: any().
  const JsonError& first() const { return errors_.front(); }
  const std::vector<JsonError>& all() const { return errors_; }

 private:
  std::vector<JsonError> errors_;
};

}  // namespace coney
