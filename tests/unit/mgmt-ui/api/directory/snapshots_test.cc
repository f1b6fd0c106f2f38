#include "mgmt-ui/api/directory/snapshots.h"

#include "tests/unit/mgmt-ui/api/api_fixture.h"

namespace coney::management {
namespace {

// Calculates when it is told to.
class SlowServices final : public Services {
 public:
  const Config& config() const override { return config_; }
  void submit(TopologyCommand, Then) override {}
  void calculate(std::function<void()> work, std::function<void(bool)> then) override {
    waiting_.emplace_back(std::move(work), std::move(then));
  }
  void calculate_one() {
    auto [work, then] = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    then(attempt(work));
  }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  Config config_;
  std::vector<std::pair<std::function<void()>, std::function<void(bool)>>> waiting_;
};

class SnapshotsTest : public testing::Test {
 protected:
  SnapshotsTest() { put("a"); }
  void put(std::string name) {
    auto record = std::make_shared<const VhostRecord>(VhostRecord{.name = std::move(name)});
    directory_.apply(Changes{VhostPut{record}});
  }
  // Where it will be.
  std::shared_ptr<Snapshot> take() {
    auto place = std::make_shared<Snapshot>();
    snapshots_.take([place](Snapshot snapshot) { *place = std::move(snapshot); });
    return place;
  }

  Directory directory_;
  SlowServices services_;
  Snapshots snapshots_{directory_, services_};
};

TEST_F(SnapshotsTest, ThoseWhoAskMeanwhileShareTheNext) {
  const auto first = take();
  put("b");
  const auto second = take(), third = take();
  EXPECT_EQ(services_.waiting(), 1u) << "one at a time";
  services_.calculate_one();
  ASSERT_TRUE(*first);
  EXPECT_EQ((*first)->vhosts.size(), 1u);
  EXPECT_FALSE(*second) << "what has changed before it asked is in what it gets";
  services_.calculate_one();
  ASSERT_TRUE(*second);
  EXPECT_EQ((*second)->vhosts.size(), 2u);
  EXPECT_EQ(*second, *third);
  EXPECT_EQ(services_.waiting(), 0u);
}

TEST_F(SnapshotsTest, WhileNothingChangesTheLastIsShared) {
  const auto first = take(), second = take();
  services_.calculate_one();
  ASSERT_TRUE(*first);
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(*take(), *first);
  put("b");
  EXPECT_FALSE(*take()) << "it is not what exists now";
}

TEST_F(SnapshotsTest, WhatHasChangedOrIsNotAskedForIsLetGo) {
  const auto let_go_after = [&](auto happens) {
    auto taken = take();
    services_.calculate_one();
    const std::weak_ptr<const DefinitionRecords> last = *taken;
    taken->reset();
    happens();
    EXPECT_FALSE(last.expired()) << "nobody has noticed yet";
    snapshots_.tick();
    return last.expired();
  };
  EXPECT_TRUE(let_go_after([&] { put("b"); }));
  EXPECT_TRUE(let_go_after([&] {
    for (int n = 0; n != Snapshots::kKept; ++n) snapshots_.tick();
  }));
  EXPECT_FALSE(let_go_after([&] {
    for (int n = 0; n != Snapshots::kKept; ++n) snapshots_.tick();
    take();
  }));
}

}  // namespace
}  // namespace coney::management
