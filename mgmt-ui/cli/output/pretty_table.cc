#include "mgmt-ui/cli/output/pretty_table.h"

#include <ostream>

#include "mgmt-ui/cli/output/cell_text.h"

namespace coney::cli {
namespace {

using Cells = std::vector<std::string>;

// VT100: ESC ( 0 switches to line drawing, ESC ( B back.
constexpr std::string_view kLines = "\033(0", kText = "\033(B", kBold = "\033[1m",
                           kPlain = "\033[0m";

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (char c : text) width += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return width;
}

class Frame {
 public:
  Frame(std::vector<std::size_t> widths, std::ostream& out)
      : widths_(std::move(widths)), out_(out) {}

  void line(char left, char middle, char right) {
    out_ << kLines;
    for (std::size_t i = 0; i < widths_.size(); ++i) {
      out_ << (i == 0 ? left : middle) << std::string(widths_[i] + 2, 'q');
    }
    out_ << right << kText << '\n';
  }

  void row(const Cells& cells, std::string_view before, std::string_view after) {
    out_ << kLines << 'x' << kText;
    for (std::size_t i = 0; i < widths_.size(); ++i) {
      out_ << ' ' << before << cells[i] << after
           << std::string(widths_[i] - width_of(cells[i]) + 1, ' ') << kLines << 'x' << kText;
    }
    out_ << '\n';
  }

 private:
  const std::vector<std::size_t> widths_;
  std::ostream& out_;
};

Cells cells_of(const Table& table, const boost::json::object& row) {
  Cells cells;
  for (const std::string& column : table.columns) {
    const boost::json::value* value = row.if_contains(column);
    cells.push_back(value ? cell_text(*value) : "");
  }
  return cells;
}

}  // namespace

void print_pretty_table(const Table& table, std::ostream& out) {
  if (table.rows.empty()) return;
  std::vector<Cells> rows;
  for (const auto& row : table.rows) rows.push_back(cells_of(table, row));
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    std::size_t width = width_of(table.columns[i]);
    for (const Cells& row : rows) width = std::max(width, width_of(row[i]));
    widths.push_back(width);
  }
  Frame frame(std::move(widths), out);
  frame.line('l', 'w', 'k');
  frame.row(table.columns, kBold, kPlain);
  for (const Cells& row : rows) {
    frame.line('t', 'n', 'u');
    frame.row(row, "", "");
  }
  frame.line('m', 'v', 'j');
}

}  // namespace coney::cli
