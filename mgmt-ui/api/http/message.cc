#include "mgmt-ui/api/http/message.h"

#include <fmt/format.h>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cctype>
#include <sstream>

namespace coney::management {

namespace http = boost::beast::http;

namespace {

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::kGet;
    case http::verb::head:
      return Method::kHead;
    case http::verb::put:
      return Method::kPut;
    case http::verb::post:
      return Method::kPost;
    case http::verb::delete_:
      return Method::kDelete;
    case http::verb::options:
      return Method::kOptions;
    default:
      return Method::kOther;
  }
}

}  // namespace

Request request_of(const RequestParser::value_type& message, const Peer& peer) {
  Request request;
  request.method = method_of(message.method());
  request.target = std::string(message.target());
  request.peer = peer;
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    request.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  return request;
}

std::string head_of(const Answer& answer, BodyLength length, unsigned version, bool keep_alive) {
  http::response<http::empty_body> head(static_cast<http::status>(answer.status), version);
  head.set(http::field::server, "Coney");
  for (const auto& [name, value] : answer.headers) head.set(name, value);
  if (!answer.content_type.empty()) head.set(http::field::content_type, answer.content_type);
  head.keep_alive(keep_alive);
  const bool has_length = answer.status != 204 && answer.status != 304;
  if (length == BodyLength::kOfBody && has_length) head.content_length(answer.body.size());
  if (length == BodyLength::kChunked) head.chunked(true);
  std::ostringstream text;
  text << head.base();
  return std::move(text).str();
}

std::string chunk_of(std::string_view piece) {
  return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
}

}  // namespace coney::management
