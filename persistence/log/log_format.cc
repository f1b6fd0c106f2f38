#include "persistence/log/log_format.h"

#include <array>
#include <charconv>
#include <cstring>

#include "persistence/encoding.h"
#include "persistence/file/crc32c.h"

namespace coney::log_format {
namespace {

using encoding::load;
using encoding::store;

constexpr std::array<char, 8> kFileMagic = {'c', 'o', 'n', 'e', 'y', 'l', 'o', 'g'};
constexpr std::uint32_t kBlockMagic = 0x6b6c62c1;
constexpr std::size_t kCrcAt = 4;  // in a block; all that follows it is covered
constexpr std::string_view kFileSuffix = ".wal";
constexpr std::string_view kSpareSuffix = ".spare";

std::string hex(LogFileNumber number) {
  std::string text(16, '0');
  char digits[16];
  auto end = std::to_chars(digits, digits + 16, static_cast<std::uint64_t>(number), 16).ptr;
  std::memcpy(text.data() + 16 - (end - digits), digits, static_cast<std::size_t>(end - digits));
  return text;
}

std::optional<LogFileNumber> parse_name(std::string_view name, std::string_view suffix) {
  if (name.size() != 16 + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + 16, number, 16);
  if (error != std::errc{} || end != name.data() + 16 || number == 0) return std::nullopt;
  if (hex(LogFileNumber{number}) != name.substr(0, 16)) return std::nullopt;
  return LogFileNumber{number};
}

}  // namespace

// magic 8, version 4, salt 4, number 8, previous file 8, previous end 8, reserved 4, crc 4
void FileHeader::encode(char* to) const {
  char* at = to;
  std::memcpy(at, kFileMagic.data(), kFileMagic.size());
  at = store(at + kFileMagic.size(), kVersion);
  at = store(at, salt);
  at = store(at, number);
  at = store(at, previous_end.file);
  at = store(at, previous_end.offset);
  at = store(at, std::uint32_t{0});
  store(at, crc32c({to, kBytes - 4}));
}

HeaderFault decode(std::string_view bytes, FileHeader& header) {
  const char* from = bytes.data();
  if (std::memcmp(from, kFileMagic.data(), kFileMagic.size()) != 0) return HeaderFault::kNotThere;
  // The checksum is where it is in every version, so that a newer one is not taken for damage.
  if (load<std::uint32_t>(from + FileHeader::kBytes - 4) !=
      crc32c({from, FileHeader::kBytes - 4})) {
    return HeaderFault::kNotThere;
  }
  if (load<std::uint32_t>(from + 8) > kVersion) return HeaderFault::kNewer;
  header.salt = load<std::uint32_t>(from + 12);
  header.number = load<LogFileNumber>(from + 16);
  header.previous_end = {load<LogFileNumber>(from + 24), load<std::uint64_t>(from + 32)};
  return HeaderFault::kNone;
}

// magic 4, crc 4, payload crc 4, payload bytes 4, records 4, salt 4, file 8, synced file 8, offset
// 8
void BlockHeader::encode(char* to) const {
  char* at = store(to, kBlockMagic);
  at = store(at + 4, payload_crc);
  at = store(at, payload_bytes);
  at = store(at, records);
  at = store(at, salt);
  at = store(at, file);
  at = store(at, synced.file);
  store(at, synced.offset);
  store(to + kCrcAt, crc32c({to + kCrcAt + 4, kBytes - kCrcAt - 4}));
}

std::optional<BlockHeader> BlockHeader::decode(std::string_view bytes) {
  const char* from = bytes.data();
  if (load<std::uint32_t>(from) != kBlockMagic) return std::nullopt;
  if (load<std::uint32_t>(from + kCrcAt) != crc32c({from + kCrcAt + 4, kBytes - kCrcAt - 4})) {
    return std::nullopt;
  }
  BlockHeader header;
  header.payload_crc = load<std::uint32_t>(from + 8);
  header.payload_bytes = load<std::uint32_t>(from + 12);
  header.records = load<std::uint32_t>(from + 16);
  header.salt = load<std::uint32_t>(from + 20);
  header.file = load<LogFileNumber>(from + 24);
  header.synced = {load<LogFileNumber>(from + 32), load<std::uint64_t>(from + 40)};
  return header;
}

std::string file_name(LogFileNumber number) {
  return hex(number).append(kFileSuffix);
}

std::optional<LogFileNumber> parse_file_name(std::string_view name) {
  return parse_name(name, kFileSuffix);
}

std::string spare_name(LogFileNumber number) {
  return hex(number).append(kSpareSuffix);
}

bool is_spare_name(std::string_view name) {
  return parse_name(name, kSpareSuffix).has_value();
}

}  // namespace coney::log_format
