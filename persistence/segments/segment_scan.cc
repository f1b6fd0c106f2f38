#include "persistence/segments/segment_scan.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "persistence/file/write_again.h"
#include "persistence/segments/quarantine.h"
#include "persistence/segments/segment_directory.h"

namespace coney {
namespace {

struct ScannedFile {
  std::shared_ptr<SegmentFile> file;  // nullptr when it could not be read
  SegmentDirectory chunks;
  SegmentScanReport report;
  bool was_open = false;  // when its process ended
  std::optional<StorageError> not_kept;
};

// One file: reads it, reports, repairs.
class FileScan {
 public:
  FileScan(FileSystem& files, const DataDirectoryPaths& paths, SegmentNumber number,
           const SegmentScanOptions& options)
      : files_(files),
        paths_(paths),
        number_(number),
        path_(paths.segments_path() / segment_name(number)),
        options_(options) {}

  ScannedFile run() {
    result_.report.files = 1;
    auto file = files_.open(path_, options_.repair ? OpenMode::kReadWrite : OpenMode::kRead);
    if (!file) return fail(file.error());
    auto contents = read_segment(**file, number_, options_.read_everything);
    if (!contents) return fail(contents.error());
    report(*contents);
    if (options_.repair) repair(**file, *contents);
    if (contents->unreadable && contents->chunks.empty()) return std::move(result_);
    give(std::move(*contents));
    return std::move(result_);
  }

 private:
  ScannedFile fail(const StorageError& error) {
    note(error);
    return std::move(result_);
  }

  void note(StorageError error) { result_.report.errors.push_back(std::move(error)); }

  void report(const SegmentContents& contents) {
    SegmentScanReport& report = result_.report;
    for (const SegmentFault& fault : contents.faults) {
      if (fault.was_synced) {
        ++report.damaged_chunks;
        report.damaged_bytes += fault.length;
        report.damaged_messages += fault.messages;
      } else {
        report.torn_bytes += fault.length;
      }
      note({StorageErrorCode::kCorrupt, describe(fault)});
    }
    if (contents.unreadable) {
      note({StorageErrorCode::kIo, path_.string() + " cannot be read in parts"});
    }
    for (const DirectoryEntry& entry : contents.chunks) {
      ++report.chunks;
      report.messages += entry.count - entry.left_out;
      report.bytes += entry.length;
    }
  }

  std::string describe(const SegmentFault& fault) const {
    return path_.string() + ": " + std::to_string(fault.length) + " bytes at " +
           std::to_string(fault.offset) +
           (fault.was_synced ? " are damaged" : " were written but never finished");
  }

  // Leaves a file as if it had been closed. What fails is noted, and done at the next start; but
  // nothing may rely on a chunk that is not on the disk.
  void repair(File& file, SegmentContents& contents) {
    if (contents.unreadable || (contents.closed && contents.faults.empty())) return;
    for (const SegmentFault& fault : contents.faults) {
      if (!fault.was_synced) continue;
      if (auto saved = save(file, fault); !saved) return note(saved.error());
    }
    if (contents.chunks.empty()) return;  // the store removes it
    result_.was_open = true;
    if (auto kept = keep(file, contents); !kept) {
      result_.not_kept = kept.error();
    } else if (auto closed = close(file, contents); !closed) {
      note(closed.error());
    }
  }

  StorageResult<void> save(File& file, const SegmentFault& fault) {
    ByteBuffer bytes(static_cast<std::size_t>(fault.length));
    const auto read = file.read_at(fault.offset, bytes.span());
    if (!read) return read.error();
    bytes.resize(*read);
    return quarantine_segment_bytes(files_, paths_, number_, fault.offset, bytes.view());
  }

  StorageResult<void> keep(File& file, SegmentContents& contents) {
    if (auto cut = file.truncate(contents.end); !cut) return cut;
    contents.size = contents.end;
    return write_again(file, contents.synced, contents.end);
  }

  StorageResult<void> close(File& file, SegmentContents& contents) {
    const std::string directory = encode_directory(number_, contents.end, contents.chunks);
    if (auto written = file.write_at(contents.end, directory); !written) return written;
    contents.size += directory.size();
    return {};
  }

  void give(SegmentContents contents) {
    result_.file = std::make_shared<SegmentFile>(SegmentStream::kDurable, number_, path_);
    result_.file->set_disk_bytes(contents.size);
    result_.file->add(result_.report.bytes);
    result_.chunks = std::move(contents.chunks);
  }

  FileSystem& files_;
  const DataDirectoryPaths& paths_;
  const SegmentNumber number_;
  const std::filesystem::path path_;
  const SegmentScanOptions& options_;
  ScannedFile result_;
};

void add(SegmentScanReport& to, SegmentScanReport&& one) {
  to.files += one.files;
  to.chunks += one.chunks;
  to.messages += one.messages;
  to.bytes += one.bytes;
  to.torn_bytes += one.torn_bytes;
  to.damaged_chunks += one.damaged_chunks;
  to.damaged_bytes += one.damaged_bytes;
  to.damaged_messages += one.damaged_messages;
  std::move(one.errors.begin(), one.errors.end(), std::back_inserter(to.errors));
}

void add(SegmentScan& to, ScannedFile&& one) {
  add(to.report, std::move(one.report));
  if (!one.file) return;
  for (const DirectoryEntry& entry : one.chunks) {
    to.chunks.push_back({entry.queue, entry.positions, entry.count,
                         ChunkRef{one.file, entry.offset, entry.length}, entry.left_out});
  }
  to.files.push_back(std::move(one.file));
}

// work(i) for each i below count, on several threads; the caller's is one of them.
template <typename Work>
void in_parallel(std::size_t count, unsigned threads, Work work) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < std::min<std::size_t>(threads, count); ++i) others.emplace_back(run);
  run();
}

}  // namespace

StorageResult<SegmentScan> scan_segments(FileSystem& files, const DataDirectoryPaths& paths,
                                         SegmentScanOptions options) {
  const auto names = files.list(paths.segments_path());
  if (!names) return names.error();
  std::vector<SegmentNumber> numbers;
  for (const std::string& name : *names) {
    if (auto number = parse_segment_name(name)) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  std::vector<ScannedFile> results(numbers.size());
  in_parallel(numbers.size(), options.threads, [&](std::size_t i) {
    results[i] = FileScan(files, paths, numbers[i], options).run();
  });
  SegmentScan scan;
  bool names_are_new = false;
  for (ScannedFile& one : results) {
    if (one.not_kept) return *one.not_kept;
    names_are_new = names_are_new || one.was_open;
    add(scan, std::move(one));
  }
  if (names_are_new) {
    if (auto synced = files.sync_directory(paths.segments_path()); !synced) return synced.error();
  }
  return scan;
}

}  // namespace coney
