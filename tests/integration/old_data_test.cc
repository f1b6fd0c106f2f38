// Data directories that earlier versions have left; tests/integration/data/README.md.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

using Flags = std::vector<std::pair<std::string, bool>>;  // body, redelivered

Flags drain(Client& client, const std::string& queue) {
  Flags flags;
  while (auto got = client.get(queue, true)) flags.emplace_back(got->body, got->redelivered);
  return flags;
}

Flags numbered(const std::string& name, int first, int last) {
  Flags flags;
  for (int n = first; n <= last; ++n) flags.emplace_back(name + std::to_string(n), false);
  return flags;
}

Flags operator+(Flags left, const Flags& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

class Version1 : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::copy(
        std::filesystem::path(CONEY_SOURCE_DIR) / "tests/integration/data/version_1",
        directory_ / "data", std::filesystem::copy_options::recursive);
  }
  TemporaryDirectory directory_;
};

TEST_F(Version1, ItsMessagesAreThereInOrder) {
  LocalBroker broker(directory_ / "data");
  Client client(broker.port());
  EXPECT_EQ(drain(client, "segment"), numbered("segment-", 4, 29));
  const Flags committed = {{"committed", false}};
  EXPECT_EQ(drain(client, "log"),
            Flags({{"all-1", true}}) + numbered("all-", 2, 3) + numbered("log-", 0, 5) + committed);
  EXPECT_EQ(drain(client, "fan"), numbered("all-", 0, 3) + committed);
}

TEST_F(Version1, WhatIsAddedTodayStandsBehindThem) {
  {
    LocalBroker broker(directory_ / "data");
    Client client(broker.port());
    amqp::PropertyList persistent;
    persistent.delivery_mode = 2;
    client.confirm_select();
    client.publish("", "segment", "new", persistent);
    client.wait_for_confirms();
    ASSERT_TRUE(client.get("segment", true));
    client.close();
  }
  LocalBroker broker(directory_ / "data");
  Client client(broker.port());
  EXPECT_EQ(drain(client, "segment"), numbered("segment-", 5, 29) + Flags({{"new", false}}));
  EXPECT_EQ(drain(client, "fan").size(), 5u);
}

}  // namespace
}  // namespace coney::test
