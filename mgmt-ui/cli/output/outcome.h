#pragma once
// What a command has found out, for a formatter to print. Plain values.

#include <boost/json.hpp>
#include <boost/system/result.hpp>
#include <string>
#include <variant>
#include <vector>

#include "mgmt-ui/cli/exit_code.h"

namespace coney::cli {

// Nothing to say.
struct Done {};

// A sentence, or several lines.
struct Message {
  std::string text;
};

// Rows of the same columns; a field that a row lacks is empty.
struct Table {
  std::vector<std::string> columns;
  std::vector<boost::json::object> rows;
  bool headed = true;   // in a plain table
  bool framed = false;  // a frame around it unless another formatter is asked for
};

// JSON for programs, and the same as text for people.
struct Document {
  boost::json::value json;
  std::string text;
};

struct Failure {
  ExitCode code = ExitCode::kUnavailable;
  std::string text;                   // for stderr
  boost::json::value json = nullptr;  // the same for the JSON formatter, null: the text
};

using Outcome = std::variant<Done, Message, Table, Document, Failure>;

template <typename T>
using Result = boost::system::result<T, Failure>;

// "Error:" and the text below it.
Failure error(ExitCode code, std::string_view text);

// boost::system::result asks for this when value() is called on a failure: a programming error.
[[noreturn]] void throw_exception_from_error(const Failure& failure, const boost::source_location&);

}  // namespace coney::cli
