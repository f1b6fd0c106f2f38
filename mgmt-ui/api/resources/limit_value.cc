#include "mgmt-ui/api/resources/limit_value.h"

#include "broker/arguments/erlang_term.h"
#include "broker/definitions/argument_json.h"

namespace coney::management {

std::string not_a_number(const std::string& limit, const boost::json::value& value) {
  JsonErrors errors;
  const amqp::Table table = table_from_json({{"value", value}}, JsonPlace(), errors);
  const amqp::Value* term = table.find("value");
  return limit + " should be a number, actually was " + (term ? erlang_json_term(*term) : "");
}

}  // namespace coney::management
