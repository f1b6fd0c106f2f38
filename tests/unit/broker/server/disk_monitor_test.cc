#include "broker/server/disk_monitor.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>

#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

TEST(DiskLimit, AbsoluteWinsOverRelative) {
  EXPECT_EQ(disk_limit({.absolute = 300, .relative = 2.0}, 1000), 300u);
  EXPECT_EQ(disk_limit({.absolute = std::nullopt, .relative = 2.5}, 1000), 2500u);
  EXPECT_EQ(disk_limit({.absolute = std::nullopt, .relative = 0.0}, 1000), 0u);
  EXPECT_EQ(disk_limit({}, 1000), 0u);
}

TEST(DiskLimit, WhatDoesNotFitIsTheLargestLimit) {
  EXPECT_EQ(disk_limit({.absolute = std::nullopt, .relative = 1.0}, UINT64_MAX), UINT64_MAX);
  EXPECT_EQ(disk_limit({.absolute = std::nullopt, .relative = 1000.0}, UINT64_MAX), UINT64_MAX);
}

TEST(FreeDiskSpace, IsThatOfTheFileSystem) {
  TemporaryDirectory directory;
  const auto free = free_disk_space(directory.path());
  ASSERT_TRUE(free);
  EXPECT_GT(*free, 0u);
  EXPECT_LE(*free, std::filesystem::space(directory.path()).capacity);
}

TEST(FreeDiskSpace, IsUnknownWithoutTheDirectory) {
  TemporaryDirectory directory;
  EXPECT_EQ(free_disk_space(directory / "absent"), std::nullopt);
}

}  // namespace
}  // namespace coney
