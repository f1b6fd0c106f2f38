#pragma once
// The queue types that x-queue-type can name.

#include <cstdint>
#include <optional>
#include <string_view>

namespace coney {

enum class QueueType : std::uint8_t { kClassic, kQuorum, kStream };

// "classic", "quorum", "stream"
std::string_view queue_type_name(QueueType type);
// "rabbit_classic_queue", ...: what RabbitMQ's error texts call it.
std::string_view queue_type_module(QueueType type);
// Nothing for any other word; case matters.
std::optional<QueueType> parse_queue_type(std::string_view name);

// Sets of types, a bit for each.
namespace queue_types {
inline constexpr std::uint8_t kClassic = 1 << static_cast<int>(QueueType::kClassic);
inline constexpr std::uint8_t kQuorum = 1 << static_cast<int>(QueueType::kQuorum);
inline constexpr std::uint8_t kStream = 1 << static_cast<int>(QueueType::kStream);
inline constexpr std::uint8_t kEvery = kClassic | kQuorum | kStream;
}  // namespace queue_types

}  // namespace coney
