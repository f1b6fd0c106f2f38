#pragma once
// Has the next file of the log ready before it is needed, and puts away those that are not needed
// any more, on a thread of its own: the log's thread does not wait for either. Called by the log's
// thread.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "persistence/log/log_files.h"
#include "persistence/log/log_writer.h"

namespace coney {

class LogFilePreparer : public LogFileSource {
 public:
  // Gives out files from `next` on. Salts count from `salt`, or are random when it is 0.
  LogFilePreparer(LogFiles files, LogFileNumber next, std::uint32_t salt);
  // Puts away what is left to put away; the file that is ready stays for the next time.
  ~LogFilePreparer() override;

  // The file that is ready, or waits for it; then the next is made ready. After an error the same
  // number is tried again.
  StorageResult<NewLogFile> next_file() override;

  // In this order. When the disk refuses, it is tried again with the next call.
  void retire(LogFileNumber number) { put_away({number, true}); }
  void discard(LogFileNumber number) { put_away({number, false}); }

 private:
  struct Unneeded {
    LogFileNumber number{};
    bool may_be_used_again = false;
  };

  void put_away(Unneeded file);
  void run();
  bool has_work() const { return !ready_ || (tidy_ && !unneeded_.empty()); }
  void prepare(std::unique_lock<std::mutex>& lock);
  void tidy(std::unique_lock<std::mutex>& lock);
  std::uint32_t make_salt(LogFileNumber number) const;

  LogFiles files_;  // the thread's
  const std::uint32_t salt_;

  std::mutex mutex_;
  std::condition_variable changed_;
  LogFileNumber next_;
  std::optional<StorageResult<std::unique_ptr<File>>> ready_;
  std::deque<Unneeded> unneeded_;
  bool tidy_ = true;  // false: the disk refused, do not try the same again for now
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace coney
