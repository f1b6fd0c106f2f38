#include "mgmt-ui/cli/output/formatter.h"

#include <ostream>

#include "mgmt-ui/cli/output/cell_text.h"
#include "mgmt-ui/cli/output/pretty_table.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

std::string joined(const std::vector<std::string>& cells, std::string_view separator) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i != 0) line += separator;
    line += cells[i];
  }
  return line;
}

std::string quoted(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

template <typename Make>
std::vector<std::string> cells_of(const Table& table, const json::object& row, Make make) {
  std::vector<std::string> cells;
  for (const std::string& column : table.columns) {
    const json::value* value = row.if_contains(column);
    cells.push_back(make(value ? cell_text(*value) : ""));
  }
  return cells;
}

void print_plain(const Table& table, bool headers, std::ostream& out) {
  if (headers && table.headed && !table.rows.empty()) out << joined(table.columns, "\t") << '\n';
  for (const json::object& row : table.rows) {
    out << joined(cells_of(table, row, [](std::string cell) { return cell; }), "\t") << '\n';
  }
}

void print_csv(const Table& table, bool headers, std::ostream& out) {
  std::vector<std::string> names;
  for (const std::string& column : table.columns) names.push_back(quoted(column));
  if (headers && !table.rows.empty()) out << joined(names, ",") << '\n';
  for (const json::object& row : table.rows) {
    out << joined(cells_of(table, row, [](std::string cell) { return quoted(cell); }), ",") << '\n';
  }
}

json::object row_in_order(const Table& table, const json::object& row) {
  json::object ordered;
  for (const std::string& column : table.columns) {
    const json::value* value = row.if_contains(column);
    ordered.emplace(column, value ? *value : json::value(""));
  }
  return ordered;
}

// A row on each line, so that a reader may begin before all are there.
void print_json_rows(const Table& table, std::ostream& out) {
  out << "[";
  bool first = true;
  for (const json::object& row : table.rows) {
    out << (std::exchange(first, false) ? "\n" : "\n,")
        << json::serialize(row_in_order(table, row));
  }
  out << (first ? "]\n" : "\n]\n");
}

void print_table(const Table& table, const Style& style, std::ostream& out) {
  switch (style.form.value_or(table.framed ? Form::kPrettyTable : Form::kTable)) {
    case Form::kTable:
      return print_plain(table, style.headers, out);
    case Form::kPrettyTable:
      return print_pretty_table(table, out);
    case Form::kJson:
      return print_json_rows(table, out);
    case Form::kCsv:
      return print_csv(table, style.headers, out);
  }
}

void print_lines(std::string_view text, std::ostream& out) {
  out << text;
  if (!text.empty() && !text.ends_with('\n')) out << '\n';
}

struct Printer {
  const Style& style;
  std::ostream& out;
  std::ostream& err;

  bool in_json() const { return style.form == Form::kJson; }

  ExitCode operator()(const Done&) const {
    if (in_json()) out << R"({"result":"ok"})" << '\n';
    return ExitCode::kOk;
  }
  ExitCode operator()(const Message& message) const {
    if (in_json()) {
      out << json::serialize(json::object{{"message", message.text}}) << '\n';
    } else {
      print_lines(message.text, out);
    }
    return ExitCode::kOk;
  }
  ExitCode operator()(const Table& table) const {
    print_table(table, style, out);
    return ExitCode::kOk;
  }
  ExitCode operator()(const Document& document) const {
    print_lines(in_json() ? json::serialize(document.json) : document.text, out);
    return ExitCode::kOk;
  }
  ExitCode operator()(const Failure& failure) const {
    const bool as_json = in_json() && !failure.json.is_null();
    print_lines(as_json ? json::serialize(failure.json) : failure.text, err);
    return failure.code;
  }
};

}  // namespace

std::optional<Form> form_from(std::string_view name) {
  if (name == "table") return Form::kTable;
  if (name == "pretty_table") return Form::kPrettyTable;
  if (name == "json") return Form::kJson;
  if (name == "csv") return Form::kCsv;
  return std::nullopt;
}

Failure error(ExitCode code, std::string_view text) {
  return {code, "Error:\n" + std::string(text)};
}

void throw_exception_from_error(const Failure& failure, const boost::source_location&) {
  throw std::logic_error(failure.text);
}

ExitCode print(const Outcome& outcome, const Style& style, std::ostream& out, std::ostream& err) {
  return std::visit(Printer{style, out, err}, outcome);
}

}  // namespace coney::cli
