#include "broker/log/log_line.h"

#include <fmt/format.h>

#include <ctime>

namespace coney::log {
namespace {

std::string time_text(std::chrono::system_clock::time_point time) {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch());
  const std::time_t seconds = static_cast<std::time_t>(since.count() / 1'000'000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}+00:00", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     since.count() % 1'000'000);
}

// The length of the well-formed UTF-8 sequence that the text begins with, 0 when there is none.
size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  size_t length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool out_of_range = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
  return overlong || out_of_range ? 0 : length;
}

void append_escape(std::string& line, char c, Format format) {
  switch (c) {
    case '\n':
      line += "\\n";
      break;
    case '\r':
      line += "\\r";
      break;
    case '\t':
      line += "\\t";
      break;
    default:
      line += format == Format::kJson ? "\\u00" : "\\x";
      line += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
}

void append_text(std::string& line, std::string_view text, Format format) {
  while (!text.empty()) {
    const char c = text.front();
    const size_t length = utf8_length(text);
    if (length == 0) {
      line += "\xef\xbf\xbd";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      append_escape(line, c, format);
    } else {
      if (format == Format::kJson && (c == '"' || c == '\\')) line += '\\';
      line.append(text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

}  // namespace

std::string format_line(const Entry& entry, Format format) {
  std::string line;
  line.reserve(entry.text.size() + 96);
  if (format == Format::kJson) {
    line += fmt::format(R"({{"time":"{}","level":"{}","category":"{}","msg":")",
                        time_text(entry.time), name(entry.level), name(entry.category));
    append_text(line, entry.text, format);
    line += "\"}\n";
  } else {
    line += fmt::format("{} [{}] <{}> ", time_text(entry.time), name(entry.level),
                        name(entry.category));
    append_text(line, entry.text, format);
    line += '\n';
  }
  return line;
}

}  // namespace coney::log
