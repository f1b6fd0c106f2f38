#include "persistence/deliveries/delivery_map.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

namespace fs = std::filesystem;

class DeliveryMapTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }

  void open() {
    map.reset();
    auto opened = DeliveryMap::open(path, directory / "quarantine");
    ASSERT_TRUE(opened) << opened.error().message;
    map = std::move(*opened);
  }
  DeliverySlot slot(std::uint64_t queue) {
    auto slot = map->slot(StoredQueueId{queue});
    EXPECT_TRUE(slot) << (slot ? "" : slot.error().message);
    return slot ? *slot : DeliverySlot();
  }
  std::optional<QueuePosition> find(std::uint64_t queue) { return map->find(StoredQueueId{queue}); }

  std::string bytes() {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void overwrite(const std::string& bytes) {
    map.reset();
    std::ofstream(path, std::ios::binary) << bytes;
  }

  TemporaryDirectory directory;
  const fs::path path = directory / "deliveries.map";
  std::unique_ptr<DeliveryMap> map;
};

TEST(DeliveryMark, EveryWrongBitShows) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 1000; ++round) {
    const StoredQueueId queue{random() >> random() % 64};
    const QueuePosition next = random() % kMarkLimit >> random() % 56;
    const std::uint64_t word = encode_mark(queue, next);
    ASSERT_EQ(decode_mark(queue, word), next);
    for (unsigned bit = 0; bit < 64; ++bit) {
      const std::uint64_t flipped = std::uint64_t{1} << bit;
      ASSERT_EQ(decode_mark(queue, word ^ flipped), std::nullopt);
      const StoredQueueId other{static_cast<std::uint64_t>(queue) ^ flipped};
      ASSERT_EQ(decode_mark(other, word), std::nullopt);
    }
  }
}

TEST(DeliveryMark, PositionsBeyondTheLimitStayBelowIt) {
  const StoredQueueId queue{5};
  EXPECT_EQ(decode_mark(queue, encode_mark(queue, kMarkLimit - 1)), kMarkLimit - 1);
  EXPECT_EQ(decode_mark(queue, encode_mark(queue, ~QueuePosition{0})), kMarkLimit - 1);
}

TEST(DeliveryMark, APlaceThatIsNotThereTakesAnyMark) {
  DeliverySlot().mark(7);
  EXPECT_FALSE(DeliverySlot());
}

TEST_F(DeliveryMapTest, KeepsMarksOverARestart) {
  for (std::uint64_t queue = 1; queue <= 100; ++queue) slot(queue).mark(queue * 10);
  slot(50).mark(777);
  open();
  EXPECT_EQ(map->report().queues, 100u);
  EXPECT_EQ(map->report().damaged, 0u);
  for (std::uint64_t queue = 1; queue <= 100; ++queue) {
    EXPECT_EQ(find(queue), queue == 50 ? 777 : queue * 10);
  }
  EXPECT_EQ(find(101), std::nullopt);
}

TEST_F(DeliveryMapTest, ANewQueueIsMarkedZero) {
  slot(3);
  EXPECT_EQ(find(3), 0u);
  open();
  EXPECT_EQ(find(3), 0u);
}

TEST_F(DeliveryMapTest, GrowsWithoutMovingAnySlot) {
  constexpr std::uint64_t kQueues = 20000;  // five pieces
  std::vector<DeliverySlot> slots;
  for (std::uint64_t queue = 1; queue <= kQueues; ++queue) slots.push_back(slot(queue));
  for (std::uint64_t queue = 1; queue <= kQueues; ++queue) slots[queue - 1].mark(queue + 1);
  open();
  for (std::uint64_t queue = 1; queue <= kQueues; ++queue) ASSERT_EQ(find(queue), queue + 1);
}

TEST_F(DeliveryMapTest, ASlotOfADeletedQueueIsUsedAgain) {
  slot(1).mark(100);
  const auto size = fs::file_size(path);
  for (std::uint64_t queue = 2; queue < 50000; ++queue) {
    map->release(StoredQueueId{queue - 1});
    slot(queue).mark(queue);
  }
  EXPECT_EQ(fs::file_size(path), size);
  EXPECT_EQ(find(1), std::nullopt);
  open();
  EXPECT_EQ(map->report().queues, 1u);
  EXPECT_EQ(find(49999), 49999u);
}

TEST_F(DeliveryMapTest, KeepsOnlyTheQueuesThatThereAre) {
  for (std::uint64_t queue = 1; queue <= 10; ++queue) slot(queue).mark(queue);
  map->keep_only(std::vector{StoredQueueId{3}, StoredQueueId{7}, StoredQueueId{99}});
  open();
  EXPECT_EQ(map->report().queues, 2u);
  EXPECT_EQ(find(3), 3u);
  EXPECT_EQ(find(7), 7u);
}

TEST_F(DeliveryMapTest, MarksSurviveTheEndOfTheProcess) {
  map.reset();
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto opened = DeliveryMap::open(path, directory / "quarantine");
    const DeliverySlot slot = *(*opened)->slot(StoredQueueId{9});
    for (QueuePosition next = 1; next <= 123456; ++next) slot.mark(next);
    [[maybe_unused]] const auto told = ::write(ready[1], "x", 1);
    for (;;) ::pause();
  }
  char told = 0;
  ASSERT_EQ(::read(ready[0], &told, 1), 1);
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(ready[0]);
  ::close(ready[1]);
  open();
  EXPECT_EQ(find(9), 123456u);
}

// A mark is right or not there.
TEST_F(DeliveryMapTest, EveryFlippedBitCostsAtMostTheMarkItIsIn) {
  for (std::uint64_t queue = 1; queue <= 3; ++queue) slot(queue * 1000).mark(queue * 7);
  map.reset();
  const std::string good = bytes();
  constexpr std::size_t kSlots = 4096;
  for (std::size_t bit = 0; bit < 5 * 16 * 8; ++bit) {  // with two free slots
    SCOPED_TRACE("bit " + std::to_string(bit));
    std::string bad = good;
    bad[kSlots + bit / 8] = static_cast<char>(bad[kSlots + bit / 8] ^ (1 << bit % 8));
    overwrite(bad);
    open();
    const bool word_of_free_slot = bit >= 3 * 16 * 8 && bit % 128 >= 64;
    EXPECT_EQ(map->report().damaged, word_of_free_slot ? 0u : 1u);
    std::size_t missing = 0;
    for (std::uint64_t queue = 1; queue <= 3; ++queue) {
      const auto mark = find(queue * 1000);
      if (!mark) ++missing;
      if (mark) {
        EXPECT_EQ(*mark, queue * 7);
      }
    }
    EXPECT_EQ(missing, bit < 3 * 16 * 8 ? 1u : 0u);
    EXPECT_EQ(map->report().queues, 3 - missing);
    slot(5).mark(5);  // and it can be used
    open();
    EXPECT_EQ(find(5), 5u);
    EXPECT_EQ(map->report().damaged, 0u);
  }
}

TEST_F(DeliveryMapTest, RandomBytesAreNoMarks) {
  slot(1);
  map.reset();
  std::mt19937 random(5);
  std::string bad = bytes();
  for (std::size_t i = 4096; i < bad.size(); ++i) bad[i] = static_cast<char>(random());
  overwrite(bad);
  open();
  EXPECT_GT(map->report().damaged, 3900u);  // all but one in 256
  slot(1).mark(2);
  EXPECT_EQ(find(1), 2u);
}

TEST_F(DeliveryMapTest, OfTwoSlotsOfOneQueueTheHigherMarkCounts) {
  for (const QueuePosition other : {5, 30}) {
    overwrite("");
    open();
    slot(1).mark(10);
    slot(2).mark(20);
    map.reset();
    std::string bad = bytes();
    const std::uint64_t twin[] = {1, encode_mark(StoredQueueId{1}, other)};
    bad.replace(4096 + 16, 16, reinterpret_cast<const char*>(twin), 16);
    overwrite(bad);
    for (const std::uint64_t damaged : {1, 0}) {
      open();
      EXPECT_EQ(find(1), std::max<QueuePosition>(10, other));
      EXPECT_EQ(map->report().queues, 1u);
      EXPECT_EQ(map->report().damaged, damaged);
    }
  }
}

TEST_F(DeliveryMapTest, ADeletedQueueHasNoMarkAfterARestart) {
  slot(1).mark(100);
  slot(2).mark(200);
  map->release(StoredQueueId{1});
  map->release(StoredQueueId{3});
  EXPECT_EQ(find(1), std::nullopt);
  open();
  EXPECT_EQ(find(1), std::nullopt);
  EXPECT_EQ(find(2), 200u);
  EXPECT_EQ(map->report().queues, 1u);
}

TEST_F(DeliveryMapTest, AnyCutLeavesTheMarksInFrontOfIt) {
  for (std::uint64_t queue = 1; queue <= 5000; ++queue) slot(queue).mark(queue);
  map.reset();
  const std::string good = bytes();
  for (const std::size_t size : {4096, 4096 + 7, 4096 + 16 * 100, 4096 + 65536, 4096 + 65536 + 9}) {
    overwrite(good.substr(0, size));
    open();
    const std::size_t whole = (size - 4096) / 16;
    EXPECT_GE(map->report().queues, std::min<std::size_t>(whole, 5000)) << size;
    for (std::uint64_t queue = 1; queue <= 5000; ++queue) {
      if (find(queue)) {
        EXPECT_EQ(find(queue), queue);
      }
    }
  }
}

TEST_F(DeliveryMapTest, AFileThatIsSomethingElseGoesToQuarantine) {
  for (const std::size_t bit : {0, 70, 100, 127}) {
    slot(1).mark(10);
    map.reset();
    std::string bad = bytes();
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    overwrite(bad);
    open();
    EXPECT_TRUE(map->report().damaged_header);
    EXPECT_EQ(find(1), std::nullopt);
    EXPECT_TRUE(fs::exists(directory / "quarantine" / "deliveries.map"));
    open();
    EXPECT_FALSE(map->report().damaged_header);
  }
}

TEST_F(DeliveryMapTest, ACreationThatWasInterruptedIsDoneAgain) {
  for (const std::size_t size : {0, 5, 4096}) {
    overwrite(std::string(size, '\0'));
    open();
    EXPECT_FALSE(map->report().damaged_header);
    slot(1).mark(10);
    open();
    EXPECT_EQ(find(1), 10u);
  }
}

TEST_F(DeliveryMapTest, SyncBringsTheMarksToTheDisk) {
  slot(1).mark(10);
  EXPECT_TRUE(map->sync());
}

TEST(DeliveryMapErrors, SaysWhatCannotBeOpened) {
  const auto opened = DeliveryMap::open("/proc/nothing/deliveries.map", "/proc/nothing");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, StorageErrorCode::kCannotOpen);
}

}  // namespace
}  // namespace coney
