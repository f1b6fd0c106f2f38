#pragma once
// A fault as the client is told of it: the one place where a broker error becomes reply code, scope
// and text (spec 1.1, constants; texts as RabbitMQ's).

#include <cstdint>
#include <string>
#include <string_view>

#include "amqp/field.h"
#include "broker/arguments/argument_fault.h"

namespace coney {

enum class ReplyCode : std::uint16_t {
  kSuccess = 200,
  kContentTooLarge = 311,
  kNoRoute = 312,
  kConnectionForced = 320,
  kInvalidPath = 402,
  kAccessRefused = 403,
  kNotFound = 404,
  kResourceLocked = 405,
  kPreconditionFailed = 406,
  kFrameError = 501,
  kSyntaxError = 502,
  kCommandInvalid = 503,
  kChannelError = 504,
  kUnexpectedFrame = 505,
  kResourceError = 506,
  kNotAllowed = 530,
  kNotImplemented = 540,
  kInternalError = 541,
};

struct ProtocolError {
  ReplyCode code{};
  std::string text;                // behind "NAME - "; empty: the name alone
  bool closes_connection = false;  // else the channel
  amqp::MethodId method;           // that it is about; 0,0 when it is about none
};

// "NOT_FOUND - no queue 'q' in vhost '/'", cut to the 255 bytes of a short string.
std::string reply_text(const ProtocolError& error);

ProtocolError channel_error(ReplyCode code, std::string text);
ProtocolError connection_error(ReplyCode code, std::string text);
// The arguments of a method of class connection. They are not quoted: some hold a password.
ProtocolError undecodable(amqp::DecodeError error, const amqp::MethodInfo& method);
ProtocolError from_fault(const ArgumentFault& fault);

}  // namespace coney
