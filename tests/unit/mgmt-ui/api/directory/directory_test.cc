#include "mgmt-ui/api/directory/directory.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace coney::management {
namespace {

using Name = std::pair<std::string, std::string>;  // vhost, name
using Names = std::vector<Name>;

Change queue_put(const std::string& vhost, const std::string& name) {
  return QueuePut{
      .record = std::make_shared<const QueueRecord>(QueueRecord{.vhost = vhost, .name = name}),
      .id = {},
      .owner = {}};
}
Change exchange_put(const std::string& vhost, const std::string& name) {
  return ExchangePut{.record = std::make_shared<const ExchangeRecord>(
                         ExchangeRecord{.vhost = vhost, .name = name, .type = "direct"})};
}
Change vhost_put(const std::string& name) {
  return VhostPut{std::make_shared<const VhostRecord>(VhostRecord{.name = name})};
}

template <typename Entries>
Names names_of(const Entries& entries) {
  Names names;
  for (const auto& entry : entries) {
    EXPECT_EQ(entry.vhost->record->name, entry.record()->vhost);
    names.emplace_back(entry.record()->vhost, entry.record()->name);
  }
  return names;
}

class DirectoryTest : public testing::Test {
 protected:
  void apply(Change change) { directory_.apply(std::span(&change, 1)); }

  Directory directory_;
};

TEST_F(DirectoryTest, WhatComesAndGoesKeepsTheOrder) {
  apply(vhost_put("b"));
  apply(vhost_put("a"));
  for (const char* name : {"2", "3", "1"}) apply(queue_put("b", name));
  EXPECT_EQ(names_of(directory_.queues()), (Names{{"b", "1"}, {"b", "2"}, {"b", "3"}}));
  apply(queue_put("a", "9"));
  apply(queue_put("b", "0"));
  apply(QueueRemoved{"b", "2", {}});
  apply(queue_put("b", "4"));
  EXPECT_EQ(names_of(directory_.queues()),
            (Names{{"a", "9"}, {"b", "0"}, {"b", "1"}, {"b", "3"}, {"b", "4"}}));
  EXPECT_EQ(names_of(directory_.queues(*directory_.find_vhost("a"))), (Names{{"a", "9"}}));
  apply(VhostRemoved{"b"});
  EXPECT_EQ(names_of(directory_.queues()), (Names{{"a", "9"}}));
}

TEST_F(DirectoryTest, WhatComesAgainIsShownAsItIsNow) {
  apply(vhost_put("/"));
  apply(queue_put("/", "q"));
  ASSERT_EQ(directory_.queues().size(), 1u);
  apply(QueueRemoved{"/", "q", {}});
  apply(queue_put("/", "q"));
  ASSERT_EQ(directory_.queues().size(), 1u);
  EXPECT_EQ(directory_.queues().front().queue, directory_.find_vhost("/")->find_queue("q"));
  const auto records = directory_.queue_records();
  apply(queue_put("/", "q"));
  ASSERT_EQ(directory_.queue_records()->size(), 1u);
  EXPECT_NE(directory_.queue_records()->front(), records->front());
  EXPECT_EQ(records->size(), 1u) << "whoever has the records of before keeps them";
}

TEST_F(DirectoryTest, WhatGoesWithItsVhostIsNotKept) {
  apply(vhost_put("a"));
  apply(queue_put("a", "q"));
  const std::weak_ptr<const QueueRecord> record = directory_.queue_records()->front();
  EXPECT_FALSE(record.expired());
  apply(VhostRemoved{"a"});
  EXPECT_TRUE(record.expired());
}

// Against sets of names, with many and with few changes between two looks.
TEST_F(DirectoryTest, RandomChangesGiveTheOrderOfSets) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&random](unsigned n) { return random() % n; };
  std::set<std::string> vhosts;
  std::set<Name> queues, exchanges;
  for (int look = 0; look != 300; ++look) {
    for (unsigned left = below(look % 10 == 0 ? 400 : 5); left != 0; --left) {
      const std::string vhost(1, static_cast<char>('a' + below(3)));
      const std::string name = std::to_string(below(300));
      switch (below(60) == 0 ? 9 : below(4)) {
        case 0:
          apply(queue_put(vhost, name));
          if (vhosts.contains(vhost)) queues.emplace(vhost, name);
          break;
        case 1:
          apply(QueueRemoved{vhost, name, {}});
          queues.erase({vhost, name});
          break;
        case 2:
          apply(exchange_put(vhost, name));
          if (vhosts.contains(vhost)) exchanges.emplace(vhost, name);
          break;
        case 3:
          apply(ExchangeRemoved{vhost, name});
          exchanges.erase({vhost, name});
          break;
        default:
          if (vhosts.insert(vhost).second) {
            apply(vhost_put(vhost));
            exchanges.emplace(vhost, "");  // the default exchange
          } else {
            vhosts.erase(vhost);
            apply(VhostRemoved{vhost});
            const auto in_it = [&](const Name& one) { return one.first == vhost; };
            std::erase_if(queues, in_it);
            std::erase_if(exchanges, in_it);
          }
      }
    }
    ASSERT_EQ(names_of(directory_.queues()), Names(queues.begin(), queues.end()));
    ASSERT_EQ(names_of(directory_.exchanges()), Names(exchanges.begin(), exchanges.end()));
    const auto records = directory_.queue_records();
    ASSERT_EQ(records->size(), queues.size());
    for (std::size_t n = 0; n != records->size(); ++n) {
      ASSERT_EQ((*records)[n], directory_.queues()[n].record());
    }
  }
}

}  // namespace
}  // namespace coney::management
