#pragma once
// Server-sent events out of the bytes of a stream, however these are cut. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace coney::cli {

class EventReader {
 public:
  struct Event {
    std::string name;
    std::string data;  // one line
  };

  // The events that are whole by now, in their order.
  std::vector<Event> feed(std::string_view bytes);

 private:
  std::string rest_;
};

}  // namespace coney::cli
