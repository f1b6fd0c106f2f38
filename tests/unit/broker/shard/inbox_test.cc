#include "broker/shard/inbox.h"

#include <gtest/gtest.h>

#include <thread>

namespace coney {
namespace {

std::vector<Mail> credit(std::uint64_t first, std::uint64_t count) {
  std::vector<Mail> batch;
  for (std::uint64_t n = 0; n != count; ++n) batch.push_back(PublishCreditMail{{}, first + n});
  return batch;
}

std::uint64_t bytes(const Mail& mail) {
  return std::get<PublishCreditMail>(mail).bytes;
}

TEST(Inbox, OnlyTheFirstBatchWakesTheOwner) {
  Inbox inbox;
  auto first = credit(1, 2), second = credit(3, 1), third = credit(4, 1);
  EXPECT_TRUE(inbox.append(first));
  EXPECT_FALSE(inbox.append(second));
  EXPECT_TRUE(first.empty());
  EXPECT_TRUE(second.empty());
  std::vector<Mail> taken;
  inbox.take(taken);
  EXPECT_TRUE(inbox.append(third));
}

TEST(Inbox, TakesEverythingInOrder) {
  Inbox inbox;
  EXPECT_FALSE(inbox.has_mail());
  auto first = credit(1, 2), second = credit(3, 2);
  inbox.append(first);
  inbox.append(second);
  EXPECT_TRUE(inbox.has_mail());
  std::vector<Mail> taken;
  inbox.take(taken);
  EXPECT_FALSE(inbox.has_mail());
  ASSERT_EQ(taken.size(), 4u);
  for (std::size_t n = 0; n != taken.size(); ++n) EXPECT_EQ(bytes(taken[n]), n + 1);
}

TEST(Inbox, KeepsTheOrderOfASenderThatIsNotAlone) {
  constexpr std::uint64_t kCount = 20'000;
  Inbox inbox;
  auto send = [&](std::uint64_t base) {
    for (std::uint64_t n = 0; n != kCount; n += 4) {
      auto batch = credit(base + n, 4);
      inbox.append(batch);
    }
  };
  std::thread low(send, 0), high(send, kCount);
  std::uint64_t next_low = 0, next_high = kCount;
  std::vector<Mail> taken;
  while (next_low != kCount || next_high != 2 * kCount) {
    if (!inbox.has_mail()) std::this_thread::yield();
    inbox.take(taken);
    for (const Mail& mail : taken) {
      std::uint64_t& next = bytes(mail) < kCount ? next_low : next_high;
      EXPECT_EQ(bytes(mail), next++);
    }
    taken.clear();
  }
  low.join();
  high.join();
}

}  // namespace
}  // namespace coney
