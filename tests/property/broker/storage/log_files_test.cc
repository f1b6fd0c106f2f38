// The log's files of earlier lives are given back in the next one, however short they are.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "tests/property/broker/storage/driven_session.h"
#include "tests/support/fault_file_system.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

constexpr int kPerLife = 200;
constexpr std::size_t kBody = 1000;

class LogFiles : public testing::Test {
 protected:
  LogFiles() {
    options_.files = &disk_;
    options_.log_file_bytes = options_.segment_bytes = 32 << 10;
  }

  void publish(DrivenSession& session) {
    session.call<amqp::ConfirmSelectOk>(amqp::ConfirmSelect{});
    session.call<amqp::QueueDeclareOk>(amqp::QueueDeclare{.queue = "q", .durable = true});
    for (int n = 1; n <= kPerLife; ++n) {
      session.publish("", "q", std::string(kBody, 'x'));
      if (n % 20 == 0) session.await_confirms(static_cast<std::uint64_t>(n));
    }
  }
  // Without a tick.
  static bool come_down_to(DrivenSession& session, std::uint64_t files) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (session.storage().space().log.files > files) {
      if (std::chrono::steady_clock::now() > until) return false;
      if (!session.pump()) std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    return true;
  }

  TemporaryDirectory directory_{memory_directory()};
  FaultFileSystem disk_;
  StorageOptions options_;
};

TEST_F(LogFiles, EachLifeGivesBackWhatItHasFound) {
  for (int life = 1; life != 6; ++life) {
    {
      DrivenSession session(directory_ / "data", options_);
      publish(session);
      disk_.stop();
    }
    disk_.drop_unsynced(static_cast<std::uint64_t>(life));
    DrivenSession session(directory_ / "data", options_);
    EXPECT_TRUE(come_down_to(session, 3)) << session.storage().space().log.files;
    const auto counts =
        session.call<amqp::QueueDeclareOk>(amqp::QueueDeclare{.queue = "q", .passive = true});
    EXPECT_EQ(counts.as<amqp::QueueDeclareOk>().message_count,
              static_cast<std::uint32_t>(life * kPerLife));
  }
}

}  // namespace
}  // namespace coney
