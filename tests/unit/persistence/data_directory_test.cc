#include "persistence/data_directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(DataDirectory, IsCreatedForItsOwnerOnly) {
  TemporaryDirectory temporary;
  auto directory = DataDirectory::open(temporary / "a/b/");
  ASSERT_TRUE(directory) << directory.error().message;
  EXPECT_EQ(directory->path(), temporary / "a/b");
  EXPECT_EQ(directory->definitions_path(), temporary / "a/b/definitions.sqlite");
  struct stat status {};
  ASSERT_EQ(::stat((temporary / "a/b").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  EXPECT_EQ(content(temporary / "a/b/format"), "coney-data 1\n");
  EXPECT_EQ(content(temporary / "a/b/lock"), std::to_string(::getpid()) + "\n");
}

TEST(DataDirectory, SecondHolderIsToldThePidOfTheFirst) {
  TemporaryDirectory temporary;
  auto first = DataDirectory::open(temporary.path());
  ASSERT_TRUE(first);
  auto second = DataDirectory::open(temporary.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, StorageErrorCode::kLocked);
  EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid())),
            std::string::npos);
}

TEST(DataDirectory, LockIsGivenBackAtTheEnd) {
  TemporaryDirectory temporary;
  EXPECT_TRUE(DataDirectory::open(temporary.path()));
  EXPECT_TRUE(DataDirectory::open(temporary.path()));
}

TEST(DataDirectory, LockOfAKilledProcessIsFree) {
  TemporaryDirectory temporary;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  pid_t child = ::fork();
  if (child == 0) {
    auto held = DataDirectory::open(temporary.path());
    char ready = held ? 'y' : 'n';
    if (::write(ends[1], &ready, 1) == 1) ::pause();
    ::_exit(0);
  }
  char ready = 0;
  ASSERT_EQ(::read(ends[0], &ready, 1), 1);
  ASSERT_EQ(ready, 'y');
  auto refused = DataDirectory::open(temporary.path());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("process " + std::to_string(child)), std::string::npos);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_TRUE(DataDirectory::open(temporary.path()));
}

TEST(DataDirectory, NewerFormatIsRefused) {
  TemporaryDirectory temporary;
  std::ofstream(temporary / "format") << "coney-data 2\n";
  auto directory = DataDirectory::open(temporary.path());
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().code, StorageErrorCode::kNewerVersion);
  EXPECT_EQ(content(temporary / "format"), "coney-data 2\n");
}

TEST(DataDirectory, UnreadableFormatIsCorrupt) {
  for (const char* text : {"", "coney-data", "coney-data 1", "coney-data x\n", "coney-data 0\n",
                           "coney-data 1 2\n", "something else\n"}) {
    TemporaryDirectory temporary;
    std::ofstream(temporary / "format") << text;
    auto directory = DataDirectory::open(temporary.path());
    ASSERT_FALSE(directory) << text;
    EXPECT_EQ(directory.error().code, StorageErrorCode::kCorrupt) << text;
  }
}

TEST(DataDirectory, FileInPlaceOfTheDirectoryCannotBeOpened) {
  TemporaryDirectory temporary;
  std::ofstream(temporary / "file") << "x";
  for (const char* name : {"file", "file/below"}) {
    auto directory = DataDirectory::open(temporary / name);
    ASSERT_FALSE(directory);
    EXPECT_EQ(directory.error().code, StorageErrorCode::kCannotOpen) << directory.error().message;
  }
  EXPECT_FALSE(DataDirectory::open(""));
}

}  // namespace
}  // namespace coney
