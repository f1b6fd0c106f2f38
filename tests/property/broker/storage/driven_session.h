#pragma once
// A DrivenBroker and its only client, which does one thing after the other.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/property/broker/storage/driven_broker.h"
#include "tests/property/broker/storage/driven_client.h"

namespace coney {

class DrivenSession {
 public:
  using Received = DrivenClient::Received;

  DrivenSession(const std::filesystem::path& directory, const StorageOptions& options)
      : broker_(directory, options), client_(new DrivenClient(broker_.connect(0), kChannel)) {}
  ~DrivenSession() { client_.reset(); }

  const NodeStorage& storage() const { return broker_.storage(); }
  void tick() { broker_.tick(); }

  // The first that is an Answer; what comes before it is passed over.
  template <typename Answer, typename Method>
  Received call(const Method& method) {
    client_->send(kChannel, method);
    return await<Answer, Answer>();
  }
  // The next One or Other.
  template <typename One, typename Other>
  Received await() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    for (;;) {
      const auto found = std::find_if(received_.begin(), received_.end(), [](const Received& each) {
        return each.is<One>() || each.is<Other>();
      });
      if (found != received_.end()) {
        Received answer = std::move(*found);
        received_.erase(received_.begin(), found + 1);
        return answer;
      }
      if (std::chrono::steady_clock::now() > until) throw std::runtime_error("no answer");
      if (pump()) continue;
      std::this_thread::sleep_for(std::chrono::microseconds(10));
      if (++idle_ % 100 == 0) broker_.tick();
    }
  }
  void publish(std::string_view exchange, std::string_view queue, const std::string& body) {
    client_->publish(kChannel, exchange, queue, true, body);
  }
  void await_confirms(std::uint64_t up_to) {
    while (await<amqp::BasicAck, amqp::BasicAck>().as<amqp::BasicAck>().delivery_tag < up_to) {
    }
  }
  // Empty: there is none.
  std::string take(const std::string& queue) {
    client_->send(kChannel, amqp::BasicGet{.queue = queue, .no_ack = true});
    return await<amqp::BasicGetOk, amqp::BasicGetEmpty>().body;
  }

  // Lets the broker do what there is to do. False: nothing was.
  bool pump() {
    const bool busy = broker_.poll();
    return client_->pump([this](const Received& each) { received_.push_back(each); }) || busy;
  }

 private:
  static constexpr std::uint16_t kChannel = 1;

  DrivenBroker broker_;
  std::unique_ptr<DrivenClient> client_;
  std::vector<Received> received_;
  std::uint64_t idle_ = 0;
};

}  // namespace coney
