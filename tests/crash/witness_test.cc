#include "tests/crash/witness.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <string>

namespace coney::crash {
namespace {

TEST(Witness, GivesTheExitCode) {
  EXPECT_EQ(witnessed([] { return 0; }), 0);
  EXPECT_EQ(witnessed([] { return 3; }), 3);
}

TEST(Witness, SaysWhichSignalHasEndedIt) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(witnessed([] { return ::raise(SIGKILL); }), 128 + SIGKILL);
  EXPECT_NE(testing::internal::GetCapturedStdout().find("signal 9"), std::string::npos);
}

TEST(Witness, PassesOnWhatAsksForTheEndAndNamesTheSender) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(witnessed([] {
              ::kill(::getppid(), SIGTERM);
              for (;;) ::pause();
              return 0;
            }),
            128 + SIGTERM);
  const std::string said = testing::internal::GetCapturedStdout();
  EXPECT_NE(said.find("signal 15"), std::string::npos) << said;
  EXPECT_NE(said.find("from process"), std::string::npos) << said;
}

}  // namespace
}  // namespace coney::crash
