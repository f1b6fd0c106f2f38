#pragma once
// Heads of requests and answers as they are on the wire (RFC 9112), read and written by Beast. Any
// thread.

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>

#include "mgmt-ui/api/http/answer.h"
#include "mgmt-ui/api/http/request.h"

namespace coney::management {

using RequestParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

// Without its body. Names of headers become lower case.
Request request_of(const RequestParser::value_type& message, const Peer& peer);

enum class BodyLength : std::uint8_t { kOfBody, kChunked, kUntilEnd };
// `version`: 10 or 11.
std::string head_of(const Answer& answer, BodyLength length, unsigned version, bool keep_alive);
// A piece of a body of which nobody knows the length yet (RFC 9112, 7.1).
std::string chunk_of(std::string_view piece);

}  // namespace coney::management
