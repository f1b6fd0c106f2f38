#include "broker/transport/tls_credentials.h"

#include <sys/stat.h>

namespace coney {

SetupResult<std::unique_ptr<TlsCredentials>> TlsCredentials::open(TlsOptions options) {
  FileStates files = states_of(options);  // before loading: a change meanwhile is seen next time
  SetupResult<std::shared_ptr<const TlsContext>> context = TlsContext::load(options);
  if (!context) return context.error();
  return std::unique_ptr<TlsCredentials>(
      new TlsCredentials(std::move(options), files, std::move(*context)));
}

std::shared_ptr<const TlsContext> TlsCredentials::current() const {
  std::lock_guard lock(mutex_);
  return current_;
}

TlsReloadResult TlsCredentials::reload_if_changed() {
  FileStates files = states_of(options_);
  if (files == files_) return {};
  files_ = files;
  SetupResult<std::shared_ptr<const TlsContext>> context = TlsContext::load(options_);
  if (!context) return {TlsReload::kFailed, context.error().reason};
  std::lock_guard lock(mutex_);
  current_ = std::move(*context);
  return {TlsReload::kReloaded, {}};
}

TlsCredentials::FileState TlsCredentials::state_of(const std::string& file) {
  struct stat status {};
  if (file.empty() || ::stat(file.c_str(), &status) != 0) return {};
  return {static_cast<std::int64_t>(status.st_dev),
          static_cast<std::int64_t>(status.st_ino),
          status.st_size,
          status.st_mtim.tv_sec,
          status.st_mtim.tv_nsec,
          status.st_ctim.tv_sec,
          status.st_ctim.tv_nsec};
}

TlsCredentials::FileStates TlsCredentials::states_of(const TlsOptions& options) {
  return {state_of(options.certificate_file), state_of(options.key_file),
          state_of(options.ca_certificate_file)};
}

}  // namespace coney
