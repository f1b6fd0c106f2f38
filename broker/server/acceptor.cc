#include "broker/server/acceptor.h"

#include <algorithm>

#include "broker/log/log.h"
#include "broker/server/server_context.h"

namespace coney {
namespace {

constexpr int kAcceptedPerTurn = 64;
constexpr auto kRetryInterval = std::chrono::milliseconds(100);

}  // namespace

Acceptor::Acceptor(Shard& shard, ListenSocket socket, std::uint32_t listener)
    : shard_(shard),
      socket_(std::move(socket)),
      listener_(listener),
      self_(std::make_shared<Acceptor*>(this)),
      watch_(shard.watch(socket_.fd(), *this)) {
  watch_->wait_readable();
}

void Acceptor::on_readable() {
  for (int n = 0; n != kAcceptedPerTurn; ++n) {
    switch (accept_one()) {
      case Accepted::kOne:
        continue;
      case Accepted::kNone:
        return watch_->wait_readable();
      case Accepted::kLater:
        shard_.run_after(kRetryInterval, [weak = std::weak_ptr(self_)] {
          if (auto self = weak.lock()) (*self)->on_readable();
        });
        return;
    }
  }
  watch_->wait_readable();
}

Acceptor::Accepted Acceptor::accept_one() {
  AcceptResult result = socket_.accept();
  if (result.status == IoStatus::kWantRead) return Accepted::kNone;
  if (result.status != IoStatus::kOk) return handle_error(result);
  told_exhausted_ = false;
  least_busy_shard().hand_over({result.socket.release(), listener_});
  return Accepted::kOne;
}

Acceptor::Accepted Acceptor::handle_error(const AcceptResult& result) {
  if (!result.exhausted) {
    log::warning(log::Category::kConnection, "accepting on {}: {}", socket_.endpoint().to_string(),
                 result.error);
    return Accepted::kLater;
  }
  if (!std::exchange(told_exhausted_, true)) {
    log::error(log::Category::kConnection, "connections on {} have to wait: {}",
               socket_.endpoint().to_string(), result.error);
  }
  return Accepted::kLater;
}

Shard& Acceptor::least_busy_shard() const {
  const std::vector<Shard*>& shards = shard_.server().shards;
  return **std::min_element(shards.begin(), shards.end(), [](const Shard* a, const Shard* b) {
    return a->connection_count() < b->connection_count();
  });
}

}  // namespace coney
