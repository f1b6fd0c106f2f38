#pragma once
// A client in the test: it does something every turn, and tells the ledger what it did and saw.

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/crash/connection.h"
#include "tests/crash/ledger.h"

namespace coney::crash {

using Random = std::mt19937_64;

inline bool one_in(Random& random, unsigned many) {
  return random() % many == 0;
}
inline std::uint64_t between(Random& random, std::uint64_t first, std::uint64_t last) {
  return first + random() % (last - first + 1);
}

// What all actors share.
struct Scene {
  Ledger& ledger;
  Random& random;
  std::vector<std::string> queues;  // names
  std::uint16_t port = 0;
  std::uint64_t last_consumer = 0;
  // The disk has lost its power: nacks and closes are what is to be expected.
  bool power_is_off = false;

  const std::string& name(QueueNumber queue) const {
    return queues[static_cast<std::size_t>(queue)];
  }
};

// An open connection with a channel; throws bench::Failure.
bench::Client open_client(std::uint16_t port);

class Actor : protected Connection::Handler {
 public:
  Actor(Scene& scene, bench::Client&& client)
      : scene_(scene), connection_(std::move(client), *this) {}
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  Connection& connection() { return connection_; }
  virtual void act() = 0;
  // It has nothing left to do.
  virtual bool is_done() const { return false; }
  // Its connection is to be dropped now; called once, behind its last act().
  virtual void leave() {}
  virtual std::string name() const = 0;

 protected:
  // Answers that nobody asked for, such as connection.close.
  void on_answer(std::uint32_t id, std::string_view arguments) override;

  Scene& scene_;
  Connection connection_;
};

// Holds the content against its key; the key, when it is known.
std::optional<MessageKey> check_content(Scene& scene, QueueNumber queue, const Incoming& incoming);

}  // namespace coney::crash
