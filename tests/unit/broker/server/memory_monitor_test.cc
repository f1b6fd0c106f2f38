#include "broker/server/memory_monitor.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

TEST(MemoryLimit, AbsoluteWinsOverRelative) {
  EXPECT_EQ(memory_limit({.absolute = 300, .relative = 0.5}, 1000), 300u);
  EXPECT_EQ(memory_limit({.absolute = std::nullopt, .relative = 0.5}, 1000), 500u);
  EXPECT_EQ(memory_limit({.absolute = std::nullopt, .relative = 1.0}, UINT64_MAX), UINT64_MAX);
}

// The kernel's files about control groups, under a root of their own.
class ControlGroups : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = root_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::uint64_t memory() const { return available_memory(root_.path()); }
  std::uint64_t machine() const { return available_memory(root_ / "nowhere"); }

  TemporaryDirectory root_;
};

TEST_F(ControlGroups, WithoutThemTheMachineIsTheLimit) {
  EXPECT_EQ(memory(), machine());
  EXPECT_GT(machine(), 1u << 20);
  write("proc/self/cgroup", "0::/\n");
  EXPECT_EQ(memory(), machine());
}

TEST_F(ControlGroups, LimitOfVersion2) {
  write("proc/self/cgroup", "0::/system.slice/coney.service\n");
  write("sys/fs/cgroup/system.slice/coney.service/memory.max", "1000000\n");
  EXPECT_EQ(memory(), 1'000'000u);
}

TEST_F(ControlGroups, GroupsAroundTheProcessLimitIt) {
  write("proc/self/cgroup", "0::/a/b/c\n");
  write("sys/fs/cgroup/a/b/c/memory.max", "max\n");
  write("sys/fs/cgroup/a/memory.max", "2000000\n");
  EXPECT_EQ(memory(), 2'000'000u);
  write("sys/fs/cgroup/a/b/memory.max", "3000000\n");
  EXPECT_EQ(memory(), 2'000'000u);
  write("sys/fs/cgroup/memory.max", "1000000\n");
  EXPECT_EQ(memory(), 1'000'000u);
}

TEST_F(ControlGroups, ContainerSeesItsOwnGroupAsTheRoot) {
  write("proc/self/cgroup", "0::/../../system.slice/docker-0123.scope\n");
  write("sys/fs/cgroup/memory.max", "1000000\n");
  EXPECT_EQ(memory(), 1'000'000u);
}

TEST_F(ControlGroups, MaxIsNoLimit) {
  write("proc/self/cgroup", "0::/a\n");
  write("sys/fs/cgroup/a/memory.max", "max\n");
  EXPECT_EQ(memory(), machine());
}

TEST_F(ControlGroups, LimitOfVersion1) {
  write("proc/self/cgroup", "12:cpu,cpuacct:/other\n5:memory:/docker/0123\n1:name=systemd:/x\n");
  write("sys/fs/cgroup/memory/docker/0123/memory.limit_in_bytes", "4000000\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("sys/fs/cgroup/memory/other/memory.limit_in_bytes", "1000000\n");  // of another process
  EXPECT_EQ(memory(), 4'000'000u);
}

TEST_F(ControlGroups, LowerLimitOfBothVersionsHolds) {
  write("proc/self/cgroup", "4:hugetlb,memory:/one\n0::/two\n");
  write("sys/fs/cgroup/memory/one/memory.limit_in_bytes", "4000000\n");
  EXPECT_EQ(memory(), 4'000'000u);
  write("sys/fs/cgroup/two/memory.max", "3000000\n");
  EXPECT_EQ(memory(), 3'000'000u);
}

TEST_F(ControlGroups, UnreadableLinesAreSkipped) {
  write("proc/self/cgroup", "nonsense\n5:memory\n\n0::/a\n");
  write("sys/fs/cgroup/a/memory.max", "1000000\n");
  EXPECT_EQ(memory(), 1'000'000u);
}

TEST(MemoryUse, SeesWhatTheProcessTouches) {
  const std::uint64_t before = resident_memory();
  EXPECT_GT(before, 0u);
  EXPECT_GT(available_memory(), before);
  constexpr std::size_t kSize = 64u << 20;
  std::vector<char> touched(kSize, 'x');
  EXPECT_GT(resident_memory(), before + kSize / 2);
  EXPECT_EQ(touched[kSize - 1], 'x');
}

}  // namespace
}  // namespace coney
