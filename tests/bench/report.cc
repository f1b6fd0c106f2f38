#include "tests/bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace bench {
namespace {

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

std::string grouped(double value) {
  if (std::abs(value) < 100 && value != std::round(value)) return fmt::format("{:.3f}", value);
  std::string digits = fmt::format("{:.0f}", std::abs(value));
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return value < 0 ? "-" + digits : digits;
}

void Report::add(std::string_view key, double value, std::string_view unit) {
  std::string shown = grouped(value);
  if (!unit.empty()) shown.append(" ").append(unit);
  const std::string json = std::isfinite(value) ? fmt::format("{:.12g}", value) : "null";
  lines_.push_back({std::string(key), json, shown});
}

void Report::add_text(std::string_view key, std::string_view value) {
  lines_.push_back({std::string(key), in_quotes(value), std::string(value)});
}

std::string Report::table() const {
  std::size_t width = 0;
  for (const Line& line : lines_) width = std::max(width, line.key.size());
  std::string out;
  for (const Line& line : lines_) {
    std::string label = line.key;
    std::replace(label.begin(), label.end(), '_', ' ');
    out += fmt::format("{:<{}}  {}\n", label, width, line.shown);
  }
  return out;
}

std::string Report::json() const {
  std::string out = "{";
  for (const Line& line : lines_) {
    if (out.size() > 1) out += ", ";
    out += in_quotes(line.key) + ": " + line.json;
  }
  return out + "}\n";
}

}  // namespace bench
