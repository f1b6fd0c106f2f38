#include "mgmt-ui/api/prometheus/exposition.h"

#include <fmt/format.h>

#include <cmath>

#include "broker/definitions/argument_json.h"

namespace coney::management {
namespace {

constexpr double kExactIntegers = 9007199254740992.0;  // 2^53

std::string_view text_of(Exposition::Type type) {
  switch (type) {
    case Exposition::Type::kCounter:
      return "counter";
    case Exposition::Type::kGauge:
      return "gauge";
    case Exposition::Type::kHistogram:
      return "histogram";
    case Exposition::Type::kUntyped:
      break;
  }
  return "untyped";
}

}  // namespace

void Exposition::family(std::string_view name, Type type, std::string_view help) {
  name_ = name;
  fmt::format_to(std::back_inserter(text_), "# TYPE {} {}\n# HELP {} {}\n", name, text_of(type),
                 name, help);
}

// Names of queues may be any bytes.
void Exposition::append_escaped(std::string_view text) {
  const std::string clean = json_text(text);
  for (const char each : clean) {
    if (each == '\\' || each == '"') text_.push_back('\\');
    if (each == '\n') {
      text_ += "\\n";
    } else {
      text_.push_back(each);
    }
  }
}

void Exposition::line(std::string_view suffix, std::span<const Label> labels, double value) {
  text_.append(name_).append(suffix);
  char before = '{';
  for (const auto& [name, text] : labels) {
    text_.push_back(before);
    text_.append(name).append("=\"");
    append_escaped(text);
    text_.push_back('"');
    before = ',';
  }
  if (!labels.empty()) text_.push_back('}');
  if (value == std::floor(value) && std::abs(value) < kExactIntegers) {
    fmt::format_to(std::back_inserter(text_), " {}\n", static_cast<std::int64_t>(value));
  } else {
    fmt::format_to(std::back_inserter(text_), " {}\n", value);
  }
}

}  // namespace coney::management
