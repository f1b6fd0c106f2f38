#pragma once
// The bytes of a log file; persistence/FORMAT.md describes them. Plain values, any thread.
//
// A file is a header page, then commits: blocks back to back, each starting at a multiple of 8, the
// commit filled up with zeros to a multiple of 4096, so that no page is written twice once it has
// been synced.

#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace coney {

enum class LogFileNumber : std::uint64_t {};  // from 1; 0 is no file

struct LogPosition {
  LogFileNumber file{};
  std::uint64_t offset = 0;

  friend auto operator<=>(const LogPosition&, const LogPosition&) = default;
};

namespace log_format {

inline constexpr std::uint32_t kVersion = 2;
inline constexpr std::uint64_t kPageBytes = 4096;
inline constexpr std::uint64_t kBlockAlignment = 8;

constexpr std::uint64_t align(std::uint64_t offset, std::uint64_t to) {
  return (offset + to - 1) / to * to;
}

// Takes the first page of the file.
struct FileHeader {
  static constexpr std::size_t kBytes = 48;

  LogFileNumber number{};
  std::uint32_t salt = 0;  // in every block of the file, so that nothing else is taken for one
  // The file before this one counts up to here: all of that was on disk when this file was begun,
  // and what follows was told to have failed, or was lost by a crash. No file: this is the first.
  LogPosition previous_end;

  void encode(char* to) const;  // kBytes
};

enum class HeaderFault : std::uint8_t {
  kNone,
  kNotThere,  // zeros, not a log file's header, or damaged
  kNewer,     // a version that this program does not know
};

// REQUIRES: bytes.size() >= kBytes.
HeaderFault decode(std::string_view bytes, FileHeader& header);

struct BlockHeader {
  static constexpr std::size_t kBytes = 48;

  std::uint32_t payload_crc = 0;
  std::uint32_t payload_bytes = 0;
  std::uint32_t records = 0;
  std::uint32_t salt = 0;
  LogFileNumber file{};
  LogPosition synced;  // all of the log before this was on disk when the block was written

  // The header and the payload, up to where the next block may start.
  std::uint64_t block_bytes() const {
    return align(kBytes + std::uint64_t{payload_bytes}, kBlockAlignment);
  }

  void encode(char* to) const;  // kBytes
  // nullopt: not a block header, or a damaged one. REQUIRES: bytes.size() >= kBytes.
  static std::optional<BlockHeader> decode(std::string_view bytes);
};

// The first byte of a record: a kind and flags. Numbers behind it are varints. Version 2 has added
// kReturned, kHasTime and kHasAcquired, and writes kReturnedOnce no more; nothing else differs.
enum class RecordKind : std::uint8_t {
  kPublish = 1,       // queue, position, [facts], prefix length, data length, prefix, data
  kBody = 2,          // body, prefix length, data length, prefix, data
  kEnqueue = 3,       // queue, position, [facts], body
  kSettle = 4,        // queue, first position, count
  kReturnedOnce = 5,  // queue, first position, count: the counts are one higher
  kQueueState = 6,    // queue, next position, number of ranges, {gap before it, length - 1}...
  kCommit = 7,        // transaction
  kAbort = 8,         // transaction
  kReturned = 9,      // queue, first position, count, returned, acquired
};
inline constexpr std::uint8_t kKindMask = 0x0f;
// The facts, in this order: returned count * 2 + redelivered, time, acquired count.
inline constexpr std::uint8_t kHasState = 0x10;
inline constexpr std::uint8_t kHasTime = 0x40;
inline constexpr std::uint8_t kHasAcquired = 0x80;
// The transaction comes before everything else.
inline constexpr std::uint8_t kInTransaction = 0x20;

// "00000000000000a1.wal"
std::string file_name(LogFileNumber number);
// nullopt: no such name.
std::optional<LogFileNumber> parse_file_name(std::string_view name);
// A file whose content nobody needs, kept for its space: "00000000000000a1.spare".
std::string spare_name(LogFileNumber number);
bool is_spare_name(std::string_view name);

}  // namespace log_format
}  // namespace coney
