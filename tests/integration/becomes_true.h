#pragma once
// For what a broker does in its own time.

#include <chrono>

namespace coney::test {

// Asks again and again, for ten seconds. Every question goes to the broker or the disk.
template <typename Question>
bool becomes_true(Question question) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!question()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
  }
  return true;
}

}  // namespace coney::test
