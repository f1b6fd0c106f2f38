#include "broker/arguments/queue_type.h"

namespace coney {
namespace {

struct Row {
  QueueType type;
  std::string_view name;
  std::string_view module;
};

constexpr Row kRows[] = {
    {QueueType::kClassic, "classic", "rabbit_classic_queue"},
    {QueueType::kQuorum, "quorum", "rabbit_quorum_queue"},
    {QueueType::kStream, "stream", "rabbit_stream_queue"},
};

const Row& row_of(QueueType type) {
  return kRows[static_cast<std::size_t>(type)];
}

}  // namespace

std::string_view queue_type_name(QueueType type) {
  return row_of(type).name;
}

std::string_view queue_type_module(QueueType type) {
  return row_of(type).module;
}

std::optional<QueueType> parse_queue_type(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.type;
  }
  return std::nullopt;
}

}  // namespace coney
