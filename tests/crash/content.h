#pragma once
// Properties and body of a message follow from its key: whatever comes back can be compared.

#include <optional>
#include <string>
#include <string_view>

#include "tests/crash/ledger.h"

namespace coney::crash {

inline constexpr std::size_t kMostBody = 300'000;  // bytes

// Flags and values, as they stand in a content header.
std::string properties_of(const MessageKey& key, const Ledger::Message& message);
// REQUIRES: at most kMostBody bytes. Lives as long as the program.
std::string_view body_of(const MessageKey& key, const Ledger::Message& message);
// Nothing when they are not a message of ours.
std::optional<MessageKey> key_in(std::string_view properties);

}  // namespace coney::crash
