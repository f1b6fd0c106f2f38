#pragma once
// A SQLite VFS over the system's own that counts what changes the disk (writes, syncs, truncations)
// and lets the n-th of them fail once. For one test at a time, in one thread.

namespace coney::failing_vfs {

inline constexpr const char* kName = "coney-failing";

// Registers the VFS (once) and forgets what was counted and armed.
void reset();
// The n-th operation from now on, counted from 1, does nothing and returns the SQLite code.
void fail_at(long operation, int code);
// Like fail_at, but only syncs are counted.
void fail_sync_at(long sync, int code);
// The next sync of the database file, which in WAL mode is that of a checkpoint.
void fail_database_sync(int code);
bool has_failed();
long syncs();

}  // namespace coney::failing_vfs
