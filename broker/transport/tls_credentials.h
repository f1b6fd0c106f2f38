#pragma once
// The TLS context that new connections of a listener use, renewed when its files change on disk;
// sessions that exist keep theirs. One of the few objects that threads share: current() takes a
// mutex for the time of a pointer copy, once per accepted connection.

#include <array>
#include <memory>
#include <mutex>
#include <string>

#include "broker/transport/setup_error.h"
#include "broker/transport/tls_context.h"

namespace coney {

enum class TlsReload { kUnchanged, kReloaded, kFailed };

struct TlsReloadResult {
  TlsReload outcome = TlsReload::kUnchanged;
  std::string reason;  // kFailed
};

class TlsCredentials {
 public:
  static SetupResult<std::unique_ptr<TlsCredentials>> open(TlsOptions options);

  // Any thread.
  std::shared_ptr<const TlsContext> current() const;

  // Loads the files again when one of them was replaced or written since the last try. When that
  // fails, the old context stays and the reason is told once, not again until a file changes.
  // One thread only (a timer's); it reads files.
  TlsReloadResult reload_if_changed();

 private:
  // What stat() says of the certificate, the key and the CA file: device, inode, size, mtime,
  // ctime.
  using FileState = std::array<std::int64_t, 7>;
  using FileStates = std::array<FileState, 3>;

  TlsCredentials(TlsOptions options, FileStates files, std::shared_ptr<const TlsContext> context)
      : options_(std::move(options)), files_(files), current_(std::move(context)) {}

  static FileState state_of(const std::string& file);
  static FileStates states_of(const TlsOptions& options);

  const TlsOptions options_;
  FileStates files_;  // as they were before the last try to load them
  mutable std::mutex mutex_;
  std::shared_ptr<const TlsContext> current_;  // guarded by mutex_
};

}  // namespace coney
