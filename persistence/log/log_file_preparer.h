#pragma once
// Has the next file of the log ready before it is needed, and puts away those that are not needed
// any more, on a thread of its own: the log's thread waits for neither. Called by the log's thread.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "persistence/log/log.h"
#include "persistence/log/log_files.h"
#include "persistence/log/log_writer.h"

namespace coney {

class LogFilePreparer : public LogFileSource {
 public:
  // Gives out files from `next` on, of options.file_bytes, the first of options.first_file_bytes;
  // that one is made ready at once.
  LogFilePreparer(LogFiles files, LogFileNumber next, const LogOptions& options);
  // Puts away what is left to put away; the file that is ready stays for the next time.
  ~LogFilePreparer() override;

  // The file that is ready, or waits for it. After an error the same number is tried again.
  StorageResult<NewLogFile> next_file() override;
  // Makes the next file ready if it is not.
  void prepare();

  // In this order. When the disk refuses, it is tried again with the next call.
  void retire(LogFileNumber number) { put_away({number, true}); }
  void discard(LogFileNumber number) { put_away({number, false}); }

 private:
  static constexpr std::chrono::milliseconds kRest{1};

  struct Unneeded {
    LogFileNumber number{};
    bool may_be_used_again = false;
  };

  void put_away(Unneeded file);
  void run();
  bool has_to_make() const { return wanted_ && !ready_; }
  bool has_to_tidy() const { return tidy_ && !unneeded_.empty(); }
  void make(std::unique_lock<std::mutex>& lock);
  void rest();
  void tidy(std::unique_lock<std::mutex>& lock);
  std::uint32_t make_salt(LogFileNumber number) const;

  LogFiles files_;  // the thread's
  const LogOptions options_;

  std::mutex mutex_;
  std::condition_variable changed_;
  LogFileNumber next_;
  bool wanted_ = true;
  bool waited_for_ = false;
  bool first_ = true;
  std::optional<StorageResult<LogFiles::Created>> ready_;
  std::deque<Unneeded> unneeded_;
  bool tidy_ = true;  // false: the disk refused, do not try the same again for now
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace coney
