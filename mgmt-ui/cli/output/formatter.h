#pragma once
// Prints outcomes in the form that --formatter names. Pure but for the streams.

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include "mgmt-ui/cli/output/outcome.h"

namespace coney::cli {

enum class Form { kTable, kPrettyTable, kJson, kCsv };

// None: no form has the name.
std::optional<Form> form_from(std::string_view name);

struct Style {
  std::optional<Form> form;  // unset: a plain table, or what the outcome prefers
  bool headers = true;       // of tables

  bool is_for_people() const {
    return !form || *form == Form::kTable || *form == Form::kPrettyTable;
  }
};

// Results go to `out`, failures to `err`. Returns the exit code.
ExitCode print(const Outcome& outcome, const Style& style, std::ostream& out, std::ostream& err);

}  // namespace coney::cli
