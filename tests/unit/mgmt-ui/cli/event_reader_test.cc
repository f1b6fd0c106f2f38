#include "mgmt-ui/cli/node/event_reader.h"

#include <gtest/gtest.h>

namespace coney::cli {
namespace {

TEST(EventReader, EventsAreReadHoweverTheStreamIsCut) {
  const std::string stream =
      ": here\n\nevent: log\ndata: {\"a\":1}\n\nevent: dropped\ndata: {\"count\":2}\n\n";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    EventReader reader;
    auto events = reader.feed(stream.substr(0, cut));
    for (auto& event : reader.feed(stream.substr(cut))) events.push_back(std::move(event));
    ASSERT_EQ(events.size(), 2u) << cut;
    EXPECT_EQ(events[0].name, "log");
    EXPECT_EQ(events[0].data, "{\"a\":1}");
    EXPECT_EQ(events[1].name, "dropped");
  }
}

TEST(EventReader, AnEventThatIsNotWholeIsNone) {
  EventReader reader;
  EXPECT_TRUE(reader.feed("event: log\ndata: {}\n").empty());
  EXPECT_EQ(reader.feed("\n").size(), 1u);
}

}  // namespace
}  // namespace coney::cli
