#include "persistence/log/log_file_preparer.h"

#include <algorithm>
#include <random>
#include <utility>

namespace coney {

LogFilePreparer::LogFilePreparer(LogFiles files, LogFileNumber next, const LogOptions& options)
    : files_(std::move(files)), options_(options), next_(next), thread_([this] { run(); }) {}

LogFilePreparer::~LogFilePreparer() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

StorageResult<NewLogFile> LogFilePreparer::next_file() {
  std::unique_lock lock(mutex_);
  if (ready_ && !*ready_) {  // that was some time ago
    ready_.reset();
  }
  wanted_ = waited_for_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return ready_.has_value(); });
  wanted_ = waited_for_ = false;
  auto made = *std::exchange(ready_, std::nullopt);
  if (!made) return made.error();
  first_ = false;
  LogFileNumber number = next_;
  next_ = LogFileNumber{static_cast<std::uint64_t>(next_) + 1};
  return NewLogFile{number, std::move(made->file), made->bytes, make_salt(number)};
}

void LogFilePreparer::prepare() {
  std::lock_guard lock(mutex_);
  if (std::exchange(wanted_, true)) return;
  changed_.notify_all();
}

void LogFilePreparer::put_away(Unneeded file) {
  {
    std::lock_guard lock(mutex_);
    unneeded_.push_back(file);
    tidy_ = true;
  }
  changed_.notify_all();
}

void LogFilePreparer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stop_ || has_to_make() || has_to_tidy(); });
    // What is put away may be what the next file is made of.
    if (has_to_tidy()) {
      tidy(lock);
    } else if (stop_) {
      return;
    } else {
      make(lock);
    }
  }
}

void LogFilePreparer::tidy(std::unique_lock<std::mutex>& lock) {
  Unneeded file = unneeded_.front();
  lock.unlock();
  auto done = file.may_be_used_again ? files_.retire(file.number) : files_.discard(file.number);
  lock.lock();
  if (done) {
    unneeded_.pop_front();
  } else {
    tidy_ = false;
  }
}

void LogFilePreparer::make(std::unique_lock<std::mutex>& lock) {
  LogFileNumber number = next_;
  std::uint64_t bytes = first_ ? options_.first_file_bytes : options_.file_bytes;
  lock.unlock();
  auto made = files_.create(number, std::min(bytes, options_.file_bytes), [this] { rest(); });
  lock.lock();
  ready_ = std::move(made);
  changed_.notify_all();
}

// The disk is left to the log for most of the time, as long as the log can do without the file.
void LogFilePreparer::rest() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kRest, [&] { return waited_for_ || stop_; });
}

std::uint32_t LogFilePreparer::make_salt(LogFileNumber number) const {
  if (options_.salt != 0) return options_.salt + static_cast<std::uint32_t>(number);
  return std::random_device()();
}

}  // namespace coney
