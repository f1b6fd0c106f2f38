#include "mgmt-ui/api/body/json_body.h"

#include <stdexcept>

#include "broker/definitions/argument_json.h"

namespace coney::management {

namespace json = boost::json;

namespace {

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

}  // namespace

void throw_exception_from_error(const Answer& answer, const boost::source_location&) {
  throw std::logic_error("answer taken for a value: " + answer.body);
}

boost::system::result<json::value, Answer> parse_json(std::string_view text,
                                                      std::string_view reason) {
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::parser parser({}, options);
  boost::system::error_code error;
  const std::size_t read = parser.write_some(text.data(), text.size(), error);
  std::size_t place = read;
  if (!error && read == text.size()) return parser.release();
  const std::string_view why = error ? "not JSON" : "text after the value";
  Faults faults;
  faults.report("", json::string(reason));
  Answer answer = bad_request(faults);
  json::value body = json::parse(answer.body);
  body.as_object()["errors"] =
      json::array{json::object{{"pointer", ""},
                               {"reason", std::string(why) + " at byte " + std::to_string(place) +
                                              (error ? ": " + error.message() : std::string())}}};
  answer.body = json::serialize(body);
  return answer;
}

boost::system::result<JsonBody, Answer> JsonBody::parse(const Request& request) {
  if (request.body.empty()) return JsonBody(json::object());
  auto value = parse_json(request.body);
  if (!value) return value.error();
  if (value->is_object()) return JsonBody(std::move(value->get_object()));
  return bad_request("not_json");
}

const json::value* JsonBody::find(std::string_view key) const {
  const json::value* value = object_.if_contains(key);
  return value && value->is_null() ? nullptr : value;
}

const json::value& JsonBody::any(std::string_view key) {
  static const json::value kNull;
  const json::value* value = object_.if_contains(key);
  if (!value) faults_.report_missing(key);
  return value ? *value : kNull;
}

std::string JsonBody::text(std::string_view key) {
  if (!object_.contains(key)) {
    faults_.report_missing(key);
    return {};
  }
  return optional_text(key).value_or("");
}

std::optional<std::string> JsonBody::optional_text(std::string_view key) {
  const json::value* value = find(key);
  if (!value) return std::nullopt;
  if (value->is_string()) return std::string(value->get_string());
  const bool secret = key.starts_with("password");  // or its hash
  faults_.report(json_pointer(key),
                 json::array{"not_string", secret ? json::value("[redacted]") : *value});
  return std::nullopt;
}

std::optional<bool> JsonBody::optional_flag(std::string_view key) {
  const json::value* value = find(key);
  if (!value) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  if (value->is_string() && value->get_string() == "true") return true;
  if (value->is_string() && value->get_string() == "false") return false;
  faults_.report(json_pointer(key), json::array{"not_boolean", *value});
  return std::nullopt;
}

std::optional<std::int64_t> JsonBody::optional_integer(std::string_view key) {
  const json::value* value = find(key);
  if (!value) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  faults_.report(json_pointer(key), json::array{"not_int", *value});
  return std::nullopt;
}

std::optional<std::vector<std::string>> JsonBody::optional_words(std::string_view key) {
  const json::value* value = find(key);
  if (!value) return std::nullopt;
  if (value->is_string()) return split_words(value->get_string());
  std::vector<std::string> words;
  const json::array none;
  for (const json::value& word : value->is_array() ? value->get_array() : none) {
    if (!word.is_string()) {
      faults_.report(json_pointer(key), json::array{"not_string", word});
    } else {
      words.emplace_back(word.get_string());
    }
  }
  if (!value->is_array()) faults_.report(json_pointer(key), json::array{"not_list", *value});
  return words;
}

amqp::Table JsonBody::table(std::string_view key) {
  const json::value* value = find(key);
  if (!value || (value->is_array() && value->get_array().empty())) return {};
  if (!value->is_object()) {
    faults_.report(json_pointer(key), json::array{"not_object", *value});
    return {};
  }
  JsonErrors errors;
  amqp::Table table = table_from_json(value->get_object(), JsonPlace(JsonPlace(), key), errors);
  for (const JsonError& error : errors.all()) {
    faults_.report(error.pointer, json::string(error.message));
  }
  return table;
}

}  // namespace coney::management
