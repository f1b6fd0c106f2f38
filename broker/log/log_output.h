#pragma once
// Where lines go: a stream that is open already or a file by its name. Used by one thread at a time
// (the sink that owns it holds a lock). Nothing throws; a line that cannot be written is counted,
// and the next that can be is preceded by one that says how many are missing.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coney::log {

class LogOutput {
 public:
  explicit LogOutput(int stream) : descriptor_(stream), owned_(false) {}
  explicit LogOutput(std::string path) : path_(std::move(path)) {}
  LogOutput(const LogOutput&) = delete;
  LogOutput& operator=(const LogOutput&) = delete;
  ~LogOutput();

  // Opens the file under its name, and its directory when missing; a stream stays as it is. Returns
  // what is wrong, the output that was open is then kept.
  std::optional<std::string> open();

  // `notice` makes the line that says how many are missing. True when the line was written.
  template <typename Notice>
  bool write(std::string_view line, Notice&& notice) {
    if (missing_ > 0 && !write_all(notice(missing_))) return miss();
    missing_ = 0;
    return write_all(line) || miss();
  }

  int last_error() const { return last_error_; }  // errno of the last line that was not written

 private:
  bool write_all(std::string_view bytes);
  bool wait_until_writable();
  bool miss() {
    ++missing_;
    return false;
  }

  std::string path_;
  int descriptor_ = -1;
  bool owned_ = true;
  bool torn_ = false;   // the last line was written in part
  bool stuck_ = false;  // it was not writable within the patience
  uint64_t missing_ = 0;
  int last_error_ = 0;
};

}  // namespace coney::log
