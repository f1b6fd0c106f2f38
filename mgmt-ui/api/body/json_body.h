#pragma once
// The body of a PUT or POST: a JSON object. Reads its fields; what is wrong is collected, so that a
// handler reads everything first and answers with all faults at once:
//
//   auto body = JsonBody::parse(call.request());
//   if (!body) return body.error();
//   const std::string read = body->text("read");     // must be there
//   if (body->faults().any()) return bad_request(body->faults());
//
// A field that is null counts as absent.

#include <boost/json.hpp>
#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amqp/table.h"
#include "mgmt-ui/api/body/faults.h"
#include "mgmt-ui/api/http/answer.h"
#include "mgmt-ui/api/http/request.h"

namespace coney::management {

// How deep a body may nest.
inline constexpr std::size_t kMaxJsonDepth = 64;

// JSON of any kind; the answer is 400 and says at which byte it ceases to be JSON. `reason` is
// RabbitMQ's word for it.
boost::system::result<boost::json::value, Answer> parse_json(std::string_view text,
                                                             std::string_view reason = "not_json");

class JsonBody {
 public:
  // An empty body is an empty object. The answer is 400.
  static boost::system::result<JsonBody, Answer> parse(const Request& request);

  const boost::json::object& object() const { return object_; }
  bool has(std::string_view key) const { return find(key) != nullptr; }
  const boost::json::value* find(std::string_view key) const;
  // The value of any kind; a fault when it is absent, null then.
  const boost::json::value& any(std::string_view key);
  std::string text(std::string_view key);
  std::optional<std::string> optional_text(std::string_view key);
  // true, false, or these as text; others are the fault ["not_boolean", value].
  std::optional<bool> optional_flag(std::string_view key);
  bool flag(std::string_view key, bool otherwise) { return optional_flag(key).value_or(otherwise); }
  std::optional<std::int64_t> optional_integer(std::string_view key);
  // A list of texts, or one text with commas in between.
  std::optional<std::vector<std::string>> optional_words(std::string_view key);
  // An object, or an empty list; empty when absent.
  amqp::Table table(std::string_view key);

  Faults& faults() { return faults_; }

 private:
  explicit JsonBody(boost::json::object object) : object_(std::move(object)) {}

  boost::json::object object_;
  Faults faults_;
};

// boost::system::result asks for this when value() is called on an answer: a programming error.
[[noreturn]] void throw_exception_from_error(const Answer& answer, const boost::source_location&);

}  // namespace coney::management
