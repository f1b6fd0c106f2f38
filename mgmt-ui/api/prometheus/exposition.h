#pragma once
// Prometheus' text format 0.0.4, line by line. Names, labels and values are written as they are
// given; label values are escaped.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace coney::management {

using Label = std::pair<std::string_view, std::string_view>;

class Exposition {
 public:
  enum class Type : std::uint8_t { kCounter, kGauge, kUntyped, kHistogram };

  // The head of a family: # TYPE and # HELP. Samples of it follow.
  void family(std::string_view name, Type type, std::string_view help);
  void sample(double value) { sample_with({}, value); }
  void sample(std::initializer_list<Label> labels, double value) {
    sample_with({labels.begin(), labels.size()}, value);
  }
  void sample_with(std::span<const Label> labels, double value) { line({}, labels, value); }
  // With something behind the family's name: "_bucket", "_sum".
  void line(std::string_view suffix, std::span<const Label> labels, double value);

  std::size_t size() const { return text_.size(); }
  std::string take() { return std::move(text_); }

 private:
  void append_escaped(std::string_view text);

  std::string text_;
  std::string name_;
};

}  // namespace coney::management
