#pragma once
// What real_file_system() has been asked for since the process began, by the log, the segments and
// recovery, and how long the operating system took. Any thread; counting is an addition by whoever
// waited for the disk anyway.

#include <cstdint>

namespace coney {

struct IoFigure {
  std::uint64_t count = 0;  // finished calls, those that failed too
  std::uint64_t bytes = 0;  // of syncs: 0
  std::uint64_t microseconds = 0;
};

struct IoFigures {
  IoFigure reads, writes, syncs;
};

IoFigures io_figures();

}  // namespace coney
