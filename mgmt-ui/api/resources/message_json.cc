#include "mgmt-ui/api/resources/message_json.h"

#include "broker/definitions/argument_json.h"
#include "mgmt-ui/api/http/base64.h"

namespace coney::management {

namespace json = boost::json;

namespace {

using List = amqp::PropertyList;

template <typename T>
struct Named {
  const char* name;
  std::optional<T> List::*field;
};

constexpr Named<std::string_view> kTexts[] = {
    {"content_type", &List::content_type},
    {"content_encoding", &List::content_encoding},
    {"correlation_id", &List::correlation_id},
    {"reply_to", &List::reply_to},
    {"expiration", &List::expiration},
    {"message_id", &List::message_id},
    {"type", &List::type},
    {"user_id", &List::user_id},
    {"app_id", &List::app_id},
    {"cluster_id", &List::cluster_id},
};
constexpr Named<std::uint8_t> kOctets[] = {{"delivery_mode", &List::delivery_mode},
                                           {"priority", &List::priority}};

constexpr std::size_t kMaxShortText = 255;

json::string as_text(std::string_view bytes) {
  return json::string(json_text(bytes));
}

class PropertyReader {
 public:
  PropertyReader(const json::object& from, const std::string& pointer, Faults& faults)
      : from_(from), pointer_(pointer), faults_(faults) {}

  void read(List& list) {
    for (const auto& named : kTexts) read_text(named.name, list.*named.field);
    for (const auto& named : kOctets) {
      if (const auto value = read_integer(named.name, UINT8_MAX)) {
        list.*named.field = static_cast<std::uint8_t>(*value);
      }
    }
    list.timestamp = read_integer("timestamp", INT64_MAX);
    read_headers(list);
  }

 private:
  const json::value* find(const char* name) const {
    const json::value* value = from_.if_contains(name);
    return value && !value->is_null() ? value : nullptr;
  }
  void fault(const char* word, const char* name) {
    faults_.report(pointer_ + json_pointer(name), json::array{word, name});
  }

  void read_text(const char* name, std::optional<std::string_view>& to) {
    const json::value* value = find(name);
    if (!value) return;
    if (!value->is_string()) return fault("not_string", name);
    if (value->get_string().size() > kMaxShortText) return fault("too_long", name);
    to = std::string_view(value->get_string());
  }

  std::optional<std::uint64_t> read_integer(const char* name, std::int64_t most) {
    const json::value* value = find(name);
    if (!value) return std::nullopt;
    if (value->is_int64() && value->get_int64() >= 0 && value->get_int64() <= most) {
      return static_cast<std::uint64_t>(value->get_int64());
    }
    fault("not_int", name);
    return std::nullopt;
  }

  void read_headers(List& list) {
    const json::value* value = find("headers");
    if (!value || (value->is_array() && value->get_array().empty())) return;
    if (!value->is_object()) return fault("not_object", "headers");
    JsonErrors errors;
    amqp::encode_table(
        headers_, table_from_json(value->get_object(), JsonPlace(JsonPlace(), "headers"), errors));
    for (const JsonError& error : errors.all()) {
      faults_.report(pointer_ + error.pointer, json::string(error.message));
    }
    list.headers = std::string_view(headers_).substr(4);
  }

  const json::object& from_;
  const std::string& pointer_;
  Faults& faults_;
  std::string headers_;
};

bool is_text(std::string_view bytes) {
  return json_text(bytes) == bytes;
}

}  // namespace

json::value properties_to_json(const Message& message) {
  json::object object;
  const auto header = amqp::decode_content_header(message.header());
  const auto list = header ? List::decode(header->properties) : amqp::Result<List>(List{});
  if (!list) return json::array();
  for (const auto& named : kTexts) {
    if ((*list).*named.field) object[named.name] = as_text(*((*list).*named.field));
  }
  for (const auto& named : kOctets) {
    if ((*list).*named.field) object[named.name] = *((*list).*named.field);
  }
  if (list->timestamp) object["timestamp"] = *list->timestamp;
  if (list->headers) {
    const auto table = amqp::decode_table(*list->headers);
    if (table) object["headers"] = table_to_json(*table);
  }
  if (object.empty()) return json::array();
  return object;
}

std::string header_from_json(const json::object& properties, std::uint64_t body_size,
                             const std::string& pointer, Faults& faults) {
  List list;
  PropertyReader reader(properties, pointer, faults);
  reader.read(list);
  std::string header;
  amqp::encode_content_header(header, body_size, list);
  return header;
}

json::object message_to_json(const Message& message, bool base64_wanted,
                             std::optional<std::size_t> truncate) {
  const std::string_view body = message.body().substr(0, truncate.value_or(message.body().size()));
  const bool encoded = base64_wanted || !is_text(body);
  return {{"payload_bytes", message.body().size()},
          {"exchange", as_text(message.exchange())},
          {"routing_key", as_text(message.routing_key())},
          {"properties", properties_to_json(message)},
          {"payload", encoded ? json::string(encode_base64(body)) : json::string(body)},
          {"payload_encoding", encoded ? "base64" : "string"}};
}

}  // namespace coney::management
