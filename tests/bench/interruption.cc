#include "tests/bench/interruption.h"

#include <csignal>

#include "tests/bench/failure.h"

namespace bench {
namespace {

volatile std::sig_atomic_t interrupted = 0;

}  // namespace

void watch_for_interruption() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

void throw_if_interrupted() {
  if (interrupted != 0) throw Failure("interrupted");
}

}  // namespace bench
