#include <boost/json.hpp>

#include "broker/message/cc_header.h"
#include "broker/message/expiration.h"
#include "broker/shard/mail.h"
#include "broker/trace/firehose.h"
#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/http/base64.h"
#include "mgmt-ui/api/resources/declaring.h"
#include "mgmt-ui/api/resources/message_json.h"
#include "mgmt-ui/api/resources/publishing.h"
#include "mgmt-ui/api/resources/resources.h"

// Publishing one message: routed here, on the management's own copy of the bindings, and handed to
// the queues' shards. Answered when it is as safe as a confirm would say. For trying things out,
// not for traffic.

namespace coney::management {

namespace json = boost::json;

namespace {

// A message of the configured size in base64, with its properties.
constexpr std::size_t kMaxPublish = std::size_t{192} << 20;

struct Wanted {
  std::string routing_key;
  std::string payload;
  json::object properties;
};

std::string payload_of(JsonBody& body) {
  const std::string text = body.text("payload");
  const std::string encoding = body.text("payload_encoding");
  if (body.faults().any() || encoding == "string") return text;
  if (encoding != "base64") {
    body.faults().report("/payload_encoding", json::array{"unsupported_encoding", encoding});
    return {};
  }
  auto decoded = decode_base64(text);
  if (!decoded) body.faults().report("/payload", json::array{"not_base64", text});
  return std::move(decoded).value_or("");
}

Wanted read(JsonBody& body) {
  Wanted wanted;
  wanted.routing_key = body.text("routing_key");
  if (wanted.routing_key.size() > 255) {
    body.faults().report("/routing_key", json::array{"too_long", "routing_key"});
  }
  const json::value& properties = body.any("properties");
  if (properties.is_object()) wanted.properties = properties.get_object();
  wanted.payload = payload_of(body);
  return wanted;
}

Answer refused(ReplyCode code, std::string_view name, const std::string& text) {
  return bad_request(json::string(std::to_string(static_cast<int>(code)) + " " + std::string(name) +
                                  " - " + text));
}

Answer precondition(const std::string& text) {
  return refused(ReplyCode::kPreconditionFailed, "PRECONDITION_FAILED", text);
}

}  // namespace

std::optional<Answer> check_publish(const Call& call, const Exchange& exchange,
                                    const std::string& key) {
  const ExchangeRecord& record = *exchange.record;
  const std::string_view name = permission_name_of_exchange(record.name);
  if (!call.allowed(record.vhost, Access::kWrite, name)) {
    return refused(ReplyCode::kAccessRefused, "ACCESS_REFUSED",
                   "write access to exchange '" + std::string(name) + "' in vhost '" +
                       record.vhost + "' refused for user '" + call.caller.name + "'");
  }
  if (record.internal) {
    return refused(ReplyCode::kAccessRefused, "ACCESS_REFUSED",
                   "cannot publish to internal exchange '" + record.name + "' in vhost '" +
                       record.vhost + "'");
  }
  const bool is_topic = record.type == "topic" && !call.caller.is_local;
  if (is_topic && !call.catalog().topic_allowed({call.caller.name, std::nullopt}, record.vhost,
                                                record.name, Access::kWrite, key)) {
    return refused(ReplyCode::kAccessRefused, "ACCESS_REFUSED",
                   "write access to topic '" + key + "' in exchange '" + record.name +
                       "' in vhost '" + record.vhost + "' refused for user '" + call.caller.name +
                       "'");
  }
  return std::nullopt;
}

namespace {

// What the broker looks at in the properties; the keys of CC and BCC are added.
std::optional<Answer> check_properties(const Call& call, const amqp::PropertyList& list,
                                       std::vector<std::string_view>& keys) {
  if (list.user_id && !call.caller.is_local && *list.user_id != call.caller.name) {
    return precondition("user_id property set to '" + std::string(*list.user_id) +
                        "' but authenticated user was '" + call.caller.name + "'");
  }
  if (list.expiration) {
    auto expiration = parse_expiration(*list.expiration);
    if (!expiration) return precondition(expiration.error().text);
  }
  if (!list.headers) return std::nullopt;
  auto copies = read_carbon_copies(*list.headers);
  if (!copies) return precondition(copies.error().text);
  keys.insert(keys.end(), copies->routing_keys.begin(), copies->routing_keys.end());
  return std::nullopt;
}

MessageRef make_message(const ExchangeRecord& exchange, const Wanted& wanted,
                        amqp::PropertyList list) {
  std::string headers;
  if (list.headers) {
    headers = without_bcc(*list.headers);
    list.headers = headers;
  }
  std::string header;
  amqp::encode_content_header(header, wanted.payload.size(), list);
  MessageBuilder builder(exchange.name, wanted.routing_key, header, wanted.payload.size(),
                         list.delivery_mode == 2);
  builder.append(wanted.payload);
  return builder.finish();
}

// Answers when all queues have answered. As with RabbitMQ, what one of them refused was not routed.
class Arrival {
 public:
  Arrival(std::size_t queues, Respond respond) : left_(queues), respond_(std::move(respond)) {}
  void take(const PublishAnswer& answer) {
    // A queue that went meanwhile has taken the message as well as one that goes right after.
    taken_ = taken_ && (answer.gone || answer.taken != 0);
    if (--left_ == 0) respond_(json_answer(json::object{{"routed", taken_}}));
  }

 private:
  std::size_t left_;
  bool taken_ = true;
  const Respond respond_;
};

Reply send(Call& call, const Vhost& vhost, const Exchange& exchange, const Wanted& wanted,
           const std::string& header) {
  const amqp::PropertyList list =
      *amqp::PropertyList::decode(std::string_view(header).substr(amqp::kContentHeaderSize));
  std::vector<std::string_view> keys{wanted.routing_key};
  if (auto refusal = check_properties(call, list, keys)) return std::move(*refusal);
  for (std::size_t copy = 1; copy < keys.size(); ++copy) {
    if (auto refusal = check_publish(call, exchange, std::string(keys[copy]))) {
      return std::move(*refusal);
    }
  }
  std::vector<QueueId> queues;
  call.services.route(vhost, exchange,
                      {.keys = keys, .headers = list.headers.value_or(""), .properties = &list},
                      queues);
  const MessageRef message = make_message(*exchange.record, wanted, list);
  if (queues.empty()) return json_answer(json::object{{"routed", false}});
  return Later([&call, queues = std::move(queues), message](Respond respond) {
    auto arrival = std::make_shared<Arrival>(queues.size(), std::move(respond));
    for (QueueId queue : queues) {
      call.services.publish_to(queue, {message},
                               [arrival](PublishAnswer answer) { arrival->take(answer); });
    }
  });
}

Reply publish(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  const Vhost* vhost = call.vhost();
  if (!vhost) return not_found("vhost_not_found");
  const Exchange* exchange = vhost->find_exchange(exchange_name(call.name("name")));
  if (!exchange) return not_found("exchange_not_found");
  const Wanted wanted = read(*body);
  if (body->faults().any()) return bad_request(body->faults());
  const std::string header =
      header_from_json(wanted.properties, wanted.payload.size(), "/properties", body->faults());
  if (body->faults().any()) return bad_request(body->faults());
  if (wanted.payload.size() > call.config().max_message_size) {
    return precondition("message size " + std::to_string(wanted.payload.size()) +
                        " is larger than configured max size " +
                        std::to_string(call.config().max_message_size));
  }
  if (auto refusal = check_publish(call, *exchange, wanted.routing_key)) {
    return std::move(*refusal);
  }
  return send(call, *vhost, *exchange, wanted, header);
}

}  // namespace

void add_publish(RouteTable& table) {
  table.add("/api/exchanges/{vhost}/{name}/publish",
            {post(Need::kManagement, publish, kMaxPublish)});
}

}  // namespace coney::management
