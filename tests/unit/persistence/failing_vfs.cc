#include "tests/unit/persistence/failing_vfs.h"

#include <sqlite3.h>

#include <cstring>

namespace coney::failing_vfs {
namespace {

struct Plan {
  long operations_left = 0;  // 0: not armed
  long syncs_left = 0;
  bool fail_database_sync = false;
  int code = SQLITE_OK;
  bool failed = false;
  long syncs = 0;
};
Plan plan;

// What SQLite sees; the system's file object lies behind it.
struct File {
  sqlite3_file base;
  bool is_database;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* self(sqlite3_file* file) {
  return reinterpret_cast<File*>(file);
}

sqlite3_vfs* system_vfs() {
  static sqlite3_vfs* vfs = sqlite3_vfs_find("unix");
  return vfs;
}

bool countdown(long& left) {
  if (left == 0 || --left > 0) return false;
  plan.failed = true;
  return true;
}

template <auto Method, typename... Arguments>
int forward(sqlite3_file* file, Arguments... arguments) {
  sqlite3_file* real = self(file)->real();
  return (real->pMethods->*Method)(real, arguments...);
}

int close_file(sqlite3_file* file) {
  return forward<&sqlite3_io_methods::xClose>(file);
}
int read_file(sqlite3_file* file, void* to, int count, sqlite3_int64 offset) {
  return forward<&sqlite3_io_methods::xRead>(file, to, count, offset);
}
int write_file(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
  if (countdown(plan.operations_left)) return plan.code;
  return forward<&sqlite3_io_methods::xWrite>(file, from, count, offset);
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  if (countdown(plan.operations_left)) return plan.code;
  return forward<&sqlite3_io_methods::xTruncate>(file, size);
}
int sync_file(sqlite3_file* file, int flags) {
  ++plan.syncs;
  if (countdown(plan.operations_left) || countdown(plan.syncs_left)) return plan.code;
  if (plan.fail_database_sync && self(file)->is_database) {
    plan.fail_database_sync = false;
    plan.failed = true;
    return plan.code;
  }
  return forward<&sqlite3_io_methods::xSync>(file, flags);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return forward<&sqlite3_io_methods::xFileSize>(file, size);
}
int lock_file(sqlite3_file* file, int level) {
  return forward<&sqlite3_io_methods::xLock>(file, level);
}
int unlock_file(sqlite3_file* file, int level) {
  return forward<&sqlite3_io_methods::xUnlock>(file, level);
}
int check_reserved(sqlite3_file* file, int* out) {
  return forward<&sqlite3_io_methods::xCheckReservedLock>(file, out);
}
int file_control(sqlite3_file* file, int operation, void* argument) {
  return forward<&sqlite3_io_methods::xFileControl>(file, operation, argument);
}
int sector_size(sqlite3_file* file) {
  return forward<&sqlite3_io_methods::xSectorSize>(file);
}
int characteristics(sqlite3_file* file) {
  return forward<&sqlite3_io_methods::xDeviceCharacteristics>(file);
}
int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  return forward<&sqlite3_io_methods::xShmMap>(file, region, size, extend, out);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return forward<&sqlite3_io_methods::xShmLock>(file, offset, count, flags);
}
void shm_barrier(sqlite3_file* file) {
  sqlite3_file* real = self(file)->real();
  real->pMethods->xShmBarrier(real);
}
int shm_unmap(sqlite3_file* file, int remove) {
  return forward<&sqlite3_io_methods::xShmUnmap>(file, remove);
}

constexpr sqlite3_io_methods kMethods = {
    2,         close_file,  read_file,      write_file,   truncate_file, sync_file,       file_size,
    lock_file, unlock_file, check_reserved, file_control, sector_size,   characteristics, shm_map,
    shm_lock,  shm_barrier, shm_unmap,      nullptr,      nullptr};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_file* real = self(file)->real();
  file->pMethods = nullptr;
  self(file)->is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  int code = system_vfs()->xOpen(system_vfs(), name, real, flags, out_flags);
  if (code == SQLITE_OK) file->pMethods = &kMethods;
  return code;
}

}  // namespace

void reset() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs copy = *system_vfs();
    copy.zName = kName;
    copy.pNext = nullptr;
    copy.szOsFile += static_cast<int>(sizeof(File));
    copy.xOpen = open_file;
    return copy;
  }();
  sqlite3_vfs_register(&vfs, 0);
  plan = {};
}

void fail_at(long operation, int code) {
  plan = {.operations_left = operation, .code = code};
}

void fail_sync_at(long sync, int code) {
  plan = {.syncs_left = sync, .code = code};
}

void fail_database_sync(int code) {
  plan = {.fail_database_sync = true, .code = code};
}

bool has_failed() {
  return plan.failed;
}

long syncs() {
  return plan.syncs;
}

}  // namespace coney::failing_vfs
