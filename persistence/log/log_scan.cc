#include "persistence/log/log_scan.h"

#include <algorithm>

#include "persistence/file/crc32c.h"

namespace coney {

using log_format::align;
using log_format::BlockHeader;
using log_format::kBlockAlignment;
using log_format::kPageBytes;

namespace {

class Scanner {
 public:
  Scanner(std::string_view file, LogFileNumber number, std::optional<std::uint32_t> salt)
      : file_(file), number_(number), salt_(salt) {}

  LogScan run() {
    scan_.end = kPageBytes;
    for (std::uint64_t at = kPageBytes; auto block = next_block(at);) {
      note_gap(scan_.end, block->offset);
      add(*block);
      at = scan_.end;
    }
    return std::move(scan_);
  }

 private:
  // The first block at `at` or behind it.
  std::optional<ScannedBlock> next_block(std::uint64_t at) {
    for (; at + BlockHeader::kBytes <= file_.size(); at += kBlockAlignment) {
      auto header = BlockHeader::decode(file_.substr(at));
      if (!header || header->file != number_) continue;
      if (salt_ && header->salt != *salt_) continue;
      if (at + BlockHeader::kBytes + header->payload_bytes > file_.size()) continue;
      salt_ = header->salt;
      return ScannedBlock{at, *header, false};
    }
    return std::nullopt;
  }

  void add(ScannedBlock block) {
    auto payload = file_.substr(block.offset + BlockHeader::kBytes, block.header.payload_bytes);
    block.whole = crc32c(payload) == block.header.payload_crc;
    if (!block.whole) scan_.gaps.push_back({block.offset, block.end(), block.header.records});
    scan_.synced = std::max(scan_.synced, block.header.synced);
    scan_.end = block.end();
    scan_.blocks.push_back(block);
  }

  // A commit is filled up with zeros to the end of its last page.
  void note_gap(std::uint64_t from, std::uint64_t to) {
    std::uint64_t page = std::min(align(from, kPageBytes), to);
    bool padding =
        file_.substr(from, page - from).find_first_not_of('\0') == std::string_view::npos;
    if (padding) from = page;
    if (from != to) scan_.gaps.push_back({from, to, 0});
  }

  std::string_view file_;
  LogFileNumber number_;
  std::optional<std::uint32_t> salt_;
  LogScan scan_;
};

}  // namespace

LogScan LogScan::of(std::string_view file, LogFileNumber number,
                    std::optional<std::uint32_t> salt) {
  return Scanner(file, number, salt).run();
}

}  // namespace coney
