#pragma once
// What ends a run: printed by main, exit code 1. A load generator has no use for going on after an
// error of the broker, so errors are exceptions here.

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace bench {

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;

  template <typename... Args>
  explicit Failure(fmt::format_string<Args...> text, Args&&... args) requires(sizeof...(Args) > 0)
      : std::runtime_error(fmt::format(text, std::forward<Args>(args)...)) {}
};

}  // namespace bench
