#include "tests/bench/publish_batch.h"

#include <random>

#include "tests/bench/method_frame.h"

namespace bench {
namespace {

amqp::PropertyList properties_of(const PublishForm& form, std::minstd_rand& random) {
  amqp::PropertyList properties;
  if (form.persistent) properties.delivery_mode = 2;
  if (form.priorities > 0) {
    const auto levels = static_cast<std::uint64_t>(form.priorities);
    properties.priority = static_cast<std::uint8_t>(random() % levels);
  }
  if (form.expirations.empty()) return properties;
  const std::string& expiration = form.expirations[random() % form.expirations.size()];
  if (!expiration.empty()) properties.expiration = expiration;
  return properties;
}

}  // namespace

void append_publish(std::string& out, std::uint16_t channel, std::string_view exchange,
                    std::string_view routing_key, const amqp::PropertyList& properties,
                    std::string_view body, std::uint32_t frame_max) {
  amqp::BasicPublish publish;
  publish.exchange = exchange;
  publish.routing_key = routing_key;
  append_method(out, channel, publish);
  std::string header;
  amqp::encode_content_header(header, body.size(), properties);
  amqp::append_frame(out, amqp::FrameType::kHeader, channel, header);
  amqp::append_body_frames(out, channel, body, frame_max);
}

PublishBatch::PublishBatch(const PublishForm& form, std::size_t bytes) {
  const std::string body(form.body_size, 'x');
  std::minstd_rand random;  // the same batch each time
  offsets_.push_back(0);
  do {
    for (const std::string& key : form.routing_keys) {
      append_publish(bytes_, 1, form.exchange, key, properties_of(form, random), body,
                     form.frame_max);
      offsets_.push_back(bytes_.size());
    }
  } while (bytes_.size() + bytes_.size() / messages() * form.routing_keys.size() <= bytes);
}

}  // namespace bench
