#include "broker/log/log.h"

#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "broker/log/log_level.h"
#include "broker/log/log_line.h"
#include "broker/log/log_output.h"
#include "broker/log/log_tail.h"

namespace coney::log {
namespace {

constexpr size_t kWaitingLines = 8'192;

using Thresholds = std::array<Level, kCategoryCount>;

Thresholds thresholds_of(const LogConfig& config, std::optional<Level> floor) {
  const Level fallback =
      config.category_level[static_cast<size_t>(Category::kDefault)].value_or(Level::kInfo);
  Thresholds thresholds;
  for (size_t i = 0; i < kCategoryCount; ++i) {
    thresholds[i] =
        std::max(config.category_level[i].value_or(fallback), floor.value_or(Level::kDebug));
  }
  return thresholds;
}

// spdlog knows fewer levels and no categories, so ours travel in the line number of the message's
// source location, which nothing else here uses. A line of 0 would mean none, hence the 1.
spdlog::source_loc pack(Category category, Level level) {
  return {"", static_cast<int>(category) * 256 + static_cast<int>(level) + 1, ""};
}

Entry unpack(const spdlog::details::log_msg& message) {
  const int packed = message.source.line - 1;
  return {message.time,
          static_cast<Level>(packed % 256),
          static_cast<Category>(packed / 256),
          {message.payload.data(), message.payload.size()}};
}

// Takes what is severe enough for its category.
class LeveledSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit LeveledSink(const Thresholds& thresholds) : thresholds_(thresholds) {}

  Thresholds thresholds() {
    const std::lock_guard lock(mutex_);
    return thresholds_;
  }
  void set_level(Level level) {
    const std::lock_guard lock(mutex_);
    thresholds_.fill(level);
  }

 private:
  virtual void take(const Entry& entry) = 0;
  void sink_it_(const spdlog::details::log_msg& message) override {
    const Entry entry = unpack(message);
    if (entry.level >= thresholds_[static_cast<size_t>(entry.category)]) take(entry);
  }
  void flush_() override {}

  Thresholds thresholds_;
};

class Sink final : public LeveledSink {
 public:
  template <typename Place>
  Sink(Place&& place, Format format, const Thresholds& thresholds)
      : LeveledSink(thresholds), output_(std::forward<Place>(place)), format_(format) {}

  std::optional<std::string> open() {
    const std::lock_guard lock(mutex_);
    return output_.open();
  }
  uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

 private:
  void take(const Entry& entry) override {
    const auto notice = [&](uint64_t missing) { return missing_line(entry, missing); };
    if (!output_.write(format_line(entry, format_), notice)) {
      lost_.fetch_add(1, std::memory_order_relaxed);
    }
  }
  std::string missing_line(const Entry& before, uint64_t missing) const {
    const std::string text = fmt::format("{} log lines could not be written: {}", missing,
                                         std::strerror(output_.last_error()));
    return format_line({before.time, Level::kError, Category::kDefault, text}, format_);
  }

  LogOutput output_;
  const Format format_;
  std::atomic<uint64_t> lost_{0};
};

// Takes what any output could take, whether there is one or not.
class TailSink final : public LeveledSink {
 public:
  using LeveledSink::LeveledSink;

 private:
  void take(const Entry& entry) override { tail().add(entry); }
};

constexpr int kNoLevel = -1;

struct Log {
  std::shared_ptr<spdlog::details::thread_pool> thread;
  std::shared_ptr<spdlog::async_logger> logger;
  std::vector<std::shared_ptr<Sink>> sinks;
  std::shared_ptr<TailSink> tail;
  std::atomic<int> level_set = kNoLevel;  // while it runs
};
std::unique_ptr<Log> running;

// Null: there is no log.
void open_gates(const Log* log) {
  for (size_t i = 0; i < kCategoryCount; ++i) {
    // Nothing is as severe as kNone, so a closed category compares false with every level.
    Level lowest = Level::kNone;
    if (log) {
      lowest = log->tail->thresholds()[i];
      for (const auto& sink : log->sinks) lowest = std::min(lowest, sink->thresholds()[i]);
    }
    detail::gates[i].threshold.store(lowest, std::memory_order_relaxed);
  }
}

std::optional<std::string> open_sinks(const LogConfig& config, Log& log) {
  if (config.console) {
    log.sinks.push_back(
        std::make_shared<Sink>(config.console_to_stderr ? STDERR_FILENO : STDOUT_FILENO,
                               config.console_format, thresholds_of(config, config.console_level)));
  }
  if (config.file.empty()) return std::nullopt;
  auto file = std::make_shared<Sink>(config.file, config.file_format,
                                     thresholds_of(config, config.file_level));
  if (auto wrong = file->open()) return wrong;
  log.sinks.push_back(std::move(file));
  return std::nullopt;
}

}  // namespace

namespace detail {

constinit std::array<Gate, kCategoryCount> gates;

void write(Category category, Level level, fmt::string_view format, fmt::format_args arguments) {
  try {
    fmt::memory_buffer text;
    fmt::vformat_to(std::back_inserter(text), format, arguments);
    if (!running) return;
    running->logger->log(pack(category, level), spdlog::level::info,
                         spdlog::string_view_t(text.data(), text.size()));
  } catch (...) {
    // Out of memory, or a formatter that throws: the line is not worth the broker.
  }
}

}  // namespace detail

std::optional<std::string> start(const LogConfig& config) {
  auto log = std::make_unique<Log>();
  std::optional<std::string> wrong = open_sinks(config, *log);
  log->thread = std::make_shared<spdlog::details::thread_pool>(kWaitingLines, 1);
  log->tail = std::make_shared<TailSink>(thresholds_of(config, std::nullopt));
  std::vector<spdlog::sink_ptr> sinks(log->sinks.begin(), log->sinks.end());
  sinks.push_back(log->tail);
  log->logger =
      std::make_shared<spdlog::async_logger>("coney", sinks.begin(), sinks.end(), log->thread,
                                             spdlog::async_overflow_policy::overrun_oldest);
  log->logger->set_error_handler([](const std::string&) {});
  open_gates(log.get());
  running = std::move(log);
  return wrong;
}

void stop() {
  if (running) {
    if (const size_t dropped = running->thread->overrun_counter()) {
      error(Category::kDefault, "{} log lines were dropped, they came too fast", dropped);
    }
  }
  open_gates(nullptr);
  running.reset();
}

std::optional<std::string> reopen() {
  std::optional<std::string> wrong;
  if (!running) return wrong;
  for (const auto& sink : running->sinks) {
    if (auto problem = sink->open()) wrong = problem;
  }
  return wrong;
}

void set_level(Level level) {
  if (!running) return;
  running->level_set = static_cast<int>(level);
  for (const auto& sink : running->sinks) sink->set_level(level);
  running->tail->set_level(level);
  open_gates(running.get());
}

std::optional<Level> level_set() {
  const int level = running ? running->level_set.load() : kNoLevel;
  if (level == kNoLevel) return std::nullopt;
  return static_cast<Level>(level);
}

uint64_t lost() {
  if (!running) return 0;
  uint64_t lines = running->thread->overrun_counter();
  for (const auto& sink : running->sinks) lines += sink->lost();
  return lines;
}

}  // namespace coney::log
