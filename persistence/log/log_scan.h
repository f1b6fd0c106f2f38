#pragma once
// Where the blocks of one log file are, and what lies between them. A pure function of the bytes.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "persistence/log/log_format.h"

namespace coney {

struct ScannedBlock {
  std::uint64_t offset = 0;
  log_format::BlockHeader header;
  bool whole = false;  // the payload's checksum is right

  std::uint64_t end() const { return offset + header.block_bytes(); }
};

// Bytes that should be a block and are not. Block and end of it when the header is readable.
struct LogGap {
  std::uint64_t offset = 0;
  std::uint64_t end = 0;
  std::uint64_t records = 0;  // lost with it; 0 when nobody knows
};

struct LogScan {
  std::vector<ScannedBlock> blocks;  // whole or not, with a good header, ascending
  std::vector<LogGap> gaps;          // between blocks, and blocks that are not whole; ascending
  std::uint64_t end = 0;             // behind the last block
  LogPosition synced;                // the newest that a block says to be synced

  // `salt`: nullopt takes that of the first block found. Looks at bytes up to their end only.
  static LogScan of(std::string_view file, LogFileNumber number, std::optional<std::uint32_t> salt);
};

}  // namespace coney
