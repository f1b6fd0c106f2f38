#include "persistence/log/log_files.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/fault_file_system.h"

namespace coney {
namespace {

const std::filesystem::path kDirectory = "/log";
constexpr std::uint64_t kFileBytes = 1024 * 1024;

class NewLogFiles : public testing::Test {
 protected:
  NewLogFiles() { EXPECT_TRUE(disk_.make_directory(kDirectory)); }

  std::filesystem::path path(std::uint64_t number) const {
    return kDirectory / log_format::file_name(LogFileNumber{number});
  }

  FaultFileSystem disk_;
  LogFiles files_{disk_, kDirectory, kFileBytes, {}};
};

TEST_F(NewLogFiles, LeaveTheDiskToOthersBetweenSmallPieces) {
  std::vector<std::uint64_t> operations;
  const auto rest = [&] { operations.push_back(disk_.operations()); };
  const auto made = files_.create(LogFileNumber{1}, kFileBytes, rest);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->bytes, kFileBytes);
  EXPECT_GE(operations.size(), 16u);
  for (std::size_t n = 1; n < operations.size(); ++n) {
    EXPECT_EQ(operations[n] - operations[n - 1], 2u);  // one piece written, and brought to the disk
  }
  EXPECT_EQ(disk_.content(path(1)), std::string(kFileBytes, '\0'));
}

TEST_F(NewLogFiles, AreThereForGoodOnceTheyAreMade) {
  ASSERT_TRUE(files_.create(LogFileNumber{1}));
  disk_.drop_unsynced(0);
  EXPECT_EQ(disk_.content(path(1)).size(), kFileBytes);
}

TEST_F(NewLogFiles, AreGivenUpWhenTheDiskRefusesAnyPartOfThem) {
  bool whole = false;
  for (std::uint64_t refused = 0; !whole; ++refused) {
    FaultFileSystem disk;
    ASSERT_TRUE(disk.make_directory(kDirectory));
    LogFiles files(disk, kDirectory, kFileBytes, {});
    disk.fail_once(disk.operations() + refused);
    whole = files.create(LogFileNumber{1}).has_value();
    disk.heal();
    EXPECT_EQ(disk.list(kDirectory)->size(), whole ? 1u : 0u) << refused;
  }
}

}  // namespace
}  // namespace coney
