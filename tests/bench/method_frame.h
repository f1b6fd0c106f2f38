#pragma once
#include <string>

#include "amqp/frame.h"
#include "amqp/methods.h"

namespace bench {

// Appends a method as a whole frame.
template <typename Method>
void append_method(std::string& out, std::uint16_t channel, const Method& method) {
  std::string payload;
  amqp::encode_method(payload, method);
  amqp::append_frame(out, amqp::FrameType::kMethod, channel, payload);
}

}  // namespace bench
