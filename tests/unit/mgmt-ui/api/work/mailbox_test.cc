#include "mgmt-ui/api/work/mailbox.h"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "mgmt-ui/api/work/worker.h"

namespace coney::management {
namespace {

TEST(Mailbox, WhatIsPostedLaterWaitsForAllSteps) {
  boost::asio::io_context io;
  const auto mailbox = std::make_shared<Mailbox>(io);
  std::string done;
  mailbox->post([&] { done += 'a'; });
  mailbox->post_steps([&, left = 3]() mutable {
    done += 'b';
    return --left != 0;
  });
  mailbox->post([&] { done += 'c'; });
  io.run();
  EXPECT_EQ(done, "abbbc");
}

TEST(Mailbox, OthersHaveTheirTurnBetweenLongSteps) {
  boost::asio::io_context io;
  const auto mailbox = std::make_shared<Mailbox>(io);
  bool served = false;
  int steps = 0;
  mailbox->post_steps([&] {
    if (++steps == 1) boost::asio::post(io, [&] { served = true; });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return !served;
  });
  io.run_for(std::chrono::seconds(20));
  EXPECT_TRUE(served);
}

TEST(Mailbox, NothingRunsOnceItIsClosed) {
  boost::asio::io_context io;
  const auto mailbox = std::make_shared<Mailbox>(io);
  auto held = std::make_shared<int>(0);
  mailbox->post_steps([&, held] {
    mailbox->close();
    return true;
  });
  mailbox->post([held] { FAIL(); });
  io.run_for(std::chrono::seconds(20));
  mailbox->post([] { FAIL(); });
  mailbox->clear();
  EXPECT_EQ(held.use_count(), 1) << "what did not run is let go of";
}

TEST(Worker, CalculatesInOrderOnAThreadOfItsOwn) {
  Worker worker;
  std::string done;
  std::thread::id where;
  boost::asio::io_context io;
  const auto finished = std::make_shared<Mailbox>(io);
  auto work = boost::asio::make_work_guard(io);
  worker.add([&] { done += 'a'; });
  worker.add([&] {
    done += 'b';
    where = std::this_thread::get_id();
    finished->post([&] { work.reset(); });
  });
  io.run_for(std::chrono::seconds(20));
  worker.stop();
  EXPECT_EQ(done, "ab");
  EXPECT_NE(where, std::this_thread::get_id());
  worker.add([] { FAIL(); });
}

}  // namespace
}  // namespace coney::management
