#include "broker/error.h"

namespace coney {
namespace {

std::string_view name_of(ReplyCode code) {
  switch (code) {
    case ReplyCode::kSuccess:
      return "OK";
    case ReplyCode::kContentTooLarge:
      return "CONTENT_TOO_LARGE";
    case ReplyCode::kNoRoute:
      return "NO_ROUTE";
    case ReplyCode::kConnectionForced:
      return "CONNECTION_FORCED";
    case ReplyCode::kInvalidPath:
      return "INVALID_PATH";
    case ReplyCode::kAccessRefused:
      return "ACCESS_REFUSED";
    case ReplyCode::kNotFound:
      return "NOT_FOUND";
    case ReplyCode::kResourceLocked:
      return "RESOURCE_LOCKED";
    case ReplyCode::kPreconditionFailed:
      return "PRECONDITION_FAILED";
    case ReplyCode::kFrameError:
      return "FRAME_ERROR";
    case ReplyCode::kSyntaxError:
      return "SYNTAX_ERROR";
    case ReplyCode::kCommandInvalid:
      return "COMMAND_INVALID";
    case ReplyCode::kChannelError:
      return "CHANNEL_ERROR";
    case ReplyCode::kUnexpectedFrame:
      return "UNEXPECTED_FRAME";
    case ReplyCode::kResourceError:
      return "RESOURCE_ERROR";
    case ReplyCode::kNotAllowed:
      return "NOT_ALLOWED";
    case ReplyCode::kNotImplemented:
      return "NOT_IMPLEMENTED";
    case ReplyCode::kInternalError:
      return "INTERNAL_ERROR";
  }
  return "INTERNAL_ERROR";
}

}  // namespace

std::string reply_text(const ProtocolError& error) {
  std::string text(name_of(error.code));
  if (!error.text.empty()) text += " - " + error.text;
  if (text.size() <= 255) return text;
  std::size_t end = 252;  // never inside a UTF-8 sequence
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

ProtocolError channel_error(ReplyCode code, std::string text) {
  return {code, std::move(text), false, {}};
}

ProtocolError connection_error(ReplyCode code, std::string text) {
  return {code, std::move(text), true, {}};
}

ProtocolError undecodable(amqp::DecodeError error, const amqp::MethodInfo& method) {
  if (error == amqp::DecodeError::kMalformedUtf8) {
    return {ReplyCode::kFrameError, "Malformed UTF-8 in shortstr", true, {}};
  }
  return {ReplyCode::kFrameError, "cannot decode " + std::string(method.name), true, method.id};
}

ProtocolError from_fault(const ArgumentFault& fault) {
  return {static_cast<ReplyCode>(fault.reply_code), fault.text, fault.closes_connection, {}};
}

}  // namespace coney
