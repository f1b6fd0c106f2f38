#include "tests/bench/publish_batch.h"

#include "amqp/properties.h"
#include "tests/bench/method_frame.h"

namespace bench {

void append_publish(std::string& out, std::uint16_t channel, std::string_view exchange,
                    std::string_view routing_key, bool persistent, std::string_view body,
                    std::uint32_t frame_max) {
  amqp::BasicPublish publish;
  publish.exchange = exchange;
  publish.routing_key = routing_key;
  append_method(out, channel, publish);
  amqp::PropertyList properties;
  if (persistent) properties.delivery_mode = 2;
  std::string header;
  amqp::encode_content_header(header, body.size(), properties);
  amqp::append_frame(out, amqp::FrameType::kHeader, channel, header);
  amqp::append_body_frames(out, channel, body, frame_max);
}

PublishBatch::PublishBatch(const PublishForm& form, std::size_t bytes) {
  const std::string body(form.body_size, 'x');
  offsets_.push_back(0);
  do {
    for (const std::string& key : form.routing_keys) {
      append_publish(bytes_, 1, form.exchange, key, form.persistent, body, form.frame_max);
      offsets_.push_back(bytes_.size());
    }
  } while (bytes_.size() + bytes_.size() / messages() * form.routing_keys.size() <= bytes);
}

}  // namespace bench
