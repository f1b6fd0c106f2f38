#include "broker/config/conf_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace coney {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_key_character(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("._-\\@/:%+").find(c) != std::string_view::npos;
}

class ConfParser {
 public:
  ConfParser(std::string_view name, const Environment& environment)
      : name_(name), environment_(environment) {}

  ConfFile parse(std::string_view text) {
    if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      ++line_;
      parse_line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::move(result_);
  }

 private:
  void parse_line(std::string_view line) {
    line = trimmed(line);
    if (line.empty() || line.front() == '#') return;
    if (line.find('\0') != line.npos) return error("the line has a zero byte");
    const size_t equals = line.find('=');
    const std::string_view key = trimmed(line.substr(0, equals));
    if (equals == line.npos || key.empty()) return error("expected: key = value");
    if (!std::all_of(key.begin(), key.end(), is_key_character)) {
      return error(fmt::format("'{}' is not a key", key));
    }
    if (auto value = parse_value(key, trimmed(line.substr(equals + 1)))) {
      add_setting(key, std::move(*value));
    }
  }

  std::optional<std::string> parse_value(std::string_view key, std::string_view text) {
    if (!text.empty() && text.front() == '\'') return parse_quoted(key, text);
    text = trimmed(text.substr(0, text.find('#')));
    if (text.empty()) return fail(fmt::format("{}: the value is missing", key));
    if (text.size() > 1 && text.front() == '"' && text.back() == '"') {
      warning(
          fmt::format("{}: the double quotes are part of the value, as they are in RabbitMQ; "
                      "use single quotes",
                      key));
    }
    return interpolate(key, text);
  }

  std::optional<std::string> parse_quoted(std::string_view key, std::string_view text) {
    const size_t close = text.find('\'', 1);
    if (close == text.npos) return fail(fmt::format("{}: the closing quote is missing", key));
    const std::string_view rest = trimmed(text.substr(close + 1));
    if (!rest.empty() && rest.front() != '#') {
      return fail(fmt::format("{}: there is text after the closing quote", key));
    }
    return std::string(text.substr(1, close - 1));
  }

  // `$(NAME)`: a variable of the environment, or a key that was set above.
  std::optional<std::string> interpolate(std::string_view key, std::string_view text) {
    std::string value;
    for (size_t open; (open = text.find("$(")) != text.npos;) {
      const size_t close = text.find(')', open);
      if (close == text.npos) break;
      const std::string_view name = text.substr(open + 2, close - open - 2);
      const std::string* found = find_variable(name);
      if (!found) return fail(fmt::format("{}: $({}) is not set", key, name));
      value.append(text.substr(0, open)).append(*found);
      text.remove_prefix(close + 1);
    }
    return value.append(text);
  }

  const std::string* find_variable(std::string_view name) const {
    const auto variable = environment_.find(name);
    if (variable != environment_.end()) return &variable->second;
    const auto& settings = result_.settings;
    const auto setting = std::find_if(settings.rbegin(), settings.rend(),
                                      [&](const Setting& earlier) { return earlier.key == name; });
    return setting == settings.rend() ? nullptr : &setting->value;
  }

  void add_setting(std::string_view key, std::string value) {
    const auto [earlier, first] = line_of_.try_emplace(std::string(key), line_);
    if (!first) {
      warning(fmt::format("{} replaces the value from line {}", key, earlier->second));
      earlier->second = line_;
    }
    result_.settings.push_back({where(), std::string(key), std::move(value)});
  }

  std::string where() const { return fmt::format("{}:{}", name_, line_); }
  void warning(std::string message) { result_.warnings.push_back({where(), std::move(message)}); }
  void error(std::string message) { result_.errors.push_back({where(), std::move(message)}); }
  std::nullopt_t fail(std::string message) {
    error(std::move(message));
    return std::nullopt;
  }

  std::string_view name_;
  const Environment& environment_;
  size_t line_ = 0;
  std::map<std::string, size_t, std::less<>> line_of_;
  ConfFile result_;
};

}  // namespace

std::string to_string(const Diagnostic& diagnostic) {
  if (diagnostic.where.empty()) return diagnostic.message;
  return diagnostic.where + ": " + diagnostic.message;
}

ConfFile parse_conf(std::string_view text, std::string_view name, const Environment& environment) {
  return ConfParser(name, environment).parse(text);
}

}  // namespace coney
