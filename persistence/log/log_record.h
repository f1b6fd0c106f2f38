#pragma once
// One record of the log as it is read back. Views live as long as the bytes it was read from.

#include <cstdint>
#include <string_view>
#include <vector>

#include "persistence/encoding.h"
#include "persistence/log/log_batch.h"
#include "persistence/log/log_format.h"
#include "persistence/stored_ids.h"

namespace coney {

struct LogRecord {
  log_format::RecordKind kind{};
  TxId tx{};  // it belongs to; of a commit or abort: that ends. 0: none
  StoredQueueId queue{};
  QueuePosition position = 0;  // of a settle, returned: the first
  std::uint64_t count = 0;     // of positions
  MessageFacts facts;          // of a returned: the counts
  BodyId body{};
  std::string_view prefix, data;
  std::vector<PositionRange> live;

  // Takes the next record; false when what is there is none, then `cursor` has failed. A range that
  // would go beyond the last position is none.
  bool read(encoding::Cursor& cursor);

 private:
  void read_payload(encoding::Cursor& cursor);
  void read_facts(encoding::Cursor& cursor, std::uint8_t flags);
  void read_range(encoding::Cursor& cursor);
  void read_live(encoding::Cursor& cursor);
};

}  // namespace coney
