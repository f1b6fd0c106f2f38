#include "broker/arguments/erlang_term.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "amqp/wire.h"

namespace coney {
namespace {

bool is_printable(std::string_view text) {
  constexpr std::string_view kEscapable = "\n\r\t\v\b\f\x1b";
  auto printable = [&](char c) {
    auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || kEscapable.find(c) != std::string_view::npos;
  };
  return std::all_of(text.begin(), text.end(), printable) && amqp::is_utf8(text);
}

std::string_view escape(char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\v':
      return "\\v";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\x1b':
      return "\\e";
    default:
      return {};
  }
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (auto escaped = escape(c); !escaped.empty()) {
      out += escaped;
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string numbers(std::string_view bytes) {
  std::string out;
  for (char c : bytes) {
    if (!out.empty()) out += ',';
    out += std::to_string(static_cast<unsigned char>(c));
  }
  return out;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

// The shortest digits that read back as the same number, always with a point: 1.5, 2.0, 1.0e20.
std::string real(double value) {
  const std::string text = fmt::format("{}", value);
  if (!std::isfinite(value)) return text;
  const std::string_view all = text;
  const std::size_t e = std::min(all.find('e'), all.size());
  const std::string_view digits = all.substr(0, e);
  std::string out(digits);
  if (digits.find('.') == digits.npos) out += ".0";
  if (e != all.size()) out += "e" + std::to_string(std::stoi(text.substr(e + 1)));
  return out;
}

std::string list(const amqp::Array& array) {
  std::string out = "[";
  for (const amqp::Value& value : array) {
    if (out.size() > 1) out += ',';
    out += erlang_typed_term(value);
  }
  return out + "]";
}

std::string list(const amqp::Table& table) {
  std::string out = "[";
  for (const auto& [key, value] : table) {
    if (out.size() > 1) out += ',';
    out += fmt::format("{{{},{},{}}}", erlang_binary(key), amqp::type_name(value.tag),
                       erlang_term(value));
  }
  return out + "]";
}

struct TermPrinter {
  std::string operator()(std::monostate) const { return "undefined"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(std::uint64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return real(value); }
  std::string operator()(const amqp::Decimal& value) const {
    return fmt::format("{{{},{}}}", value.scale, value.value);
  }
  std::string operator()(const std::string& value) const { return erlang_binary(value); }
  std::string operator()(const amqp::Array& value) const { return list(value); }
  std::string operator()(const amqp::Table& value) const { return list(value); }
};

// A list of the codes of printable characters is what Erlang takes for a text.
std::string json_list(const amqp::Array& array) {
  std::string text, out = "[";
  for (const amqp::Value& value : array) {
    auto code = value.as_integer().value_or(0);
    if (code > 0 && code < 0x7f) text += static_cast<char>(code);
    if (out.size() > 1) out += ',';
    out += erlang_json_term(value);
  }
  const bool is_text = !text.empty() && text.size() == array.size() && is_printable(text);
  return is_text ? in_quotes(text) : out + "]";
}

std::string json_map(const amqp::Table& table) {
  std::string out = "#{";
  for (const auto& [key, value] : table) {
    if (out.size() > 2) out += ',';
    out += erlang_binary(key) + " => " + erlang_json_term(value);
  }
  return out + "}";
}

}  // namespace

std::string erlang_binary(std::string_view bytes) {
  if (bytes.empty()) return "<<>>";
  if (!is_printable(bytes)) return "<<" + numbers(bytes) + ">>";
  return "<<" + in_quotes(bytes) + (is_ascii(bytes) ? ">>" : "/utf8>>");
}

std::string erlang_string(std::string_view bytes) {
  if (bytes.empty()) return "[]";
  return is_printable(bytes) ? in_quotes(bytes) : "[" + numbers(bytes) + "]";
}

std::string erlang_term(const amqp::Value& value) {
  return std::visit(TermPrinter{}, value.data);
}

std::string erlang_typed_term(const amqp::Value& value) {
  return fmt::format("{{{},{}}}", amqp::type_name(value.tag), erlang_term(value));
}

std::string erlang_json_term(const amqp::Value& value) {
  if (const amqp::Array* array = value.as_array()) return json_list(*array);
  if (const amqp::Table* table = value.as_table()) return json_map(*table);
  return value.tag == 'V' ? "null" : erlang_term(value);
}

}  // namespace coney
