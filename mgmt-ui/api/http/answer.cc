#include "mgmt-ui/api/http/answer.h"

#include <boost/json.hpp>

namespace coney::management {

namespace json = boost::json;

Answer long_answer(std::string content_type, std::shared_ptr<LongBody> body) {
  body->keep();
  return {.content_type = std::move(content_type), .rest = std::move(body)};
}

void complete_if_short(Answer& answer) {
  while (answer.rest && answer.body.size() < kShortBody) {
    if (!answer.rest->write(answer.body)) answer.rest.reset();
  }
}

void complete(Answer& answer) {
  while (answer.rest && answer.rest->write(answer.body)) continue;
  answer.rest.reset();
}

Answer json_text_answer(std::string text, unsigned status) {
  return {.status = status, .body = std::move(text), .content_type = "application/json"};
}

Answer json_answer(const json::value& body, unsigned status) {
  return json_text_answer(json::serialize(body), status);
}

Answer empty_answer(unsigned status) {
  return {.status = status};
}

Answer put_answer(bool existed) {
  return empty_answer(existed ? 204 : 201);
}

Answer error_answer(unsigned status, std::string_view error, const json::value& reason) {
  return json_answer(json::object{{"error", error}, {"reason", reason}}, status);
}

Answer bad_request(const json::value& reason) {
  return error_answer(400, "bad_request", reason);
}

Answer bad_request(const Faults& faults) {
  json::array errors;
  for (const Fault& fault : faults.all()) {
    errors.push_back(json::object{{"pointer", fault.pointer}, {"reason", fault.reason}});
  }
  return json_answer(
      json::object{
          {"error", "bad_request"}, {"reason", faults.reason()}, {"errors", std::move(errors)}},
      400);
}

Answer no_such_object() {
  return error_answer(404, "Object Not Found", "Not Found");
}

Answer not_found(std::string_view reason) {
  return error_answer(404, "not_found", json::string(reason));
}

Answer out_of_memory() {
  return error_answer(500, "internal_error", "The request could not be carried out.");
}

Answer not_authorised(std::string_view reason) {
  return error_answer(401, "not_authorised", json::string(reason));
}

}  // namespace coney::management
