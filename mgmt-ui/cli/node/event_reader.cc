#include "mgmt-ui/cli/node/event_reader.h"

namespace coney::cli {
namespace {

constexpr std::string_view kEnd = "\n\n";
constexpr std::string_view kName = "event: ";
constexpr std::string_view kData = "data: ";

EventReader::Event event_of(std::string_view text) {
  EventReader::Event event;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.starts_with(kName)) event.name = line.substr(kName.size());
    if (line.starts_with(kData)) event.data = line.substr(kData.size());
  }
  return event;
}

}  // namespace

std::vector<EventReader::Event> EventReader::feed(std::string_view bytes) {
  rest_ += bytes;
  std::vector<Event> events;
  std::size_t from = 0;
  for (std::size_t end; (end = rest_.find(kEnd, from)) != rest_.npos; from = end + kEnd.size()) {
    Event event = event_of(std::string_view(rest_).substr(from, end - from));
    if (!event.name.empty()) events.push_back(std::move(event));
  }
  rest_.erase(0, from);
  return events;
}

}  // namespace coney::cli
