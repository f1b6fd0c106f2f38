#include "persistence/log/log_file_preparer.h"

#include <random>
#include <utility>

namespace coney {

LogFilePreparer::LogFilePreparer(LogFiles files, LogFileNumber next, std::uint32_t salt)
    : files_(std::move(files)), salt_(salt), next_(next), thread_([this] { run(); }) {}

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
    changed_.notify_all();
  }
  changed_.wait(lock, [&] { return ready_.has_value(); });
  auto file = *std::exchange(ready_, std::nullopt);
  LogFileNumber number = next_;
  if (file) next_ = LogFileNumber{static_cast<std::uint64_t>(next_) + 1};
  lock.unlock();
  changed_.notify_all();  // the next one, or the same again
  if (!file) return file.error();
  return NewLogFile{number, std::move(*file), make_salt(number)};
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
    changed_.wait(lock, [&] { return stop_ || has_work(); });
    // What is put away may be what the next file is made of.
    if (tidy_ && !unneeded_.empty()) {
      tidy(lock);
    } else if (stop_) {
      return;
    } else {
      prepare(lock);
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

void LogFilePreparer::prepare(std::unique_lock<std::mutex>& lock) {
  LogFileNumber number = next_;
  lock.unlock();
  auto file = files_.create(number);
  lock.lock();
  ready_ = std::move(file);
  changed_.notify_all();
}

std::uint32_t LogFilePreparer::make_salt(LogFileNumber number) const {
  if (salt_ != 0) return salt_ + static_cast<std::uint32_t>(number);
  return std::random_device()();
}

}  // namespace coney
