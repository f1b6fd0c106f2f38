#include "broker/message/counted_message.h"

#include <string>

#include "amqp/properties.h"
#include "amqp/table.h"

namespace coney {

MessageRef counted_message(const Message& message, DeliveryCounts counts) {
  auto properties = amqp::PropertyList::decode(message.header().substr(amqp::kContentHeaderSize));
  amqp::PropertyList list = properties ? *properties : amqp::PropertyList{};
  amqp::Table headers;
  if (list.headers) {
    if (auto table = amqp::decode_table(*list.headers)) headers = std::move(*table);
  }
  headers.set("x-acquired-count", amqp::Value::int64(counts.acquired));
  if (counts.returned != 0) {
    headers.set("x-delivery-count", amqp::Value::int64(counts.returned));
  } else {
    headers.erase("x-delivery-count");
  }
  headers.canonicalize();
  std::string encoded, header;
  amqp::encode_table(encoded, headers);
  list.headers = std::string_view(encoded).substr(4);
  amqp::encode_content_header(header, message.body().size(), list);
  MessageBuilder builder(message.exchange(), message.routing_key(), header, message.body().size(),
                         message.persistent());
  builder.append(message.body());
  return builder.finish();
}

}  // namespace coney
