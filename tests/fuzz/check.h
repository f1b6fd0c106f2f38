#pragma once
// What an entry function demands of the code under test: ends the program when it does not hold,
// which libFuzzer records with the input and which fails a test run.

#include <cstdio>
#include <cstdlib>

namespace amqp::fuzz {

inline void check(bool holds, const char* claim) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", claim);
  std::abort();
}

}  // namespace amqp::fuzz
