#pragma once
// The part of a shard that is Asio; only for the shard's own files.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "broker/shard/shard.h"

namespace coney {

struct Shard::Loop {
  boost::asio::io_context context{1};  // one thread runs it
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
      context.get_executor()};
  boost::asio::steady_timer tick_timer{context};
  boost::asio::steady_timer wake_timer{context};
  std::thread thread;
};

}  // namespace coney
