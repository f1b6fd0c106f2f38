#pragma once
// Runs something long in a process of its own, so that somebody is there to say how it ended: by a
// fault of its own, for want of memory, or by a signal that somebody has sent.

#include <functional>

namespace coney::crash {

// What `run` returns, as an exit code; 128 and the number of the signal when one has ended it.
// Signals that ask for the end are passed on, with a line that names their sender. A core file goes
// to the working directory where the system allows it. REQUIRES: there is one thread.
int witnessed(const std::function<int()>& run);

}  // namespace coney::crash
