#include <fmt/format.h>

#include <ctime>
#include <ostream>

#include "broker/log/log_line.h"
#include "mgmt-ui/cli/commands/commands.h"
#include "mgmt-ui/cli/node/event_reader.h"

// What a node logs, read from its memory: wherever the log goes, it need not be a file.

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr long long kUsualLines = 50;
constexpr long long kMostLines = 1000;  // that a node remembers

constexpr Option kTailOptions[] = {{"number", 'N'}};
constexpr Option kStreamOptions[] = {{"duration", 'd'}};

long long number_of(const Arguments& arguments) {
  const auto given = arguments.text("number");
  return given ? to_integer(*given).value_or(0) : kUsualLines;
}

std::string_view text_at(const json::object& line, std::string_view field) {
  const json::value* value = line.if_contains(field);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

// "2026-11-21T05:16:57.123Z"
std::chrono::system_clock::time_point time_of(const std::string& text) {
  std::tm utc{};
  int milliseconds = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d.%dZ", &utc.tm_year, &utc.tm_mon, &utc.tm_mday,
                  &utc.tm_hour, &utc.tm_min, &utc.tm_sec, &milliseconds) != 7) {
    return {};
  }
  utc.tm_year -= 1900;
  utc.tm_mon -= 1;
  return std::chrono::system_clock::from_time_t(timegm(&utc)) +
         std::chrono::milliseconds(milliseconds);
}

template <typename Value, typename Names>
Value value_of(std::string_view name, const Names& names, Value otherwise) {
  const auto found = std::ranges::find(names, name);
  return found == std::end(names) ? otherwise : static_cast<Value>(found - std::begin(names));
}

// As the log has it; nothing for what is no line.
std::string line_of(const EventReader::Event& event) {
  boost::system::error_code error;
  const json::value value = json::parse(event.data, error);
  if (error || !value.is_object()) return {};
  const json::object& line = value.get_object();
  if (event.name == "dropped") {
    const json::value* count = line.if_contains("count");
    return count ? fmt::format("({} lines left out)\n", json::serialize(*count)) : "";
  }
  if (event.name != "log") return {};
  return log::format_line(
      {.time = time_of(std::string(text_at(line, "time"))),
       .level = value_of(text_at(line, "level"), log::kLevelNames, log::Level::kInfo),
       .category =
           value_of(text_at(line, "category"), log::kCategoryNames, log::Category::kDefault),
       .text = text_at(line, "message")},
      log::Format::kPlaintext);
}

Outcome log_tail(Context& context) {
  const auto reply =
      context.node.send({.target = fmt::format("/api/coney/log?level=debug&follow=false&backlog={}",
                                               number_of(context.arguments))});
  if (!reply) return reply.error();
  EventReader reader;
  for (const EventReader::Event& event : reader.feed(reply->body)) {
    context.output << line_of(event);
  }
  return Done{};
}

Outcome log_tail_stream(Context& context) {
  std::optional<std::chrono::milliseconds> most;
  if (const auto seconds = context.arguments.text("duration")) {
    most = std::chrono::milliseconds(static_cast<long long>(*to_number(*seconds) * 1000));
  }
  EventReader reader;
  const auto done = context.node.follow("/api/coney/log?level=debug&backlog=0", most,
                                        [&](std::string_view bytes) {
                                          for (const EventReader::Event& event : reader.feed(bytes))
                                            context.output << line_of(event);
                                          context.output << std::flush;
                                        });
  if (!done) return done.error();
  return Done{};
}

std::optional<std::string> check_number(const Arguments& arguments) {
  const long long number = number_of(arguments);
  if (number >= 1 && number <= kMostLines) return std::nullopt;
  return fmt::format("--number is a whole number from 1 to {}", kMostLines);
}

std::optional<std::string> check_duration(const Arguments& arguments) {
  constexpr double kMost = 1e9;
  const auto given = arguments.text("duration");
  if (!given) return std::nullopt;
  const double seconds = to_number(*given).value_or(-1);
  if (seconds >= 0 && seconds <= kMost) return std::nullopt;
  return "--duration is a number of seconds";
}

std::string announce_tail(const Context& context) {
  return fmt::format("Last {} log lines on node {} ...", number_of(context.arguments),
                     node_name(context));
}
std::string announce_stream(const Context& context) {
  const auto seconds = context.arguments.text("duration");
  return fmt::format("Streaming logs from node {} ...{}", node_name(context),
                     seconds ? fmt::format(" (for {} s)", *seconds) : "");
}

constexpr Command kCommands[] = {
    {.name = "log_tail",
     .usage = "[--number|-N <number>]",
     .help = "Prints the last lines of the log",
     .run = log_tail,
     .announce = announce_tail,
     .options = kTailOptions,
     .check = check_number},
    {.name = "log_tail_stream",
     .usage = "[--duration|-d <seconds>]",
     .help = "Prints the log as it is written",
     .run = log_tail_stream,
     .announce = announce_stream,
     .options = kStreamOptions,
     .check = check_duration},
};

}  // namespace

std::span<const Command> log_tail_commands() {
  return kCommands;
}

}  // namespace coney::cli
