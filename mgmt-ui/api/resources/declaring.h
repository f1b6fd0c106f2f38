#pragma once
// What a declare or a bind over AMQP is checked for before it becomes a command, for those that
// come by HTTP.

#include <optional>
#include <string_view>

#include "broker/arguments/argument_fault.h"
#include "mgmt-ui/api/routing/call.h"

namespace coney::management {

inline constexpr std::string_view kReservedPrefix = "amq.";

// In paths the default exchange, whose name is empty, is called amq.default.
std::string_view exchange_name(std::string_view in_path);

Answer access_refused();
Answer fault_answer(const ArgumentFault& fault);

// `record`: as asked for. On return its arguments and type are those to declare.
std::optional<Answer> check_queue_declare(const Call& call, QueueRecord& record);
std::optional<Answer> check_exchange_declare(const Call& call, const ExchangeRecord& record);
std::optional<Answer> check_binding_access(const Call& call, const BindingRecord& record);

}  // namespace coney::management
