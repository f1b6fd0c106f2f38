#pragma once
// A command line taken apart by RabbitMQ's rules: options stand anywhere, as `--name value`,
// `--name=value` or by a letter; `--` ends them. Pure.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coney::cli {

struct Option {
  enum class Kind { kFlag, kText };

  std::string_view name;  // "vhost"
  char letter = 0;        // 'p'; 0: none
  Kind kind = Kind::kText;
};

// What every command takes.
std::span<const Option> common_options();

class Arguments {
 public:
  // `own`: what the command takes besides the common ones; its letters win.
  static Arguments parse(std::span<const std::string> words, std::span<const Option> own);

  const std::vector<std::string>& positional() const { return positional_; }
  // Options that nobody knows, "--name" or "-n", with their values.
  const std::vector<std::pair<std::string, std::string>>& unknown() const { return unknown_; }
  // The first option that has no value and needs one; empty: none.
  const std::string& incomplete() const { return incomplete_; }

  bool has(std::string_view option) const { return options_.contains(option); }
  std::optional<std::string> text(std::string_view option) const;
  std::string text_or(std::string_view option, std::string_view otherwise) const {
    return text(option).value_or(std::string(otherwise));
  }
  std::string vhost() const { return text_or("vhost", "/"); }
  bool quiet() const { return has("quiet") || has("silent"); }

 private:
  class Parser;
  std::vector<std::string> positional_;
  std::map<std::string, std::string, std::less<>> options_;
  std::vector<std::pair<std::string, std::string>> unknown_;
  std::string incomplete_;
};

// A whole number; none: it is not one.
std::optional<long long> to_integer(std::string_view text);
// A number, maybe with a fraction.
std::optional<double> to_number(std::string_view text);

}  // namespace coney::cli
