#include "broker/config/config_document.h"

#include <fmt/format.h>

#include <algorithm>

#include "broker/config/config_key.h"

namespace coney {
namespace {

constexpr size_t kWidth = 80;

constexpr std::string_view kIntroduction = R"(# Configuration

<!-- Written by `coney --config-reference`; do not edit. -->

Coney reads the format of `rabbitmq.conf` and its key names. A later source wins:

1. the defaults below,
2. the file: `--config PATH`, else `$CONEY_CONFIG`, else `/etc/coney/coney.conf` when it exists; of
   a directory, the `*.conf` files in the order of their names,
3. the environment: `CONEY_` and the key in upper case with `_` for every dot, such as
   `CONEY_FRAME_MAX` or `CONEY_LISTENERS_TCP_DEFAULT`,
4. the command line: `--set key=value`, `--data-dir DIR`.

A file has lines of `key = value`. `#` begins a comment. A value in single quotes is taken as it
stands, `$(NAME)` in a value without quotes is the environment variable `NAME`, or the value of that
key further up. `$name` in a key below stands for a name of your choice; a dot in it is written `\.`.

An unknown key is an error, and so is a value that is not accepted; the broker then does not start
and says all that is wrong. A key that RabbitMQ knows and that has no effect in Coney gives a
warning. `coney --check-config` checks without starting. Settings take effect at the start.

Keys marked *Coney* are not known to RabbitMQ.
)";

std::string markdown_cell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') cell += '\\';
    cell += c;
  }
  return cell;
}

// A default that is a value rather than an explanation is set as code.
std::string markdown_default(const ConfigKey& row) {
  if (row.fallback.empty()) return "";
  const bool words =
      row.fallback.find(' ') != row.fallback.npos && row.fallback.find(',') == row.fallback.npos;
  return words || row.key == "data_dir" ? std::string(row.fallback)
                                        : fmt::format("`{}`", row.fallback);
}

std::string markdown_row(const ConfigKey& row) {
  return fmt::format("| `{}`{} | {} | {} | {} |\n", row.key, row.coneys_own ? " *Coney*" : "",
                     markdown_default(row), markdown_cell(accepted_values(row.value)),
                     markdown_cell(row.help));
}

std::string wrapped(std::string_view text, size_t indent) {
  std::string lines;
  while (!text.empty()) {
    size_t length = text.size();
    if (length > kWidth - indent) {
      length = text.rfind(' ', kWidth - indent);
      if (length == text.npos) length = std::min(text.find(' '), text.size());
    }
    lines.append(indent, ' ').append(text.substr(0, length)).append("\n");
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return lines;
}

std::string help_row(const ConfigKey& row) {
  std::string text = fmt::format("  {}", row.key);
  if (!row.fallback.empty()) text += fmt::format(" (default: {})", row.fallback);
  std::string help(row.help);
  help.erase(std::remove(help.begin(), help.end(), '`'), help.end());
  return text + "\n" + wrapped(help, 6);
}

template <typename Row>
std::string in_sections(std::string_view heading, Row&& describe) {
  std::string text;
  const ConfigKey* previous = nullptr;
  for (const ConfigKey& row : config_keys()) {
    if (!previous || previous->section != row.section) {
      text += fmt::format(fmt::runtime(heading), kSectionNames[static_cast<size_t>(row.section)]);
    }
    text += describe(row);
    previous = &row;
  }
  return text;
}

}  // namespace

std::string configuration_help() {
  return "Configuration keys, for the file, --set key=value and CONEY_KEY variables:\n" +
         in_sections("\n{}:\n", help_row);
}

std::string configuration_markdown() {
  std::string text(kIntroduction);
  text += in_sections("\n## {}\n\n| Key | Default | Accepted | Meaning |\n|---|---|---|---|\n",
                      markdown_row);
  text +=
      "\n## Known without effect\n\n"
      "Accepted with a warning; `**` stands for the rest of a key.\n\n";
  for (const std::string_view key : known_keys_without_effect())
    text += fmt::format("- `{}`\n", key);
  return text;
}

}  // namespace coney
