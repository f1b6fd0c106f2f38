// What a declaration asks for reaches every catalog with the queue.

#include <gtest/gtest.h>

#include "broker/topology/topology_state.h"

namespace coney {
namespace {

class QueueSettingsOfState : public ::testing::Test {
 protected:
  QueueSettingsOfState() {
    state_.apply(VhostPut{std::make_shared<VhostRecord>(VhostRecord{.name = "/"})});
  }

  const QueueSettingsPtr& declare(QueueRecord record) {
    record.vhost = "/";
    const std::string name = record.name;
    state_.apply(QueuePut{
        std::make_shared<QueueRecord>(std::move(record)), state_.slots().allocate(ShardId{}), {}});
    return state_.catalog().find_vhost("/")->find_queue(name)->settings;
  }

  TopologyState state_{nullptr, 1};
};

TEST_F(QueueSettingsOfState, ComeFromTheArguments) {
  amqp::Table arguments;
  arguments.set("x-max-length", amqp::Value::int32(7));
  arguments.set("x-overflow", amqp::Value::text("reject-publish"));
  const auto& settings = declare({.name = "q", .arguments = arguments});
  EXPECT_EQ(settings->max_length, 7);
  EXPECT_EQ(settings->overflow, Overflow::kRejectPublish);
  EXPECT_EQ(settings->message_ttl, std::nullopt);
}

TEST_F(QueueSettingsOfState, OfPlainQueuesAreOneValue) {
  EXPECT_EQ(declare({.name = "a"}), declare({.name = "b"}));
}

TEST_F(QueueSettingsOfState, ChangeInTheCatalog) {
  declare({.name = "q"});
  ASSERT_FALSE(state_.commit());
  const CatalogQueue& queue = *state_.catalog().find_vhost("/")->find_queue("q");
  auto changed = std::make_shared<QueueSettings>(QueueSettings{.max_length = 3});
  state_.apply(QueueSettingsPut{"/", "q", queue.id, changed});
  EXPECT_EQ(queue.settings, changed);
}

}  // namespace
}  // namespace coney
