#pragma once
// The text of a rabbitmq.conf: `key = value` lines, `#` comments, values in single quotes when they
// have a `#` or outer blanks, `$(NAME)` in a value for an environment variable or a key set before.
// Pure; any thread; any bytes give settings and errors, nothing throws.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace coney {

// Something to tell the user. `where` is "file:line", a variable's or a flag's name, or empty.
struct Diagnostic {
  std::string where;
  std::string message;

  bool operator==(const Diagnostic&) const = default;
};

// "where: message"
std::string to_string(const Diagnostic& diagnostic);

using Environment = std::map<std::string, std::string, std::less<>>;

struct Setting {
  std::string where;
  std::string key;  // as written, `\.` for a dot inside of a segment
  std::string value;
};

struct ConfFile {
  std::vector<Setting> settings;  // in the order of the lines
  std::vector<Diagnostic> warnings;
  std::vector<Diagnostic> errors;
};

// `name` is for messages only.
ConfFile parse_conf(std::string_view text, std::string_view name, const Environment& environment);

}  // namespace coney
