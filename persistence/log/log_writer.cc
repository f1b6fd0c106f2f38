#include "persistence/log/log_writer.h"

#include <array>
#include <utility>

namespace coney {

using log_format::kPageBytes;

namespace {

constexpr std::array<char, kPageBytes> kZeros = {};

std::string_view zeros(std::uint64_t count) {
  return {kZeros.data(), static_cast<std::size_t>(count)};
}

StorageError failed_before() {
  return {StorageErrorCode::kIo, "the log has failed and not begun a new file yet"};
}

}  // namespace

LogWriter::LogWriter(LogFileSource& source, LogPosition end)
    : source_(source), synced_(end), base_(end), noted_(end) {}

StorageResult<void> LogWriter::begin_file(LogPosition end) {
  pieces_.clear();
  leave_file();
  synced_ = base_ = end;
  failed_ = true;
  auto next = source_.next_file();
  if (!next) return next.error();
  file_ = std::move(next->file);
  number_ = next->number;
  salt_ = next->salt;
  file_bytes_ = next->bytes;
  std::array<char, kPageBytes> page = {};
  log_format::FileHeader{number_, salt_, synced_}.encode(page.data());
  if (auto written = file_->write_at(0, {page.data(), page.size()}); !written) return written;
  end_ = flushed_ = kPageBytes;
  failed_ = needs_sync_ = false;
  return {};
}

void LogWriter::leave_file() {
  if (!file_) return;
  left_.push_back({number_, false, failed_});
  file_.reset();
}

StorageResult<LogFileNumber> LogWriter::add(LogBlock& block) {
  if (failed_) return failed_before();
  std::uint64_t bytes = block.size + block.tail.size();
  if (end_ > kPageBytes && log_format::align(end_ + bytes, kPageBytes) > file_bytes_) {
    if (auto rolled = roll(); !rolled) return rolled.error();
  }
  put_header(block.bytes.get(), block);
  pieces_.push_back({block.bytes.get(), block.size});
  if (!block.tail.empty()) pieces_.push_back(block.tail);
  std::uint64_t unaligned = end_ + block.size + block.tail.size();
  end_ = log_format::align(unaligned, log_format::kBlockAlignment);
  if (end_ != unaligned) pieces_.push_back(zeros(end_ - unaligned));
  return number_;
}

void LogWriter::put_header(char* header, LogBlock& block) {
  log_format::BlockHeader{
      .payload_crc = block.payload_crc,
      .payload_bytes = static_cast<std::uint32_t>(block.size + block.tail.size() -
                                                  log_format::BlockHeader::kBytes),
      .records = block.records,
      .salt = salt_,
      .file = number_,
      .synced = synced_,
  }
      .encode(header);
}

// What is in the old file is synced before the new one says that it counts.
StorageResult<void> LogWriter::roll() {
  if (auto flushed = flush(); !flushed) return flushed;
  if (auto done = sync(); !done) return done;
  return begin_file(synced_);
}

StorageResult<void> LogWriter::flush() {
  if (failed_) return failed_before();
  if (pieces_.empty()) return {};
  std::uint64_t end = log_format::align(end_, kPageBytes);
  if (end != end_) pieces_.push_back(zeros(end - end_));
  auto written = file_->write_at(flushed_, pieces_);
  pieces_.clear();
  if (!written) {
    failed_ = true;
    return written;
  }
  written_bytes_ += end - flushed_;
  flushed_ = end_ = end;
  noted_ = synced_;
  needs_sync_ = true;
  return {};
}

StorageResult<void> LogWriter::sync() {
  if (failed_) return failed_before();
  if (auto done = file_->sync(); !done) {
    failed_ = true;
    return done;
  }
  synced_ = {number_, flushed_};
  needs_sync_ = false;
  return {};
}

StorageResult<void> LogWriter::mark() {
  bool dirty = needs_sync_;
  LogBlock block;
  block.bytes = std::make_unique<char[]>(log_format::BlockHeader::kBytes);
  block.size = log_format::BlockHeader::kBytes;
  if (auto added = add(block); !added) return added.error();
  if (auto flushed = flush(); !flushed) return flushed;
  needs_sync_ = dirty;
  return {};
}

std::vector<LogWriter::LeftFile> LogWriter::take_left() {
  for (LeftFile& file : left_) file.counts = file.number <= base_.file;
  return std::exchange(left_, {});
}

}  // namespace coney
