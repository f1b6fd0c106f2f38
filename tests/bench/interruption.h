#pragma once
// SIGINT and SIGTERM end a run the way an error does, so that what it declared is removed.

namespace bench {

// Once, at the start of the program. A second signal ends it at once.
void watch_for_interruption();
// Throws Failure after a signal.
void throw_if_interrupted();

}  // namespace bench
