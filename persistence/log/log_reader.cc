#include "persistence/log/log_reader.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "persistence/byte_buffer.h"
#include "persistence/log/log_record.h"
#include "persistence/log/log_scan.h"

namespace coney {

using log_format::BlockHeader;
using log_format::kPageBytes;
using log_format::RecordKind;

namespace {

namespace fs = std::filesystem;

// Hands records to the visitor; those of a transaction when it is committed.
class Dispatcher {
 public:
  Dispatcher(LogVisitor& visitor, LogReport& report) : visitor_(visitor), report_(report) {}

  // How many records could be read: all of them unless a whole block holds what is no record.
  std::uint64_t block(std::string_view payload) {
    std::uint64_t count = 0;
    for (encoding::Cursor cursor(payload); cursor.left() != 0; ++count) {
      const char* start = cursor.position();
      if (!record_.read(cursor)) break;
      take({start, static_cast<std::size_t>(cursor.position() - start)});
    }
    return count;
  }

  std::size_t open_transactions() const { return open_.size(); }

 private:
  void take(std::string_view bytes) {
    report_.last_tx = std::max(report_.last_tx, record_.tx);
    if (record_.kind == RecordKind::kCommit) return commit(record_.tx);
    if (record_.kind == RecordKind::kAbort) return (void)open_.erase(record_.tx);
    if (record_.tx != TxId{}) return (void)open_[record_.tx].append(bytes);
    apply();
  }

  void commit(TxId id) {
    auto parts = open_.extract(id);
    if (!parts) return;
    for (encoding::Cursor cursor(parts.mapped()); cursor.left() != 0;) {
      if (record_.read(cursor)) apply();
    }
  }

  void apply() {
    const LogRecord& record = record_;
    PositionRange range{record.position, record.position + record.count - 1};
    switch (record.kind) {
      case RecordKind::kPublish:
        return visitor_.publish(record.queue, record.position, record.facts, record.prefix,
                                record.data);
      case RecordKind::kBody:
        report_.last_body = std::max(report_.last_body, record.body);
        return visitor_.body(record.body, record.prefix, record.data);
      case RecordKind::kEnqueue:
        return visitor_.enqueue(record.queue, record.position, record.facts, record.body);
      case RecordKind::kSettle:
        return visitor_.settle(record.queue, range);
      case RecordKind::kReturned:
        return visitor_.returned(record.queue, range, record.facts.counts);
      case RecordKind::kReturnedOnce:
        return visitor_.returned_once(record.queue, range);
      case RecordKind::kQueueState:
        return visitor_.queue_state(record.queue, record.position, record.live);
      case RecordKind::kCommit:
      case RecordKind::kAbort:
        return;  // take() saw to them
    }
  }

  LogVisitor& visitor_;
  LogReport& report_;
  LogRecord record_;
  std::map<TxId, std::string> open_;  // records as they are in the log
};

struct FoundFile {
  LogFileNumber number{};
  std::string name;
  log_format::FileHeader header;
  bool header_good = false;
};

class DirectoryReader {
 public:
  DirectoryReader(FileSystem& system, const fs::path& directory,
                  const std::optional<fs::path>& quarantine, LogVisitor& visitor)
      : system_(system),
        directory_(directory),
        quarantine_(quarantine),
        dispatcher_(visitor, report_) {}

  StorageResult<LogReport> run() {
    if (auto found = find_files(); !found) return found.error();
    std::vector<FoundFile> chain = choose_files();
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const FoundFile* next = i + 1 < chain.size() ? &chain[i + 1] : nullptr;
      if (auto done = read_file(chain[i], next); !done) return done.error();
    }
    report_.open_transactions = dispatcher_.open_transactions();
    return std::move(report_);
  }

 private:
  StorageResult<void> find_files();
  std::vector<FoundFile> choose_files();
  bool begun_without_header(const FoundFile& file);
  StorageResult<void> read_file(const FoundFile& file, const FoundFile* next);
  std::uint64_t cut_torn_tail(const LogScan& scan, LogFileNumber number);
  void visit(std::string_view content, const LogScan& scan, std::uint64_t end,
             LogFileReport& report);
  void bad(LogFileNumber number, std::string_view content, const LogGap& gap,
           std::string_view what);
  std::optional<std::string> keep_aside(LogFileNumber number, std::string_view bytes,
                                        std::uint64_t offset);
  StorageResult<ByteBuffer> content(const std::string& name);
  void problem(LogFileNumber number, std::string_view what) {
    report_.problems.push_back((directory_ / log_format::file_name(number)).string().append(what));
  }

  FileSystem& system_;
  const fs::path& directory_;
  const std::optional<fs::path>& quarantine_;
  LogReport report_;
  Dispatcher dispatcher_;
  std::vector<FoundFile> files_;
};

StorageResult<void> DirectoryReader::find_files() {
  auto names = system_.list(directory_);
  if (!names) return names.error();
  for (std::string& name : *names) {
    if (log_format::is_spare_name(name)) report_.history.spare_names.push_back(name);
    auto number = log_format::parse_file_name(name);
    if (!number) continue;
    FoundFile found{*number, std::move(name), {}, false};
    auto file = system_.open(directory_ / found.name, OpenMode::kRead);
    if (!file) return file.error();
    char header[log_format::FileHeader::kBytes] = {};
    auto fault = log_format::HeaderFault::kNotThere;
    if ((*file)->read_at(0, header)) {
      fault = log_format::decode({header, sizeof header}, found.header);
    }
    if (fault == log_format::HeaderFault::kNewer) {
      return StorageError{StorageErrorCode::kNewerVersion,
                          (directory_ / found.name).string() +
                              " has a newer format than this program knows: run the newer program"};
    }
    found.header_good = fault == log_format::HeaderFault::kNone && found.header.number == *number;
    report_.history.next = LogFileNumber{static_cast<std::uint64_t>(*number) + 1};
    files_.push_back(std::move(found));
  }
  return {};
}

// The files that count, oldest first: each says which one was before it. The others were made ready
// and not begun, or given up before anything in them was synced.
std::vector<FoundFile> DirectoryReader::choose_files() {
  std::vector<FoundFile> chain;
  LogFileNumber expected{};  // what the file behind the one at hand says
  for (auto file = files_.rbegin(); file != files_.rend(); ++file) {
    bool newest = chain.empty();
    bool named = !newest && file->number == expected;
    bool passed_over = !newest && chain.back().header_good && file->number > expected;
    if (passed_over || (!named && !file->header_good && !begun_without_header(*file))) {
      report_.history.spare_names.push_back(std::move(file->name));
      continue;
    }
    if (!newest && chain.back().header_good && file->number < expected) {
      problem(expected, " is missing");
    }
    if (!file->header_good) problem(file->number, ": the header is damaged");
    expected = file->header_good ? file->header.previous_end.file : LogFileNumber{};
    chain.push_back(std::move(*file));
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

// Its header cannot be read, but a block says that something in the file was synced.
bool DirectoryReader::begun_without_header(const FoundFile& file) {
  auto bytes = content(file.name);
  return bytes && LogScan::of(bytes->view(), file.number, std::nullopt).synced.file == file.number;
}

StorageResult<void> DirectoryReader::read_file(const FoundFile& file, const FoundFile* next) {
  auto bytes = content(file.name);
  if (!bytes) return bytes.error();
  std::string_view content = bytes->view();
  bool known_end = next && next->header_good && next->header.previous_end.file == file.number;
  if (known_end) content = content.substr(0, next->header.previous_end.offset);
  auto salt = file.header_good ? std::optional(file.header.salt) : std::nullopt;
  LogScan scan = LogScan::of(content, file.number, salt);
  std::uint64_t end = known_end ? next->header.previous_end.offset : 0;
  if (!known_end) end = cut_torn_tail(scan, file.number);
  if (known_end && log_format::align(scan.end, kPageBytes) < end) {
    scan.gaps.push_back({scan.end, end, 0});
  }
  LogFileReport report{file.number, end, 0, 0};
  visit(content, scan, end, report);
  report_.files.push_back(report);
  report_.history.files.push_back(file.number);
  report_.history.end = {file.number, end};
  report_.history.synced = scan.synced.file == file.number ? scan.synced.offset : 0;
  return {};
}

// Where the log ends in its last file: at the first block that is not whole, unless what is there
// was synced.
std::uint64_t DirectoryReader::cut_torn_tail(const LogScan& scan, LogFileNumber number) {
  std::uint64_t synced = scan.synced.file == number ? scan.synced.offset : kPageBytes;
  for (const LogGap& gap : scan.gaps) {
    if (gap.end <= synced) continue;
    std::uint64_t cut = std::max(gap.offset, synced);
    report_.torn_bytes += scan.end - std::min(scan.end, cut);
    return cut;
  }
  return log_format::align(scan.end, kPageBytes);
}

void DirectoryReader::visit(std::string_view content, const LogScan& scan, std::uint64_t end,
                            LogFileReport& report) {
  for (const LogGap& gap : scan.gaps) {
    if (gap.offset < end) bad(report.number, content, gap, "is damaged");
  }
  for (const ScannedBlock& block : scan.blocks) {
    if (!block.whole || block.offset >= end) continue;
    auto payload = content.substr(block.offset + BlockHeader::kBytes, block.header.payload_bytes);
    std::uint64_t records = dispatcher_.block(payload);
    ++report.blocks;
    report.records += records;
    if (records < block.header.records) {
      bad(report.number, content, {block.offset, block.end(), block.header.records - records},
          "holds something that is no record");
    }
  }
  report_.records += report.records;
}

void DirectoryReader::bad(LogFileNumber number, std::string_view content, const LogGap& gap,
                          std::string_view what) {
  ++report_.bad_blocks;
  report_.lost_records += gap.records;
  std::string text = ": the block at " + std::to_string(gap.offset) + " (" +
                     std::to_string(gap.end - gap.offset) + " bytes, " +
                     (gap.records != 0 ? std::to_string(gap.records) : "an unknown number of") +
                     " records) ";
  text.append(what);
  std::string_view bytes = content.substr(std::min<std::uint64_t>(gap.offset, content.size()));
  if (auto kept = keep_aside(number, bytes.substr(0, gap.end - gap.offset), gap.offset)) {
    text += "; " + *kept;
  }
  problem(number, text);
}

// Says what came of it.
std::optional<std::string> DirectoryReader::keep_aside(LogFileNumber number, std::string_view bytes,
                                                       std::uint64_t offset) {
  if (!quarantine_) return std::nullopt;
  std::string name = log_format::file_name(number) + "-" + std::to_string(offset);
  fs::path path = *quarantine_ / name;
  if (auto made = system_.make_directory(*quarantine_); !made) return made.error().message;
  auto file = system_.open(path, OpenMode::kCreate);
  if (!file) return file.error().message;
  if (auto written = (*file)->write_at(0, bytes); !written) return written.error().message;
  return "its bytes are in " + path.string();
}

StorageResult<ByteBuffer> DirectoryReader::content(const std::string& name) {
  auto file = system_.open(directory_ / name, OpenMode::kRead);
  if (!file) return file.error();
  auto size = (*file)->size();
  if (!size) return size.error();
  ByteBuffer bytes(*size);
  constexpr std::size_t kPiece = 1024 * 1024;
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    std::span<char> piece = bytes.span().subspan(at, std::min(kPiece, bytes.size() - at));
    auto got = (*file)->read_at(at, piece);
    if (got && *got == piece.size()) continue;
    // Page by page; what cannot be read is taken for damage.
    for (std::size_t in = 0; in < piece.size(); in += kPageBytes) {
      std::span<char> page =
          piece.subspan(in, std::min<std::size_t>(kPageBytes, piece.size() - in));
      if (!(*file)->read_at(at + in, page)) std::memset(page.data(), 0xee, page.size());
    }
  }
  return bytes;
}

}  // namespace

StorageResult<LogReport> read_log(FileSystem& system, const fs::path& directory,
                                  const std::optional<fs::path>& quarantine, LogVisitor& visitor) {
  return DirectoryReader(system, directory, quarantine, visitor).run();
}

}  // namespace coney
