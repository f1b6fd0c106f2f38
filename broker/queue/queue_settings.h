#pragma once
// What is asked of a queue beyond first in, first out: its arguments merged with its policies.
// Immutable and shared; a change of policy makes a new one.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "broker/arguments/queue_type.h"

namespace coney {

// What becomes of a message that does not fit the length limits.
enum class Overflow : std::uint8_t { kDropHead, kRejectPublish, kRejectPublishDlx };

// Which of the messages that were given back wait for a while: those that failed, those that were
// only returned (basic.nack), or all.
enum class DelayedRetry : std::uint8_t { kDisabled, kAll, kFailed, kReturned };

// Times in milliseconds, sizes in bytes.
struct QueueSettings {
  static constexpr std::int64_t kQuorumDeliveryLimit = 20;

  QueueType type = QueueType::kClassic;
  std::optional<std::int64_t> message_ttl;
  std::optional<std::int64_t> expires;
  std::optional<std::int64_t> max_length;        // ready messages
  std::optional<std::int64_t> max_length_bytes;  // of bodies; of a stream: of everything
  std::int64_t max_priority = 0;                 // 0: a classic queue without priorities
  Overflow overflow = Overflow::kDropHead;
  std::optional<std::string> dead_letter_exchange;
  std::optional<std::string> dead_letter_routing_key;
  bool dead_letter_at_least_once = false;
  bool single_active_consumer = false;
  // Negative: none. Absent: kQuorumDeliveryLimit for a quorum queue, none for others.
  std::optional<std::int64_t> delivery_limit;
  std::optional<std::int64_t> consumer_timeout;
  // Quorum: how long a message that was given back waits: the minimum for each time that it came
  // back, but never longer than the maximum (0: there is none).
  DelayedRetry delayed_retry = DelayedRetry::kDisabled;
  std::int64_t delayed_retry_min = 0, delayed_retry_max = 0;
  // Streams.
  std::optional<std::int64_t> max_age;
  std::optional<std::int64_t> max_segment_bytes;
  std::optional<std::int64_t> filter_bytes;

  // As in RabbitMQ, which cannot give up the oldest of what must arrive.
  bool dead_letters_must_arrive() const {
    return dead_letter_at_least_once && dead_letter_exchange && type == QueueType::kQuorum &&
           overflow == Overflow::kRejectPublish;
  }

  bool operator==(const QueueSettings&) const = default;
};

using QueueSettingsPtr = std::shared_ptr<const QueueSettings>;

// Of a classic queue without arguments.
inline const QueueSettingsPtr& plain_queue_settings() {
  static const QueueSettingsPtr kPlain = std::make_shared<QueueSettings>();
  return kPlain;
}

}  // namespace coney
