#pragma once
// What rows are written with: short names, and values as the fields of Config have them. For the
// files of this folder.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "broker/config/config_key.h"

namespace coney::setting {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Type = ValueType;
using Draft = ConfigDraft;
using Name = std::string;

inline constexpr int64_t kInt32Max = INT32_MAX;
inline constexpr int64_t kUint32Max = UINT32_MAX;

// Infinite: zero, as timers have it.
inline milliseconds timeout(const Value& value) {
  return value.infinite ? milliseconds::zero() : milliseconds(value.integer);
}

// Infinite: none.
template <typename T>
std::optional<T> limit(const Value& value) {
  return value.infinite ? std::nullopt : std::optional<T>(static_cast<T>(value.integer));
}

}  // namespace coney::setting
