#include "persistence/log/log_retention.h"

#include <algorithm>

namespace coney {

LogRetention::LogRetention(std::size_t shards, std::size_t closed_files)
    : closed_files_(closed_files), shards_(shards) {}

void LogRetention::closed(LogFileNumber file) {
  files_.push_back({file, epoch_ + 2, epoch_ + 2});
}

void LogRetention::seen(LogShard shard, LogEpoch epoch) {
  Label& seen = shards_[shard].seen;
  seen = std::max(seen, static_cast<Label>(epoch));
}

void LogRetention::moved(LogShard shard, LogEpoch up_to) {
  if (shards_[shard].seen < trusted_) return;
  Label& unmoved = shards_[shard].unmoved;
  unmoved = std::max(unmoved, static_cast<Label>(up_to) + 1);
}

void LogRetention::failed() {
  trusted_ = epoch_ + 2;
  asked_ = 0;
}

std::optional<LogEpoch> LogRetention::next_epoch() {
  Label wanted = std::max(trusted_, files_.empty() ? 0 : files_.back().needs_seen);
  bool all_saw_the_last = std::all_of(shards_.begin(), shards_.end(),
                                      [&](const Shard& shard) { return shard.seen >= epoch_; });
  if (epoch_ >= wanted || !all_saw_the_last) return std::nullopt;
  return LogEpoch{++epoch_};
}

std::optional<LogEpoch> LogRetention::next_retire() {
  if (!too_many() || epoch_ < trusted_) return std::nullopt;
  // The newest of those that are too many, or one before it whose epochs have begun.
  for (std::size_t surplus = files_.size() - closed_files_; surplus > 0; --surplus) {
    const ClosedFile& file = files_[surplus - 1];
    if (file.needs_seen > epoch_) continue;
    if (file.needs_unmoved <= asked_) return std::nullopt;
    asked_ = file.needs_unmoved;
    return LogEpoch{asked_ - 1};
  }
  return std::nullopt;
}

std::optional<LogFileNumber> LogRetention::next_file() {
  if (files_.empty()) return std::nullopt;
  const ClosedFile& oldest = files_.front();
  bool may_go = std::all_of(shards_.begin(), shards_.end(), [&](const Shard& shard) {
    return shard.seen >= oldest.needs_seen && shard.unmoved >= oldest.needs_unmoved;
  });
  if (!may_go || transaction_holds(oldest.number)) return std::nullopt;
  LogFileNumber number = oldest.number;
  files_.pop_front();
  return number;
}

std::vector<TxId> LogRetention::open_transactions() const {
  std::vector<TxId> ids;
  for (const auto& [id, file] : open_) ids.push_back(id);
  return ids;
}

std::vector<LogShard> LogRetention::waiting_for() const {
  std::vector<LogShard> shards;
  if (!too_many()) return shards;
  for (LogShard shard = 0; shard < shards_.size(); ++shard) {
    if (shards_[shard].unmoved < files_.front().needs_unmoved) shards.push_back(shard);
  }
  return shards;
}

bool LogRetention::held_by_transaction() const {
  return too_many() && transaction_holds(files_.front().number);
}

bool LogRetention::transaction_holds(LogFileNumber file) const {
  return std::any_of(open_.begin(), open_.end(),
                     [&](const auto& entry) { return entry.second <= file; });
}

}  // namespace coney
