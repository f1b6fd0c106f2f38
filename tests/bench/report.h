#pragma once
// What a run found out: lines for people and one JSON object for programs.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

class Report {
 public:
  explicit Report(std::string_view mode) { add_text("mode", mode); }

  // `key` is the name in the JSON; `unit` is shown to people only.
  void add(std::string_view key, double value, std::string_view unit = "");
  void add_text(std::string_view key, std::string_view value);

  std::string table() const;
  std::string json() const;

 private:
  struct Line {
    std::string key;
    std::string json;  // the encoded value
    std::string shown;
  };
  std::vector<Line> lines_;
};

// "1,234,567", with decimals only where they say something.
std::string grouped(double value);

}  // namespace bench
