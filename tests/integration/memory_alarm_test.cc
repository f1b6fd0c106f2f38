// The memory alarm of a broker that measures for itself.

#include <gtest/gtest.h>

#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

constexpr const char* kReason = "low on memory";

class MemoryAlarmTest : public testing::Test {
 protected:
  Config config() const { return broker_config(directory_ / "data"); }

  // Publishes until the broker says that it is blocked; how many messages that took.
  static std::uint32_t publish_until_blocked(Client& publisher, const std::string& body) {
    publisher.confirm_select();
    for (std::uint32_t count = 1; count != 100'000; ++count) {
      publisher.publish("", "q", body);
      if (const auto reason = publisher.wait_for_confirms_or_alarm()) {
        EXPECT_EQ(*reason, kReason);
        return count;
      }
    }
    ADD_FAILURE() << "it is never blocked";
    return 0;
  }
  // Takes what is there; how many messages that is.
  static std::uint32_t take_all(Client& consumer) {
    std::uint32_t count = 0;
    while (consumer.get("q", true)) ++count;
    return count;
  }

  coney::TemporaryDirectory directory_;
};

// A limit of 0 bytes: the alarm goes on soon after the start, for good.
TEST_F(MemoryAlarmTest, BlocksWhoPublishesAndNobodyElse) {
  Config full = config();
  full.memory_high_watermark.absolute = 0;
  BrokerProcess broker(full);
  Client publisher(broker.port()), consumer(broker.port());
  consumer.declare("q");
  const std::uint32_t count = publish_until_blocked(publisher, "x");
  publisher.publish("", "q", "one too many");
  publisher.write_out();
  EXPECT_EQ(take_all(consumer), count);
  for (int n = 0; n != 100; ++n) EXPECT_EQ(consumer.get("q"), std::nullopt);
  consumer.consume("q", "c");
  consumer.cancel("c");
  consumer.declare("other");
  EXPECT_EQ(publish_until_blocked(consumer, "x"), 1u);  // who begins to publish is blocked, too
}

// Of a sanitizer's heap nothing goes back to the system.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kMiB = 1 << 20;

TEST_F(MemoryAlarmTest, EndsWhenConsumersHaveCaughtUp) {
  BrokerProcess broker(config(), 64 * kMiB);
  Client publisher(broker.port()), consumer(broker.port());
  consumer.declare("q");
  const std::uint32_t count = publish_until_blocked(publisher, std::string(kMiB, 'x'));
  EXPECT_GT(count, 32u);
  publisher.publish("", "q", "waits");
  publisher.write_out();
  for (std::uint32_t n = 0; n != count; ++n) {
    const auto got = consumer.get("q", true);
    ASSERT_TRUE(got);
    ASSERT_EQ(got->body.size(), kMiB);
  }
  EXPECT_EQ(publisher.next_alarm(), "");
  publisher.wait_for_confirms();
  const auto last = consumer.get("q", true);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->body, "waits");
}
#endif

}  // namespace
}  // namespace coney::test
