#pragma once
// What an import of definitions would do to those that exist, without doing it. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/definitions/records.h"

namespace coney {

enum class DifferenceKind : std::uint8_t {
  kAdd,       // does not exist yet
  kChange,    // exists and becomes what is wanted
  kConflict,  // exists, differs, and stays as it is: a queue or an exchange
};

struct Difference {
  DifferenceKind kind{};
  std::string_view what;  // "vhost", "user", "permission", "queue", "operator policy", ...
  std::string vhost;      // empty for what is in none
  std::string name;       // of the object; of a binding: "source -> destination, key 'k'"
  bool operator==(const Difference&) const = default;
};

// In the order in which an import goes through them; what stays as it is makes no entry, nor does
// what is not wanted: an import removes nothing.
std::vector<Difference> diff(const Definitions& have, const Definitions& want);

// "add", "change", "conflict"
std::string_view to_string(DifferenceKind kind);

}  // namespace coney
