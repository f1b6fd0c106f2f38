#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "persistence/file/file.h"
#include "persistence/file/io_figures.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

std::string content(File& file) {
  std::string all(file.size().value(), '?');
  all.resize(file.read_at(0, all).value());
  return all;
}

TEST(PosixFile, WritesMorePiecesThanOneCallTakes) {
  TemporaryDirectory directory;
  auto file = real_file_system().open(directory / "f", OpenMode::kCreate).value();
  std::string expected = "head";
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i) texts.push_back(i % 7 == 0 ? "" : std::to_string(i));
  std::vector<std::string_view> pieces(texts.begin(), texts.end());
  for (auto piece : pieces) expected += piece;
  ASSERT_TRUE(file->write_at(0, "head"));
  ASSERT_TRUE(file->write_at(4, pieces));
  ASSERT_TRUE(file->sync());
  EXPECT_EQ(content(*file), expected);
}

TEST(PosixFile, ReadsFewerBytesAtTheEnd) {
  TemporaryDirectory directory;
  auto file = real_file_system().open(directory / "f", OpenMode::kCreate).value();
  ASSERT_TRUE(file->write_at(0, "12345"));
  char into[4];
  EXPECT_EQ(file->read_at(3, into).value(), 2u);
  EXPECT_EQ(file->read_at(9, into).value(), 0u);
}

TEST(PosixFile, IsCountedWithTheTimeThatItTakes) {
  TemporaryDirectory directory;
  auto file = real_file_system().open(directory / "f", OpenMode::kCreate).value();
  const IoFigures before = io_figures();
  ASSERT_TRUE(file->write_at(0, std::string(1 << 20, 'x')));
  ASSERT_TRUE(file->sync());
  char into[7];
  ASSERT_TRUE(file->read_at(3, into));
  const IoFigures after = io_figures();
  EXPECT_EQ(after.writes.count, before.writes.count + 1);
  EXPECT_EQ(after.writes.bytes, before.writes.bytes + (1 << 20));
  EXPECT_GT(after.writes.microseconds, before.writes.microseconds);
  EXPECT_EQ(after.syncs.count, before.syncs.count + 1);
  EXPECT_GT(after.syncs.microseconds, before.syncs.microseconds);
  EXPECT_EQ(after.reads.count, before.reads.count + 1);
  EXPECT_EQ(after.reads.bytes, before.reads.bytes + 7);
}

TEST(PosixFile, AllocatedBytesAreZeros) {
  TemporaryDirectory directory;
  auto file = real_file_system().open(directory / "f", OpenMode::kCreate).value();
  ASSERT_TRUE(file->write_at(0, "x"));
  ASSERT_TRUE(file->allocate(5000));
  EXPECT_EQ(content(*file), "x" + std::string(4999, '\0'));
  ASSERT_TRUE(file->allocate(10));
  EXPECT_EQ(file->size().value(), 5000u);
  ASSERT_TRUE(file->truncate(1));
  EXPECT_EQ(content(*file), "x");
}

TEST(PosixFileSystem, ListsRenamesAndRemoves) {
  TemporaryDirectory directory;
  FileSystem& system = real_file_system();
  EXPECT_TRUE(system.list(directory / "none").value().empty());
  ASSERT_TRUE(system.make_directory(directory / "d"));
  ASSERT_TRUE(system.make_directory(directory / "d"));
  for (auto name : {"d/b", "d/a", "d/c"}) {
    ASSERT_TRUE(system.open(directory / name, OpenMode::kCreate));
  }
  ASSERT_TRUE(system.rename(directory / "d/a", directory / "d/b"));
  ASSERT_TRUE(system.remove(directory / "d/c"));
  ASSERT_TRUE(system.remove(directory / "d/c"));
  ASSERT_TRUE(system.sync_directory(directory / "d"));
  EXPECT_EQ(system.list(directory / "d").value(), std::vector<std::string>{"b"});
  EXPECT_GT(system.free_bytes(directory.path()).value(), 0u);
}

TEST(PosixFileSystem, SaysWhatCannotBeOpened) {
  TemporaryDirectory directory;
  auto file = real_file_system().open(directory / "absent", OpenMode::kRead);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, StorageErrorCode::kCannotOpen);
  EXPECT_NE(file.error().message.find("absent"), std::string::npos);
}

}  // namespace
}  // namespace coney
