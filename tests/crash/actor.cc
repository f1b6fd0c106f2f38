#include "tests/crash/actor.h"

#include <fmt/format.h>

#include "tests/bench/failure.h"
#include "tests/bench/handshake.h"
#include "tests/crash/content.h"

namespace coney::crash {

bench::Client open_client(std::uint16_t port) {
  bench::Uri uri;
  uri.host = "127.0.0.1";
  uri.port = std::to_string(port);
  return bench::Client(uri, {});
}

void Actor::on_answer(std::uint32_t id, std::string_view arguments) {
  if (id == amqp::ConnectionBlocked::kMethod.id.packed()) return;
  if (id == amqp::ConnectionUnblocked::kMethod.id.packed()) return;
  if (scene_.power_is_off && id == amqp::ConnectionClose::kMethod.id.packed()) return;
  throw bench::Failure("{}: {}", name(), bench::describe_method(id, arguments));
}

std::optional<MessageKey> check_content(Scene& scene, QueueNumber queue, const Incoming& incoming) {
  const auto key = key_in(incoming.properties);
  const std::string& name = scene.name(queue);
  if (!key) {
    scene.ledger.fault(fmt::format("queue {}: a message with strange properties", name));
    return std::nullopt;
  }
  const Ledger::Message* message = scene.ledger.find(*key);
  if (message == nullptr) return key;
  const auto complain = [&](std::string_view what) {
    scene.ledger.fault(fmt::format("queue {}, publisher {}, message {}: {}", name,
                                   static_cast<std::uint32_t>(key->publisher), key->sequence,
                                   what));
  };
  if (incoming.properties != properties_of(*key, *message)) complain("its properties have changed");
  if (incoming.body != body_of(*key, *message)) complain("its body has changed");
  return key;
}

}  // namespace coney::crash
